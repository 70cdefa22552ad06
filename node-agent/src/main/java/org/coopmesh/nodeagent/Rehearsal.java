package org.coopmesh.nodeagent;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.grpc.Server;
import io.grpc.TlsServerCredentials;
import io.grpc.okhttp.OkHttpServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.pkcs.CertificationRequest;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.coopmesh.contracts.billing.v1.Durable;
import org.coopmesh.contracts.billing.v1.ReportUsageRequest;
import org.coopmesh.contracts.billing.v1.ReportUsageResponse;
import org.coopmesh.contracts.billing.v1.SignedRun;
import org.coopmesh.contracts.billing.v1.UsageReport;
import org.coopmesh.contracts.billing.v1.UsageServiceGrpc.UsageServiceImplBase;
import org.coopmesh.contracts.membership.v1.AccessEntry;
import org.coopmesh.contracts.membership.v1.AccessListChange;
import org.coopmesh.contracts.membership.v1.AccessListHead;
import org.coopmesh.contracts.membership.v1.AccessListKey;
import org.coopmesh.contracts.membership.v1.AccessListMessage;
import org.coopmesh.contracts.membership.v1.AccessListReceipt;
import org.coopmesh.contracts.membership.v1.AccessListReceiptAccepted;
import org.coopmesh.contracts.membership.v1.AccessListServiceGrpc.AccessListServiceImplBase;
import org.coopmesh.contracts.membership.v1.AccessListUpdate;
import org.coopmesh.contracts.membership.v1.AccessRule;
import org.coopmesh.contracts.membership.v1.AddressBan;
import org.coopmesh.contracts.membership.v1.AttachmentAccess;
import org.coopmesh.contracts.membership.v1.EnrolRequest;
import org.coopmesh.contracts.membership.v1.EnrolResponse;
import org.coopmesh.contracts.membership.v1.EnrolmentServiceGrpc.EnrolmentServiceImplBase;
import org.coopmesh.contracts.membership.v1.FailMode;
import org.coopmesh.contracts.membership.v1.ReportTopologyRequest;
import org.coopmesh.contracts.membership.v1.ReportTopologyResponse;
import org.coopmesh.contracts.membership.v1.TopologyServiceGrpc.TopologyServiceImplBase;
import org.coopmesh.nodeagent.identity.Ed25519Key;
import org.coopmesh.nodeagent.identity.EnrolmentRefused;

/**
 * The life of an agent in a few seconds: it enrols at a co-op of its own in the same process, takes a list, counts, reports and
 * stops. Installing runs it once, so that the Java runtime notes which classes an agent needs; and what cannot rehearse here
 * cannot run here.
 */
