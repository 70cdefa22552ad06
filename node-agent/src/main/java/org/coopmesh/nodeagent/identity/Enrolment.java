package org.coopmesh.nodeagent.identity;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
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
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.coopmesh.contracts.membership.v1.EnrolRequest;
import org.coopmesh.contracts.membership.v1.EnrolResponse;
import org.coopmesh.contracts.membership.v1.EnrolmentServiceGrpc;
import org.coopmesh.contracts.membership.v1.RenewRequest;
import org.coopmesh.contracts.membership.v1.TrustRequest;
import org.coopmesh.contracts.membership.v1.TrustResponse;
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
    private static final Duration ASK_AGAIN_MAX = Duration.ofDays(1);
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
        CalledChannel channel = Channels.open(membership, anonymous());
        try {
            while (true) {
                try {
                    Enrolled answer = attempt(channel, keys, code, serverTime);
                    return new NodeIdentity(keys, answer);
                } catch (StatusRuntimeException later) {
                    log.atWarn().addKeyValue("why", Causes.inWords(later)).log("enrolment waits");
                }
                Thread.sleep(backOff.next());
            }
        } finally {
            channel.close();
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
        CalledChannel channel = Channels.open(membership, anonymous());
        try {
            return new NodeIdentity(keys, attempt(channel, keys, code, time -> {}));
        } catch (StatusRuntimeException failed) {
            throw new IOException(
                    membership + " does not answer: " + Causes.inWords(failed), failed);
        } finally {
            channel.close();
        }
    }

    /**
     * Renews the certificate whenever two thirds of its life are over, or another authority signs than the one it is of, until
     * interrupted; asks from time to time which of the co-op's keys count. A certificate that has run out is asked for anew with
     * {@code code}, or taken from the disk once a person has enrolled this node beside the running agent.
     */
    public void keepFresh(NodeIdentity identity, Channel channel, String code)
            throws InterruptedException {
        FullJitter backOff = new FullJitter(Duration.ofSeconds(30), RENEWAL_CHECK_MAX, random);
        FullJitter askBackOff = new FullJitter(Duration.ofSeconds(30), RENEWAL_CHECK_MAX, random);
        Instant next = Instant.MIN;
        Instant ask = Instant.MIN;
        Instant moveTo = Instant.MAX;
        while (true) {
            takeFromDisk(identity);
            Instant now = wall.instant();
            X509Certificate certificate = identity.certificate();
            boolean over = !now.isBefore(certificate.getNotAfter().toInstant());
            // A clock that was set back must not keep it waiting for years.
            if (!over && (!now.isBefore(ask) || ask.isAfter(now.plus(ASK_AGAIN_MAX)))) {
                Optional<Succeeding> told = askWhatCounts(identity, channel);
                if (told.isPresent()) askBackOff.reset();
                ask = now.plus(told.map(Succeeding::askAgain).orElseGet(askBackOff::next));
                if (told.isPresent() && !told.get().another()) moveTo = Instant.MAX;
                if (told.isPresent() && told.get().another() && moveTo.equals(Instant.MAX)) {
                    moveTo = now.plus(within(told.get().renewWithin()));
                }
            }
            boolean due =
                    !now.isBefore(renewalDue(certificate)) || !wall.instant().isBefore(moveTo);
            if (due && !now.isBefore(next)) {
                if (over ? enrolAgain(identity, code) : renew(identity, channel)) {
                    backOff.reset();
                    next = Instant.MIN;
                    ask = Instant.MIN;
                    moveTo = Instant.MAX;
                    continue;
                }
                next = now.plus(backOff.next());
            }
            Thread.sleep(pause(wall.instant(), ask, moveTo));
        }
    }

    /** Until the disk is looked at again, or something falls due before. */
    private static Duration pause(Instant now, Instant ask, Instant moveTo) {
        Duration wait = DISK_CHECK;
        for (Instant due : List.of(ask, moveTo)) {
            if (due.isAfter(now) && due.isBefore(now.plus(wait))) wait = Duration.between(now, due);
        }
        return wait;
    }

    private Duration within(Duration most) {
        return Duration.ofMillis(random.nextLong(most.toMillis() + 1));
    }

    /**
     * What a node was told of the co-op's keys.
     *
     * @param another whether another authority signs now than the one that this node's certificate is of
     */
    private record Succeeding(Duration askAgain, boolean another, Duration renewWithin) {}

    /** Asks once and keeps what is new, then says so; empty where nobody answered, or nothing that could be used. */
    private Optional<Succeeding> askWhatCounts(NodeIdentity identity, Channel channel) {
        try {
            TrustResponse told = ask(identity, channel);
            if (keep(identity, told)) {
                told = ask(identity, channel);
                keep(identity, told);
            }
            Duration again = Duration.ofSeconds(Math.max(1, told.getAskAgainSeconds()));
            boolean another =
                    told.getCaCertificatesCount() > 0
                            && !told.getCaCertificates(0)
                                    .equals(encoded(identity.enrolled().issuer()));
            return Optional.of(
                    new Succeeding(
                            again.compareTo(ASK_AGAIN_MAX) < 0 ? again : ASK_AGAIN_MAX,
                            another,
                            Duration.ofSeconds(Math.max(0, told.getRenewWithinSeconds()))));
        } catch (StatusRuntimeException failed) {
            // A server of before names its keys when it renews.
            if (failed.getStatus().getCode() != Status.Code.UNIMPLEMENTED) {
                log.atDebug()
                        .addKeyValue("why", Causes.inWords(failed))
                        .log("not told which keys count");
            }
        } catch (EnrolmentRefused | IOException | CertificateException failed) {
            log.atError()
                    .addKeyValue("why", failed.getMessage())
                    .log("the co-op's keys cannot be taken over");
        }
        return Optional.empty();
    }

    private static TrustResponse ask(NodeIdentity identity, Channel channel)
            throws CertificateException {
        Enrolled mine = identity.enrolled();
        TrustRequest.Builder request =
                TrustRequest.newBuilder()
                        .addAllAccessListKeys(mine.listKeys().keySet())
                        .setIssuer(CoopTrust.fingerprintOf(mine.issuer()));
        for (X509Certificate authority : mine.authorities()) {
            request.addAuthorities(CoopTrust.fingerprintOf(authority));
        }
        return EnrolmentServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
                .trust(request.build());
    }

    /** Whether there was anything new, which is on disk then. */
    private boolean keep(NodeIdentity identity, TrustResponse told)
            throws EnrolmentRefused, IOException, CertificateException {
        takeFromDisk(identity);
        Enrolled mine = identity.enrolled();
        // Whose authority counts no more renews first: what it is then given goes together.
        if (!told.getCaCertificatesList().contains(encoded(mine.issuer()))) return false;
        Enrolled next = mine.with(told, identity.keys());
        if (next.answer().equals(mine.answer())) return false;
        next.save(directory);
        identity.renewed(next);
        log.atInfo()
                .addKeyValue("authorities", next.authorities().size())
                .addKeyValue("listKeys", next.listKeys().keySet())
                .log("the co-op's keys have changed");
        return true;
    }

    private static ByteString encoded(X509Certificate certificate) throws CertificateException {
        return ByteString.copyFrom(certificate.getEncoded());
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
        CalledChannel channel = Channels.open(membership, anonymous());
        try {
            identity.renewed(attempt(channel, identity.keys(), code, time -> {}));
            return true;
        } catch (StatusRuntimeException | EnrolmentRefused | IOException failed) {
            log.atWarn().addKeyValue("why", Causes.inWords(failed)).log("not enrolled again");
            return false;
        } finally {
            channel.close();
        }
    }

    /** When two thirds of the certificate's life are over. */
    static Instant renewalDue(X509Certificate certificate) {
        Instant from = certificate.getNotBefore().toInstant();
        Instant until = certificate.getNotAfter().toInstant();
        return from.plus(Duration.between(from, until).multipliedBy(2).dividedBy(3));
    }

    /** One attempt; false where it failed and should be repeated later. */
    boolean renew(NodeIdentity identity, Channel channel) {
        NodeKeys keys = identity.keys();
        byte[] request = keys.certificationRequest();
        byte[] proof = message("coopmesh-renew-v1", request, "");
        try {
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
            Enrolled renewed = identity.enrolled().renewed(answer, keys);
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
            Channel channel, NodeKeys keys, String code, Consumer<Instant> serverTime)
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
        if (!enrolled.isOf(caFingerprint)) {
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
