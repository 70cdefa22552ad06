package org.coopmesh.membership.node;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.coopmesh.contracts.membership.v1.EnrolRequest;
import org.coopmesh.contracts.membership.v1.EnrolResponse;
import org.coopmesh.contracts.membership.v1.EnrolmentServiceGrpc.EnrolmentServiceImplBase;
import org.coopmesh.contracts.membership.v1.ListKeyVoucher;
import org.coopmesh.contracts.membership.v1.RenewRequest;
import org.coopmesh.contracts.membership.v1.TrustRequest;
import org.coopmesh.contracts.membership.v1.TrustResponse;
import org.coopmesh.contracts.membership.v1.Vouchers;
import org.coopmesh.membership.member.Coop;
import org.coopmesh.membership.member.Membership;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.grpc.server.service.GrpcService;

/** Enrolment, renewal and the co-op's keys over gRPC. */
@GrpcService
class EnrolmentEndpoint extends EnrolmentServiceImplBase {
    private static final Logger log = LoggerFactory.getLogger(EnrolmentEndpoint.class);
    private static final int VERSION_LENGTH_MAX = 64;
    private static final int KEYS_MAX = 16;
    private static final Pattern AUTHORITY_ID = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern LIST_KEY_ID = Pattern.compile("[0-9a-f]{16}");

    private final NodeRegister register;
    private final KeyRotation rotation;
    private final CertificateAuthority authority;
    private final AccessListKey accessListKey;
    private final Membership membership;
    private final GuessLimit guesses;
    private final Refusals refusals;
    private final Clock clock;

    EnrolmentEndpoint(
            NodeRegister register,
            KeyRotation rotation,
            CertificateAuthority authority,
            AccessListKey accessListKey,
            Membership membership,
            GuessLimit guesses,
            Refusals refusals,
            Clock clock) {
        this.register = register;
        this.rotation = rotation;
        this.authority = authority;
        this.accessListKey = accessListKey;
        this.membership = membership;
        this.guesses = guesses;
        this.refusals = refusals;
        this.clock = clock;
    }

