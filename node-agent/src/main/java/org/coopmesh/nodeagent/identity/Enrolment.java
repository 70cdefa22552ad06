package org.coopmesh.nodeagent.identity;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.coopmesh.contracts.membership.v1.EnrolRequest;
import org.coopmesh.contracts.membership.v1.EnrolResponse;
import org.coopmesh.contracts.membership.v1.EnrolmentServiceGrpc;
import org.coopmesh.contracts.membership.v1.RenewRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How this node joins its co-op and keeps its certificate fresh; the door of this capability.
 *
 * <p>Killed at any point it goes on where it stopped: each key is a file that is there or not, the answer is one file, and the
 * same code with the same keys answers the same again.
 */
public final class Enrolment {
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final Duration RENEWAL_CHECK_MAX = Duration.ofHours(1);
    private static final Duration DISK_CHECK = Duration.ofSeconds(30);
    private static final Logger log = LoggerFactory.getLogger(Enrolment.class);

    private final Path directory;
    private final String membership;
    private final String caFingerprint;
    private final String agentVersion;
    private final InstantSource wall;
    private final RandomGenerator random;

    /**
     * Keeps keys and certificate in {@code directory}.
     *
     * @param membership host:port of membership's node port
     * @param caFingerprint SHA-256 of the co-op's CA certificate, 64 lower-case hexadecimal digits
     * @param wall the wall clock, by which TLS itself judges certificates
     */
    public Enrolment(
            Path directory,
            String membership,
            String caFingerprint,
            String agentVersion,
            InstantSource wall,
            RandomGenerator random) {
        this.directory = directory;
        this.membership = membership;
        this.caFingerprint = caFingerprint;
        this.agentVersion = agentVersion;
        this.wall = wall;
        this.random = random;
    }

    /**
     * Who this node is, if it was ever enrolled; nobody is asked, so that what it knows can be enforced before there is a
     * network. A certificate that has run out is put right by {@link #keepFresh}.
     */
    public Optional<NodeIdentity> known() throws IOException {
        NodeKeys keys = NodeKeys.loadOrMake(directory);
        return Enrolled.load(directory, keys).map(enrolled -> new NodeIdentity(keys, enrolled));
    }

    /**
     * Enrols a node that is not, or anew with the same keys. Waits for a server that does not answer, however long.
     *
     * @param code as printed by the dashboard
     * @throws EnrolmentRefused if the code is missing or refused, or the server is not the co-op's
     */
    public NodeIdentity enrol(String code, Consumer<Instant> serverTime)
            throws IOException, EnrolmentRefused, InterruptedException {
        NodeKeys keys = NodeKeys.loadOrMake(directory);
        if (code.isEmpty()) {
            throw new EnrolmentRefused("enrolment-code is missing, and this node is not enrolled");
        }
        log.atInfo().addKeyValue("nodeId", keys.nodeId()).log("enrolling");
        FullJitter backOff = new FullJitter(Duration.ofSeconds(1), Duration.ofSeconds(30), random);
        ManagedChannel channel = Channels.open(membership, anonymous());
        try {
            while (true) {
                try {
                    Enrolled answer = attempt(channel, keys, code, serverTime);
                    return new NodeIdentity(keys, answer);
                } catch (StatusRuntimeException later) {
                    log.atWarn().addKeyValue("why", Causes.inWords(later)).log("enrolment waits");
                }
                Thread.sleep(backOff.next());
                channel.resetConnectBackoff();
            }
        } finally {
            channel.shutdownNow();
        }
    }

    /**
     * Enrols in one attempt, for a person who waits.
     *
     * @throws EnrolmentRefused as {@link #enrol}
     * @throws IOException if the server does not answer; the message says why
     */
    public NodeIdentity enrolOnce(String code) throws IOException, EnrolmentRefused {
        NodeKeys keys = NodeKeys.loadOrMake(directory);
        ManagedChannel channel = Channels.open(membership, anonymous());
        try {
            return new NodeIdentity(keys, attempt(channel, keys, code, time -> {}));
        } catch (StatusRuntimeException failed) {
            throw new IOException(
                    membership + " does not answer: " + Causes.inWords(failed), failed);
        } finally {
            channel.shutdownNow();
        }
    }

