package org.coopmesh.membership.witness;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.Set;
import org.coopmesh.contracts.membership.v1.LookAtLogRequest;
import org.coopmesh.contracts.membership.v1.LookAtLogResponse;
import org.coopmesh.contracts.membership.v1.Testimony;
import org.coopmesh.contracts.membership.v1.Testimony.KindCase;
import org.coopmesh.contracts.membership.v1.TestimonyAccepted;
import org.coopmesh.contracts.membership.v1.WitnessServiceGrpc.WitnessServiceImplBase;
import org.coopmesh.membership.node.NodeCall;
import org.springframework.grpc.server.service.GrpcService;

/** The log for nodes over gRPC. */
@GrpcService
class WitnessEndpoint extends WitnessServiceImplBase {
    private static final int CHECKPOINT_LENGTH_MAX = 16 * 1024;
    private static final int COSIGNATURE_LENGTH_MAX = 500;
    private static final int KEY_LENGTH = 44;
    private static final Set<String> WHY = Set.of("forked", "cut-off", "unsigned");

    private final Witnessing witnessing;

    WitnessEndpoint(Witnessing witnessing) {
        this.witnessing = witnessing;
    }

    @Override
    public void lookAtLog(LookAtLogRequest request, StreamObserver<LookAtLogResponse> response) {
        if (request.getFromSize() < 0) {
            response.onError(
                    Status.INVALID_ARGUMENT.withDescription("from_size is below 0").asException());
            return;
        }
        response.onNext(witnessing.look(request.getFromSize()));
        response.onCompleted();
    }

    @Override
    public void testify(Testimony request, StreamObserver<TestimonyAccepted> response) {
        String wrong = wrong(request);
        if (!wrong.isEmpty()) {
            response.onError(Status.INVALID_ARGUMENT.withDescription(wrong).asException());
            return;
        }
        witnessing.testified(NodeCall.caller(), request);
        response.onNext(TestimonyAccepted.getDefaultInstance());
        response.onCompleted();
    }

    private static String wrong(Testimony request) {
        if (request.getKindCase() == KindCase.KIND_NOT_SET) return "kind is not there";
        if (request.getCheckpoint().length() > CHECKPOINT_LENGTH_MAX
                || request.getRefused().getSeen().length() > CHECKPOINT_LENGTH_MAX)
            return "a checkpoint has 16,384 characters at most";
        if (request.getCosignature().length() > COSIGNATURE_LENGTH_MAX)
            return "cosignature has 500 characters at most";
        if (request.getKindCase() == KindCase.COSIGNATURE
                && request.getPublicKey().size() != KEY_LENGTH) return "public_key has 44 bytes";
        if (request.getKindCase() == KindCase.REFUSED
                && !WHY.contains(request.getRefused().getWhy()))
            return "why is forked, cut-off or unsigned";
        return "";
    }
}