final class Rehearsal implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(45);
    private static final int WINDOWS = 3;
    private static final String LIST_KEY = "rehearsal";
    private static final int LIST_SECRET_BYTES = 32;
    private static final String ATTACHMENT = "00000000-0000-4000-8000-000000000001";
    private static final AlgorithmIdentifier ECDSA =
            new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);

    private final KeyPair authorityKey;
    private final X509Certificate authority;
    private final byte[] listSecret = new byte[LIST_SECRET_BYTES];
    private final AtomicInteger windows = new AtomicInteger();
    private final AtomicInteger receipts = new AtomicInteger();
    private final AtomicInteger told = new AtomicInteger();
    private final Server server;

    private Rehearsal() throws GeneralSecurityException, IOException {
        new SecureRandom().nextBytes(listSecret);
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        authorityKey = generator.generateKeyPair();
        authority =
                certificate(
                        SubjectPublicKeyInfo.getInstance(authorityKey.getPublic().getEncoded()),
                        new GeneralName(GeneralName.iPAddress, "127.0.0.1"));
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry(
                "co-op", authorityKey.getPrivate(), new char[0], new X509Certificate[] {authority});
        KeyManagerFactory keyManagers = KeyManagerFactory.getInstance("PKIX");
        keyManagers.init(keys, new char[0]);
        KeyStore anchors = KeyStore.getInstance("PKCS12");
        anchors.load(null, null);
        anchors.setCertificateEntry("co-op", authority);
        TrustManagerFactory trustManagers = TrustManagerFactory.getInstance("PKIX");
        trustManagers.init(anchors);
        server =
                OkHttpServerBuilder.forPort(
                                new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0),
                                TlsServerCredentials.newBuilder()
                                        .keyManager(keyManagers.getKeyManagers())
                                        .trustManager(trustManagers.getTrustManagers())
                                        .clientAuth(TlsServerCredentials.ClientAuth.OPTIONAL)
                                        .build())
                        .addService(new Enrolments())
                        .addService(new Lists())
                        .addService(new Usages())
                        .addService(new Topologies())
                        .build()
                        .start();
    }

    /**
     * Plays it once, in a folder of its own that is gone afterwards.
     *
     * @param kernel whether to enforce and count in the kernel of this network namespace
     * @return what was not reached in time; empty where all was
     */
    static List<String> play(boolean kernel)
            throws IOException, GeneralSecurityException, InterruptedException {
        Path folder = Files.createTempDirectory("coopmesh-rehearsal");
        try (Rehearsal coop = new Rehearsal()) {
            return coop.play(folder, kernel);
        } catch (EnrolmentRefused | ConfigWrong refused) {
            return List.of(String.valueOf(refused.getMessage()));
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private List<String> play(Path folder, boolean kernel)
            throws IOException,
                    GeneralSecurityException,
                    InterruptedException,
                    EnrolmentRefused,
                    ConfigWrong {
        Path file = folder.resolve("agent.conf");
        Files.writeString(
                file,
                """
                state-dir: %s
                membership: 127.0.0.1:%d
                billing: 127.0.0.1:%d
                ca-fingerprint: %s
                enrolment-code: %s
                window: PT1S
                counters: %s
                firewall: %s
                table: coopmesh_rehearsal
                metrics: 127.0.0.1:%d
                """
                        .formatted(
                                folder.resolve("state"),
                                server.getPort(),
                                server.getPort(),
                                HexFormat.of().formatHex(sha256(authority.getEncoded())),
                                "0".repeat(26),
                                kernel ? "nftables" : "simulated",
                                kernel ? "nftables" : "none",
                                freePort()));
        AgentConfig config = AgentConfig.read(file);
        try (NodeAgent agent = new NodeAgent(config)) {
            long until = System.nanoTime() + PATIENCE.toNanos();
            while (!missing(agent).isEmpty() && System.nanoTime() < until) Thread.sleep(100);
            StatusFile.write(config.statusFile(), agent.status());
            MetricsText.of(agent.status());
            Verification.of(config, Instant.now());
            return missing(agent);
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new java.net.ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    private List<String> missing(NodeAgent agent) {
        List<String> missing = new ArrayList<>();
        Status status = agent.status();
        if (status.listVersion() == 0) missing.add("no access list arrived");
        if (!status.listTrouble().isEmpty()) missing.add("not enforced: " + status.listTrouble());
        if (receipts.get() == 0) missing.add("no receipt was sent");
        if (windows.get() < WINDOWS) missing.add("only " + windows + " usage windows arrived");
        if (status.acceptedWindows() == 0) missing.add("no usage window was accepted");
        if (told.get() == 0) missing.add("nothing was told of links and load");
        return missing;
    }

    @Override
    public void close() throws InterruptedException {
        server.shutdownNow().awaitTermination();
    }

    private X509Certificate certificate(SubjectPublicKeyInfo key, GeneralName name)
            throws GeneralSecurityException, IOException {
        Instant now = Instant.now();
        V3TBSCertificateGenerator generator = new V3TBSCertificateGenerator();
        generator.setSerialNumber(new ASN1Integer(new BigInteger(63, new SecureRandom())));
        generator.setSignature(ECDSA);
        generator.setIssuer(new X500Name("CN=rehearsal"));
        generator.setSubject(new X500Name("CN=rehearsal"));
        generator.setStartDate(new Time(Date.from(now.minusSeconds(60))));
        generator.setEndDate(new Time(Date.from(now.plusSeconds(3_600))));
        generator.setSubjectPublicKeyInfo(key);
        boolean authoritys = name.getTagNo() == GeneralName.iPAddress;
        generator.setExtensions(
                new Extensions(
                        new Extension[] {
                            Extension.create(
                                    Extension.basicConstraints,
                                    true,
                                    new BasicConstraints(authoritys)),
                            Extension.create(
                                    Extension.subjectAlternativeName, false, new GeneralNames(name))
                        }));
        TBSCertificate content = generator.generateTBSCertificate();
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(authorityKey.getPrivate());
        signature.update(content.getEncoded(ASN1Encoding.DER));
        byte[] der =
                new DERSequence(
                                new org.bouncycastle.asn1.ASN1Encodable[] {
                                    content, ECDSA, new DERBitString(signature.sign())
                                })
                        .getEncoded(ASN1Encoding.DER);
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(der));
    }

    private static byte[] sha256(byte[] bytes) throws GeneralSecurityException {
        return MessageDigest.getInstance("SHA-256").digest(bytes);
    }

    private static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder().setSeconds(instant.getEpochSecond()).build();
    }

    private final class Enrolments extends EnrolmentServiceImplBase {
        @Override
        public void enrol(EnrolRequest request, StreamObserver<EnrolResponse> response) {
            try {
                String nodeId =
                        HexFormat.of().formatHex(sha256(request.getIdentityKey().toByteArray()));
                var asked =
                        CertificationRequest.getInstance(
                                request.getCertificationRequest().toByteArray());
                X509Certificate certificate =
                        certificate(
                                asked.getCertificationRequestInfo().getSubjectPublicKeyInfo(),
                                new GeneralName(
                                        GeneralName.uniformResourceIdentifier,
                                        "coopmesh:node:" + nodeId));
                response.onNext(
                        EnrolResponse.newBuilder()
                                .setNodeId(nodeId)
                                .setCertificate(ByteString.copyFrom(certificate.getEncoded()))
                                .addCaCertificates(ByteString.copyFrom(authority.getEncoded()))
                                .addAccessListKeys(
                                        AccessListKey.newBuilder()
                                                .setKeyId(LIST_KEY)
                                                .setPublicKey(
                                                        ByteString.copyFrom(
                                                                Ed25519Key.publicKeyOf(
                                                                        listSecret))))
                                .setCoopName("Rehearsal")
                                .setServerTime(timestamp(Instant.now()))
                                .build());
                response.onCompleted();
            } catch (GeneralSecurityException | IOException broken) {
                response.onError(broken);
            }
        }
    }

    private final class Lists extends AccessListServiceImplBase {
        @Override
        public void watchAccessList(
                org.coopmesh.contracts.membership.v1.WatchAccessListRequest request,
                StreamObserver<AccessListMessage> response) {
            TreeMap<String, AccessEntry> entries = new TreeMap<>();
            entries.put(
                    "attachment:" + ATTACHMENT,
                    AccessEntry.newBuilder()
                            .setAttachment(
                                    AttachmentAccess.newBuilder()
                                            .setAttachmentId(ATTACHMENT)
                                            .setNodeId("0".repeat(64))
                                            .setPrefixV4("192.0.2.0/25")
                                            .setPrefixV6("2001:db8:1::/64")
                                            .setRule(AccessRule.ACCESS_RULE_SLOW_LANE)
                                            .setSlowLaneKbit(4_000))
                            .build());
            entries.put(
                    "ban:198.51.100.1/32",
                    AccessEntry.newBuilder()
                            .setBan(
                                    AddressBan.newBuilder()
                                            .setPrefix("198.51.100.1/32")
                                            .setUntil(timestamp(Instant.now().plusSeconds(600))))
                            .build());
            try {
                response.onNext(
                        AccessListMessage.newBuilder()
                                .setUpdate(update(entries))
                                .setServerTime(timestamp(Instant.now()))
                                .build());
            } catch (GeneralSecurityException broken) {
                response.onError(broken);
            }
        }

        private AccessListUpdate update(TreeMap<String, AccessEntry> entries)
                throws GeneralSecurityException {
            Instant now = Instant.now();
            byte[] head =
                    AccessListHead.newBuilder()
                            .setVersion(1)
                            .setNotBefore(timestamp(now.minusSeconds(60)))
                            .setNotAfter(timestamp(now.plusSeconds(3_600)))
                            .setFailMode(FailMode.FAIL_MODE_KEEP)
                            .setEntriesHash(ByteString.copyFrom(hash(entries)))
                            .setEntries(entries.size())
                            .setIssuedAt(timestamp(now))
                            .build()
                            .toByteArray();
            byte[] label = "coopmesh-access-list-v1\0".getBytes(StandardCharsets.US_ASCII);
            byte[] message = Arrays.copyOf(label, label.length + head.length);
            System.arraycopy(head, 0, message, label.length, head.length);
            AccessListUpdate.Builder update =
                    AccessListUpdate.newBuilder()
                            .setLast(true)
                            .setHead(ByteString.copyFrom(head))
                            .setSignature(ByteString.copyFrom(Ed25519Key.sign(listSecret, message)))
                            .setKeyId(LIST_KEY);
            entries.forEach((key, entry) ->
                    update.addChanges(
                            AccessListChange.newBuilder()
                                    .setKey(key)
                                    .setEntry(entry.toByteString())));
            return update.build();
        }

        /** As the contract says it: 1,024 buckets by the first ten bits of the key's hash. */
        private static byte[] hash(TreeMap<String, AccessEntry> entries)
                throws GeneralSecurityException {
            MessageDigest[] buckets = new MessageDigest[1024];
            for (int i = 0; i < buckets.length; i++) {
                buckets[i] = MessageDigest.getInstance("SHA-256");
            }
            for (var entry : entries.entrySet()) {
                byte[] key = entry.getKey().getBytes(StandardCharsets.UTF_8);
                byte[] value = entry.getValue().toByteArray();
                byte[] keyHash = sha256(key);
                MessageDigest bucket = buckets[(keyHash[0] & 0xff) << 2 | (keyHash[1] & 0xff) >> 6];
                for (byte[] part : List.of(key, value)) {
                    bucket.update(ByteBuffer.allocate(4).putInt(part.length).array());
                    bucket.update(part);
                }
            }
            MessageDigest all = MessageDigest.getInstance("SHA-256");
            for (MessageDigest bucket : buckets) all.update(bucket.digest());
            return all.digest();
        }

        @Override
        public void reportReceipt(
                AccessListReceipt receipt, StreamObserver<AccessListReceiptAccepted> response) {
            receipts.incrementAndGet();
            response.onNext(AccessListReceiptAccepted.getDefaultInstance());
            response.onCompleted();
        }
    }

    private final class Usages extends UsageServiceImplBase {
        @Override
        public void reportUsage(
                ReportUsageRequest request, StreamObserver<ReportUsageResponse> response) {
            ReportUsageResponse.Builder answer = ReportUsageResponse.newBuilder();
            try {
                for (SignedRun run : request.getRunsList()) {
                    UsageReport last =
                            UsageReport.parseFrom(run.getReports(run.getReportsCount() - 1));
                    windows.addAndGet(run.getReportsCount());
                    answer.addDurable(
                            Durable.newBuilder()
                                    .setBootId(last.getBootId())
                                    .setUpToSequence(last.getSequence()));
                }
            } catch (IOException malformed) {
                response.onError(malformed);
                return;
            }
            response.onNext(answer.setServerTime(timestamp(Instant.now())).build());
            response.onCompleted();
        }
    }

    private final class Topologies extends TopologyServiceImplBase {
        @Override
        public void reportTopology(
                ReportTopologyRequest request, StreamObserver<ReportTopologyResponse> response) {
            told.incrementAndGet();
            response.onNext(ReportTopologyResponse.getDefaultInstance());
            response.onCompleted();
        }
    }
}