    /**
     * Renews the certificate whenever two thirds of its life are over, until interrupted. One that has run out is asked for
     * anew with {@code code}, or taken from the disk once a person has enrolled this node beside the running agent.
     */
    public void keepFresh(NodeIdentity identity, ManagedChannel channel, String code)
            throws InterruptedException {
        FullJitter backOff = new FullJitter(Duration.ofSeconds(30), RENEWAL_CHECK_MAX, random);
        Instant next = Instant.MIN;
        while (true) {
            takeFromDisk(identity);
            Instant now = wall.instant();
            X509Certificate certificate = identity.certificate();
            if (!now.isBefore(renewalDue(certificate)) && !now.isBefore(next)) {
                boolean over = !now.isBefore(certificate.getNotAfter().toInstant());
                if (over ? enrolAgain(identity, code) : renew(identity, channel)) {
                    backOff.reset();
                    next = Instant.MIN;
                    continue;
                }
                next = now.plus(backOff.next());
            }
            Thread.sleep(DISK_CHECK);
        }
    }

    /** A certificate that is on disk and good for longer than the one in use becomes the one in use. */
    void takeFromDisk(NodeIdentity identity) {
        try {
            Optional<Enrolled> found = Enrolled.load(directory, identity.keys());
            Instant inUse = identity.certificate().getNotAfter().toInstant();
            found.filter(enrolled ->
                            enrolled.certificate().getNotAfter().toInstant().isAfter(inUse))
                    .ifPresent(enrolled -> {
                        identity.renewed(enrolled);
                        log.atInfo()
                                .addKeyValue("until", enrolled.certificate().getNotAfter())
                                .log("certificate found on disk");
                    });
        } catch (IOException unreadable) {
            log.atWarn().addKeyValue("why", unreadable.getMessage()).log("identity unreadable");
        }
    }

    private boolean enrolAgain(NodeIdentity identity, String code) {
        log.atError()
                .addKeyValue("until", identity.certificate().getNotAfter())
                .log("certificate has run out, this node needs a new enrolment code");
        if (code.isEmpty()) return false;
        ManagedChannel channel = Channels.open(membership, anonymous());
        try {
            identity.renewed(attempt(channel, identity.keys(), code, time -> {}));
            return true;
        } catch (StatusRuntimeException | EnrolmentRefused | IOException failed) {
            log.atWarn().addKeyValue("why", Causes.inWords(failed)).log("not enrolled again");
            return false;
        } finally {
            channel.shutdownNow();
        }
    }

    /** When two thirds of the certificate's life are over. */
    static Instant renewalDue(X509Certificate certificate) {
        Instant from = certificate.getNotBefore().toInstant();
        Instant until = certificate.getNotAfter().toInstant();
        return from.plus(Duration.between(from, until).multipliedBy(2).dividedBy(3));
    }

    /** One attempt; false where it failed and should be repeated later. */
    boolean renew(NodeIdentity identity, ManagedChannel channel) {
        NodeKeys keys = identity.keys();
        byte[] request = keys.certificationRequest();
        byte[] proof = message("coopmesh-renew-v1", request, "");
        try {
            channel.resetConnectBackoff();
            EnrolResponse answer =
                    EnrolmentServiceGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
                            .renew(
                                    RenewRequest.newBuilder()
                                            .setCertificationRequest(ByteString.copyFrom(request))
                                            .setIdentityKey(ByteString.copyFrom(keys.identityKey()))
                                            .setIdentitySignature(
                                                    ByteString.copyFrom(keys.sign(proof)))
                                            .setAgentVersion(agentVersion)
                                            .build());
            Enrolled renewed = Enrolled.of(answer, keys);
            renewed.save(directory);
            identity.renewed(renewed);
            log.atInfo()
                    .addKeyValue("until", renewed.certificate().getNotAfter().toInstant())
                    .log("certificate renewed");
            return true;
        } catch (StatusRuntimeException failed) {
            log.atWarn().addKeyValue("why", Causes.inWords(failed)).log("renewal failed");
        } catch (EnrolmentRefused | IOException failed) {
            log.atError().addKeyValue("why", failed.getMessage()).log("renewal not usable");
        }
        return false;
    }

