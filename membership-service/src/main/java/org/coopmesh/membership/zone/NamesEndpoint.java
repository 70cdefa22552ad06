package org.coopmesh.membership.zone;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import java.util.List;
import org.coopmesh.contracts.membership.v1.FetchNamesRequest;
import org.coopmesh.contracts.membership.v1.FetchNamesResponse;
import org.coopmesh.contracts.membership.v1.NamesServiceGrpc.NamesServiceImplBase;
import org.coopmesh.membership.node.NodeCall;
import org.springframework.grpc.server.service.GrpcService;

/** Names over gRPC, to nodes only. */
@GrpcService
class NamesEndpoint extends NamesServiceImplBase {
    private static final int PAGE_LINES = 1_000;

    private final ZoneKeeper keeper;

    NamesEndpoint(ZoneKeeper keeper) {
        this.keeper = keeper;
    }

    @Override
    public void fetchNames(FetchNamesRequest request, StreamObserver<FetchNamesResponse> response) {
        NodeCall.caller();
        ZoneKeeper.HostChanges changes =
                keeper.hostsSince(
                        request.getHaveSerial(), request.getHaveLinesHash().toByteArray());
        List<String> removed = changes.removed();
        List<String> added = changes.added();
        int lines = removed.size() + added.size();
        int at = 0;
        do {
            int end = Math.min(lines, at + PAGE_LINES);
            var page = FetchNamesResponse.newBuilder().setFromSerial(changes.from());
            page.addAllRemoved(part(removed, at, end));
            page.addAllAdded(part(added, at - removed.size(), end - removed.size()));
            at = end;
            if (at == lines) {
                Zones.Head head = changes.head();
                page.setLast(true)
                        .setHead(ByteString.copyFrom(head.head()))
                        .setSignature(ByteString.copyFrom(head.signature()))
                        .setKeyId(head.keyId());
            }
            response.onNext(page.build());
        } while (at < lines);
        response.onCompleted();
    }

    private static List<String> part(List<String> all, int from, int to) {
        int end = Math.clamp(to, 0, all.size());
        return all.subList(Math.clamp(from, 0, end), end);
    }
}
