package org.coopmesh.membership.node;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Clock;
import java.time.Instant;
import org.coopmesh.contracts.membership.v1.AccessListKey.Builder;
import org.coopmesh.contracts.membership.v1.EnrolRequest;
import org.coopmesh.contracts.membership.v1.EnrolResponse;
import org.coopmesh.contracts.membership.v1.EnrolmentServiceGrpc.EnrolmentServiceImplBase;
import org.coopmesh.contracts.membership.v1.RenewRequest;
import org.coopmesh.membership.member.Coop;
import org.coopmesh.membership.member.Membership;
import org.springframework.grpc.server.service.GrpcService;

/** Enrolment and renewal over gRPC. */
@GrpcService
class EnrolmentEndpoint extends EnrolmentServiceImplBase {
    private static final int VERSION_LENGTH_MAX = 64;

    private final NodeRegister register;
    private final CertificateAuthority authority;
    private final AccessListKey accessListKey;
    private final Membership membership;
    private final Clock clock;

    EnrolmentEndpoint(
            NodeRegister register,
            CertificateAuthority authority,
            AccessListKey accessListKey,
            Membership membership,
            Clock clock) {
        this.register = register;
        this.authority = authority;
        this.accessListKey = accessListKey;
        this.membership = membership;
        this.clock = clock;
    }

    @Override
    public void enrol(EnrolRequest request, StreamObserver<EnrolResponse> response) {
        EnrolmentCode code;
        Possession keys;
        String version;
        try {
            code = EnrolmentCode.parse(request.getCode());
            keys =
                    Possession.enrolling(
                            request.getCertificationRequest().toByteArray(),
                            request.getIdentityKey().toByteArray(),
                            request.getIdentitySignature().toByteArray(),
                            code);
            version = version(request.getAgentVersion());
        } catch (IllegalArgumentException malformed) {
            response.onError(
                    Status.INVALID_ARGUMENT.withDescription(malformed.getMessage()).asException());
            return;
        }
        answer(response, () -> register.enrol(code, keys, version));
    }

    @Override
    public void renew(RenewRequest request, StreamObserver<EnrolResponse> response) {
        NodeId caller = NodeCall.caller();
        Possession keys;
        String version;
        try {
            keys =
                    Possession.renewing(
                            request.getCertificationRequest().toByteArray(),
                            request.getIdentityKey().toByteArray(),
                            request.getIdentitySignature().toByteArray());
            version = version(request.getAgentVersion());
        } catch (IllegalArgumentException malformed) {
            response.onError(
                    Status.INVALID_ARGUMENT.withDescription(malformed.getMessage()).asException());
            return;
        }
        answer(response, () -> register.renew(caller, keys, version));
    }

    private interface Step {
        NodeRegister.Enrolment take();
    }

    private void answer(StreamObserver<EnrolResponse> response, Step step) {
        NodeRegister.Enrolment enrolment;
        try {
            enrolment = step.take();
        } catch (EnrolmentRefused refused) {
            response.onError(
                    Status.PERMISSION_DENIED.withDescription(refused.getMessage()).asException());
            return;
        } catch (KeyRevoked revoked) {
            response.onError(
                    Status.FAILED_PRECONDITION.withDescription(revoked.getMessage()).asException());
            return;
        }
        response.onNext(response(enrolment));
        response.onCompleted();
    }

    private EnrolResponse response(NodeRegister.Enrolment enrolment) {
        Instant now = clock.instant();
        Builder key =
                org.coopmesh.contracts.membership.v1.AccessListKey.newBuilder()
                        .setKeyId(accessListKey.id())
                        .setPublicKey(ByteString.copyFrom(accessListKey.publicKey()));
        return EnrolResponse.newBuilder()
                .setNodeId(enrolment.node().hex())
                .setCertificate(ByteString.copyFrom(enrolment.certificate()))
                .addCaCertificates(
                        ByteString.copyFrom(CertificateAuthority.encoded(authority.certificate())))
                .addAccessListKeys(key)
                .setCoopName(membership.constituted().map(Coop::name).orElse(""))
                .setServerTime(
                        Timestamp.newBuilder()
                                .setSeconds(now.getEpochSecond())
                                .setNanos(now.getNano()))
                .build();
    }

    private static String version(String agentVersion) {
        if (agentVersion.length() > VERSION_LENGTH_MAX) {
            throw new IllegalArgumentException("agent_version is too long");
        }
        return agentVersion;
    }
}