    /** Asks once, and keeps the answer. */
    private Enrolled attempt(
            ManagedChannel channel, NodeKeys keys, String code, Consumer<Instant> serverTime)
            throws EnrolmentRefused, IOException {
        byte[] request = keys.certificationRequest();
        String normal = code.replace("-", "").toUpperCase(Locale.ROOT);
        byte[] proof = message("coopmesh-enrol-v1", request, normal);
        EnrolResponse answer;
        try {
            answer =
                    EnrolmentServiceGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
                            .enrol(
                                    EnrolRequest.newBuilder()
                                            .setCode(code)
                                            .setCertificationRequest(ByteString.copyFrom(request))
                                            .setIdentityKey(ByteString.copyFrom(keys.identityKey()))
                                            .setIdentitySignature(
                                                    ByteString.copyFrom(keys.sign(proof)))
                                            .setAgentVersion(agentVersion)
                                            .build());
        } catch (StatusRuntimeException failed) {
            throw refusedOrLater(failed);
        }
        Enrolled enrolled = Enrolled.of(answer, keys);
        if (enrolled.authorities().stream().noneMatch(this::configured)) {
            throw new EnrolmentRefused("the answer lacks the authority with the fingerprint");
        }
        enrolled.save(directory);
        if (answer.hasServerTime()) serverTime.accept(instant(answer.getServerTime()));
        log.atInfo()
                .addKeyValue("nodeId", keys.nodeId())
                .addKeyValue("coop", enrolled.coopName())
                .log("enrolled");
        return enrolled;
    }

    /** What is worth another attempt is given back; a wrong clock is, because it will be put right. */
    private static StatusRuntimeException refusedOrLater(StatusRuntimeException failed)
            throws EnrolmentRefused {
        Status status = failed.getStatus();
        if (Causes.isOfTime(failed)) return failed;
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException wrong) {
                throw new EnrolmentRefused("not our co-op's server: " + wrong.getMessage());
            }
        }
        return switch (status.getCode()) {
            case INVALID_ARGUMENT, PERMISSION_DENIED, FAILED_PRECONDITION, UNIMPLEMENTED ->
                    throw new EnrolmentRefused(
                            "enrolment refused: "
                                    + status.getCode()
                                    + " "
                                    + status.getDescription());
            default -> failed;
        };
    }

    private boolean configured(X509Certificate authority) {
        try {
            return CoopTrust.fingerprintOf(authority).equals(caFingerprint);
        } catch (CertificateException malformed) {
            return false;
        }
    }

    private ChannelCredentials anonymous() {
        return TlsChannelCredentials.newBuilder()
                .trustManager(CoopTrust.fingerprint(caFingerprint))
                .build();
    }

    /** What a proof of possession signs: label, zero byte, SHA-256 of the request, code. */
    static byte[] message(String label, byte[] certificationRequest, String code) {
        byte[] prefix = (label + "\0").getBytes(StandardCharsets.US_ASCII);
        byte[] hash = NodeKeys.sha256(certificationRequest);
        byte[] suffix = code.getBytes(StandardCharsets.US_ASCII);
        byte[] whole = new byte[prefix.length + hash.length + suffix.length];
        System.arraycopy(prefix, 0, whole, 0, prefix.length);
        System.arraycopy(hash, 0, whole, prefix.length, hash.length);
        System.arraycopy(suffix, 0, whole, prefix.length + hash.length, suffix.length);
        return whole;
    }

    private static Instant instant(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }
}
