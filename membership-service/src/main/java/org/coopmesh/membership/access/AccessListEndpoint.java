package org.coopmesh.membership.access;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import org.coopmesh.contracts.membership.v1.AccessListMessage;
import org.coopmesh.contracts.membership.v1.AccessListReceipt;
import org.coopmesh.contracts.membership.v1.AccessListReceiptAccepted;
import org.coopmesh.contracts.membership.v1.AccessListServiceGrpc.AccessListServiceImplBase;
import org.coopmesh.contracts.membership.v1.WatchAccessListRequest;
import org.coopmesh.membership.node.NodeCall;
import org.coopmesh.membership.node.NodeId;
import org.jspecify.annotations.Nullable;
import org.springframework.grpc.server.service.GrpcService;

/** The access list over gRPC: the stream out, receipts in. */
@GrpcService
class AccessListEndpoint extends AccessListServiceImplBase {
    private final AccessFeed feed;
    private final AccessLists lists;
    private final ReceiptDesk desk;
    private final AccessMeters meters;
    private final Clock clock;

    AccessListEndpoint(
            AccessFeed feed,
            AccessLists lists,
            ReceiptDesk desk,
            AccessMeters meters,
            Clock clock) {
        this.feed = feed;
        this.meters = meters;
        this.lists = lists;
        this.desk = desk;
        this.clock = clock;
    }

    @Override
    public void watchAccessList(
            WatchAccessListRequest request, StreamObserver<AccessListMessage> response) {
        NodeId node = NodeCall.caller();
        desk.seen(node);
        feed.watch(
                node,
                request.getHaveVersion(),
                request.getHaveEntriesHash(),
                (ServerCallStreamObserver<AccessListMessage>) response);
    }

    @Override
    public void reportReceipt(
            AccessListReceipt request, StreamObserver<AccessListReceiptAccepted> response) {
        NodeId node = NodeCall.caller();
        Receipt receipt;
        try {
            receipt = receipt(node, request);
        } catch (IllegalArgumentException malformed) {
            response.onError(
                    Status.INVALID_ARGUMENT.withDescription(malformed.getMessage()).asException());
            return;
        }
        var call = (ServerCallStreamObserver<AccessListReceiptAccepted>) response;
        call.setOnCancelHandler(() -> {}); // Who has gone by then misses an answer, that is all.
        if (receipt.version() <= feed.version()) {
            take(receipt, call);
        } else { // Who reads receipts does not wait for the database.
            Thread.startVirtualThread(() -> takeIfIssued(receipt, call));
        }
    }

    /** Of a version that this replica has not heard of yet. */
    private void takeIfIssued(
            Receipt receipt, ServerCallStreamObserver<AccessListReceiptAccepted> call) {
        long newest;
        try {
            newest = lists.head().version();
        } catch (RuntimeException away) {
            answer(call, away);
            return;
        }
        if (receipt.version() > newest) {
            call.onError(
                    Status.INVALID_ARGUMENT
                            .withDescription("version was never issued")
                            .asException());
        } else {
            take(receipt, call);
        }
    }

    private void take(Receipt receipt, StreamObserver<AccessListReceiptAccepted> response) {
        meters.received(receipt);
        if (!desk.take(receipt, failure -> answer(response, failure))) {
            response.onError(
                    Status.UNAVAILABLE.withDescription("too many receipts wait").asException());
        }
    }

    private void answer(
            StreamObserver<AccessListReceiptAccepted> response,
            @Nullable RuntimeException failure) {
        if (failure != null) {
            response.onError(
                    Status.UNAVAILABLE
                            .withDescription("the receipt could not be kept")
                            .asException());
            return;
        }
        response.onNext(
                AccessListReceiptAccepted.newBuilder()
                        .setServerTime(ListEntry.timestamp(clock.instant()))
                        .build());
        response.onCompleted();
    }

    private Receipt receipt(NodeId node, AccessListReceipt request) {
        Instant appliedAt;
        try {
            appliedAt =
                    Instant.ofEpochSecond(
                            request.getAppliedAt().getSeconds(), request.getAppliedAt().getNanos());
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("applied_at is out of range", e);
        }
        return new Receipt(
                node,
                request.getVersion(),
                request.getEntriesHash(),
                appliedAt,
                Integer.toUnsignedLong(request.getApplyMillis()),
                request.getSetSizesMap(),
                request.getFailure(),
                clock.instant(),
                feed.millisSincePushed(node, request.getVersion()));
    }
}