    @Override
    public void enrol(EnrolRequest request, StreamObserver<EnrolResponse> response) {
        String from = NodeCall.network();
        if (guesses.tooMany(from)) {
            response.onError(
                    Status.RESOURCE_EXHAUSTED
                            .withDescription(
                                    "too many codes that nobody was given; try again in ten minutes")
                            .asException());
            return;
        }
        EnrolmentCode code = null;
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
            refused(malformed, code, null);
            response.onError(
                    Status.INVALID_ARGUMENT.withDescription(malformed.getMessage()).asException());
            return;
        }
        EnrolmentCode given = code;
        answer(
                response,
                true,
                () -> {
                    try {
                        return register.enrol(given, keys, version);
                    } catch (EnrolmentRefused | KeyRevoked refused) {
                        if (refused instanceof CodeUnknown) {
                            guesses.wrong(from);
                        }
                        refused(refused, given, keys.node());
                        throw refused;
                    }
                });
    }

    private void refused(RuntimeException why, @Nullable EnrolmentCode code, @Nullable NodeId key) {
        refusals.keep(clock.instant(), String.valueOf(why.getMessage()), code, key);
        log.atInfo()
                .addKeyValue("nodeId", key)
                .addKeyValue("why", why.getMessage())
                .log("enrolment refused");
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
        answer(response, false, () -> register.renew(caller, keys, version));
    }

    private interface Step {
        NodeRegister.Enrolment take();
    }

    private void answer(StreamObserver<EnrolResponse> response, boolean first, Step step) {
        NodeRegister.Enrolment enrolment;
        try {
            enrolment = step.take();
        } catch (EnrolmentRefused refused) {
            response.onError(
                    Status.PERMISSION_DENIED.withDescription(refused.getMessage()).asException());
            return;
        } catch (NotClaimed notYet) {
            response.onError(Status.UNAVAILABLE.withDescription(notYet.getMessage()).asException());
            return;
        } catch (KeyRevoked revoked) {
            response.onError(
                    Status.FAILED_PRECONDITION.withDescription(revoked.getMessage()).asException());
            return;
        }
        response.onNext(response(enrolment, first));
        response.onCompleted();
    }

    @Override
    public void trust(TrustRequest request, StreamObserver<TrustResponse> response) {
        NodeId caller = NodeCall.caller();
        try {
            checkIds(request.getAuthoritiesList(), AUTHORITY_ID, "authorities");
            checkIds(request.getAccessListKeysList(), LIST_KEY_ID, "access_list_keys");
            checkIds(List.of(request.getIssuer()), AUTHORITY_ID, "issuer");
        } catch (IllegalArgumentException malformed) {
            response.onError(
                    Status.INVALID_ARGUMENT.withDescription(malformed.getMessage()).asException());
            return;
        }
        KeyRotation.Pace pace =
                rotation.told(
                        caller,
                        NodeCall.certificate(),
                        request.getIssuer(),
                        request.getAuthoritiesList(),
                        request.getAccessListKeysList());
        response.onNext(
                TrustResponse.newBuilder()
                        .addAllCaCertificates(encoded(authority.trusted()))
                        .addAllAccessListKeys(
                                accessListKey.trusted().stream()
                                        .map(EnrolmentEndpoint::listKey)
                                        .toList())
                        .setVouchers(vouchers())
                        .setAskAgainSeconds((int) pace.askAgain().toSeconds())
                        .setRenewWithinSeconds((int) pace.renewWithin().toSeconds())
                        .build());
        response.onCompleted();
    }

    private static void checkIds(List<String> ids, Pattern form, String field) {
        if (ids.size() > KEYS_MAX) {
            throw new IllegalArgumentException(field + " are more than " + KEYS_MAX);
        }
        for (String id : ids) {
            if (!form.matcher(id).matches()) {
                throw new IllegalArgumentException(field + " is not lower-case hexadecimal");
            }
        }
    }

    /** The first answer also names authorities of before: the fingerprint that a node was told may be one of theirs. */
    private EnrolResponse response(NodeRegister.Enrolment enrolment, boolean first) {
        Instant now = clock.instant();
        var response =
                EnrolResponse.newBuilder()
                        .setNodeId(enrolment.node().hex())
                        .setCertificate(ByteString.copyFrom(enrolment.certificate()))
                        .addAllCaCertificates(encoded(authority.trusted()))
                        .addAllAccessListKeys(
                                accessListKey.trusted().stream()
                                        .map(EnrolmentEndpoint::listKey)
                                        .toList())
                        .setVouchers(vouchers())
                        .setCoopName(membership.constituted().map(Coop::name).orElse(""))
                        .setServerTime(
                                Timestamp.newBuilder()
                                        .setSeconds(now.getEpochSecond())
                                        .setNanos(now.getNano()));
        if (first) {
            authority.formers().stream()
                    .filter(former -> !authority.trusted().contains(former))
                    .map(CertificateAuthority::encoded)
                    .map(ByteString::copyFrom)
                    .forEach(response::addCaCertificates);
        }
        return response.build();
    }

    private Vouchers vouchers() {
        return Vouchers.newBuilder()
                .addAllCrossCertificates(encoded(authority.crosses()))
                .addAllFormerCaCertificates(encoded(authority.formers()))
                .addAllListKeys(
                        accessListKey.vouchers().stream()
                                .map(voucher ->
                                        ListKeyVoucher.newBuilder()
                                                .setKey(listKey(voucher.key()))
                                                .setBy(ByteString.copyFrom(voucher.by()))
                                                .setSignature(
                                                        ByteString.copyFrom(voucher.signature()))
                                                .build())
                                .toList())
                .build();
    }

    private static List<ByteString> encoded(List<X509Certificate> certificates) {
        return certificates.stream()
                .map(CertificateAuthority::encoded)
                .map(ByteString::copyFrom)
                .toList();
    }

    private static org.coopmesh.contracts.membership.v1.AccessListKey listKey(
            AccessListKey.Public key) {
        return org.coopmesh.contracts.membership.v1.AccessListKey.newBuilder()
                .setKeyId(key.id())
                .setPublicKey(ByteString.copyFrom(key.publicKey()))
                .build();
    }

    private static String version(String agentVersion) {
        if (agentVersion.length() > VERSION_LENGTH_MAX) {
            throw new IllegalArgumentException("agent_version is too long");
        }
        return agentVersion;
    }
}
