package org.coopmesh.membership.release;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.Optional;
import org.coopmesh.contracts.membership.v1.FetchPieceRequest;
import org.coopmesh.contracts.membership.v1.FetchPieceResponse;
import org.coopmesh.contracts.membership.v1.ReleaseServiceGrpc.ReleaseServiceImplBase;
import org.coopmesh.membership.node.NodeCall;
import org.springframework.grpc.server.service.GrpcService;

/** Files of a release over gRPC, to nodes only. */
@GrpcService
class ReleaseEndpoint extends ReleaseServiceImplBase {
    private final Releases releases;

    ReleaseEndpoint(Releases releases) {
        this.releases = releases;
    }

    @Override
    public void fetchPiece(FetchPieceRequest request, StreamObserver<FetchPieceResponse> response) {
        NodeCall.caller();
        Optional<ByteString> piece;
        try {
            piece = releases.piece(request.getSha256(), request.getOffset());
        } catch (IllegalArgumentException malformed) {
            response.onError(
                    Status.INVALID_ARGUMENT.withDescription(malformed.getMessage()).asException());
            return;
        } catch (IOException unreadable) {
            response.onError(Status.UNAVAILABLE.withDescription("file not readable").asException());
            return;
        }
        if (piece.isEmpty()) {
            response.onError(Status.NOT_FOUND.withDescription("no such piece").asException());
            return;
        }
        response.onNext(FetchPieceResponse.newBuilder().setContent(piece.get()).build());
        response.onCompleted();
    }
}
