package org.coopmesh.nodeagent.identity;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.stub.StreamObserver;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSession;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.util.PublicKeyFactory;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.coopmesh.contracts.membership.v1.AccessListKey;
import org.coopmesh.contracts.membership.v1.EnrolRequest;
import org.coopmesh.contracts.membership.v1.EnrolResponse;
import org.coopmesh.contracts.membership.v1.EnrolmentServiceGrpc.EnrolmentServiceImplBase;
import org.coopmesh.contracts.membership.v1.ListKeyVoucher;
import org.coopmesh.contracts.membership.v1.RenewRequest;
import org.coopmesh.contracts.membership.v1.TrustRequest;
import org.coopmesh.contracts.membership.v1.TrustResponse;
import org.coopmesh.contracts.membership.v1.Vouchers;

/** A co-op's authority and node port on loopback, as the contract has them. */
public final class TestCoop implements AutoCloseable {
    public static final String CODE = "0123456789ABCDEFGHJKMNPQRS";
    private static final Duration LIFE = Duration.ofDays(365);
    private static final Context.Key<String> CALLER = Context.key("caller");

    public final X509Certificate authority;
    public final List<String> enrolled = new CopyOnWriteArrayList<>();
    public final AtomicInteger renewals = new AtomicInteger();
    public volatile Status enrolFault = Status.OK;
    public volatile boolean loseAnswer;
    public volatile Duration certificateLife = Duration.ofDays(90);

    /** What nodes said that they have, newest last. */
    public final List<TrustRequest> said = new CopyOnWriteArrayList<>();

    public volatile boolean knowsTrust = true;
    private volatile KeyPair signer;
    private volatile KeyPair following;
    private volatile X509Certificate signing;
    private volatile List<X509Certificate> trusted;
    private volatile Vouchers vouchers = Vouchers.getDefaultInstance();
    private volatile List<AccessListKey> listKeys;
    private final AdvancedTlsX509TrustManager callers;
    private final AdvancedTlsX509KeyManager port = new AdvancedTlsX509KeyManager();
    private volatile byte[] usedBy = new byte[0];

    private final KeyPair authorityKey = key();
    private final Ed25519PrivateKeyParameters listSigner =
            new Ed25519PrivateKeyParameters(new SecureRandom());
    private final byte[] listKey =
            SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(listSigner.generatePublicKey())
                    .getEncoded();
    private final NioEventLoopGroup loop = new NioEventLoopGroup(1);
    private final BindableService[] others;
    private final int number;
    private volatile Server server;

    public TestCoop(BindableService... others) throws Exception {
        this(Duration.ofDays(365), others);
    }

    /** A co-op whose node port has a certificate that is good for so long. */
    public TestCoop(Duration serverLife, BindableService... others) throws Exception {
        authority =
                certificate(
                        "co-op", authorityKey.getPublic(), List.of(), Duration.ofDays(3650), true);
        KeyPair serverKey = key();
        X509Certificate serverCertificate =
                certificate(
                        "node port",
                        serverKey.getPublic(),
                        List.of(
                                new GeneralName(GeneralName.dNSName, "localhost"),
                                new GeneralName(GeneralName.iPAddress, "127.0.0.1")),
                        serverLife,
                        false);
        signer = authorityKey;
        signing = authority;
        trusted = List.of(authority);
        listKeys = List.of(named("k1", listKey));
        callers =
                AdvancedTlsX509TrustManager.newBuilder()
                        .setVerification(
                                AdvancedTlsX509TrustManager.Verification
                                        .CERTIFICATE_ONLY_VERIFICATION)
                        .build();
        callers.updateTrustCredentials(new X509Certificate[] {authority});
        port.updateIdentityCredentials(
                new X509Certificate[] {serverCertificate, authority}, serverKey.getPrivate());
        this.others = others;
        server = listen(0);
        number = server.getPort();
    }

    /** Nothing listens any more; who is enrolled stays enrolled. */
    public void stop() throws InterruptedException {
        server.shutdownNow().awaitTermination();
    }

    /** Listens again where it did. */
    public void start() throws Exception {
        server = listen(number);
    }

    private Server listen(int atPort) throws Exception {
        var credentials =
                TlsServerCredentials.newBuilder()
                        .keyManager(port)
                        .trustManager(callers)
                        .clientAuth(TlsServerCredentials.ClientAuth.OPTIONAL)
                        .build();
        var builder =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress("127.0.0.1", atPort), credentials)
                        // Of its own, so that it belongs to the network namespace of the calling
                        // thread.
                        .bossEventLoopGroup(loop)
                        .workerEventLoopGroup(loop)
                        .channelType(NioServerSocketChannel.class)
                        .intercept(new CallerFromCertificate())
                        .addService(new TrustEndpoint());
        for (BindableService other : others) builder.addService(other);
        return builder.build().start();
    }

    public String target() {
        return "127.0.0.1:" + number;
    }

    public String fingerprint() throws Exception {
        return CoopTrust.fingerprintOf(authority);
    }

    /** Signs as the access list's key {@code k1}. */
    public byte[] signList(byte[] message) {
        Ed25519Signer signer = new Ed25519Signer();
        signer.init(true, listSigner);
        signer.update(message, 0, message.length);
        return signer.generateSignature();
    }

    /** Names another authority and list key {@code k2}, for which those of before speak, or nobody. */
    public void announce(boolean vouched) throws Exception {
        KeyPair next = key();
        KeyPair before = signer;
        X509Certificate beforeCertificate = signing;
        signer = next;
        signing = certificate("co-op 2", "co-op 2", next.getPublic(), List.of(), LIFE, true);
        X509Certificate named = signing;
        signer = vouched ? before : key();
        X509Certificate cross =
                certificate("co-op", "co-op 2", next.getPublic(), List.of(), LIFE, true);
        byte[] second =
                SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(
                                new Ed25519PrivateKeyParameters(new SecureRandom())
                                        .generatePublicKey())
                        .getEncoded();
        byte[] label = "coopmesh-list-key-v1\0".getBytes(StandardCharsets.US_ASCII);
        byte[] message = java.util.Arrays.copyOf(label, label.length + second.length);
        System.arraycopy(second, 0, message, label.length, second.length);
        byte[] signature = vouched ? signList(message) : new byte[64];
        signer = before;
        signing = beforeCertificate;
        following = next;
        vouchers =
                Vouchers.newBuilder()
                        .addCrossCertificates(ByteString.copyFrom(cross.getEncoded()))
                        .addFormerCaCertificates(ByteString.copyFrom(signing.getEncoded()))
                        .addListKeys(
                                ListKeyVoucher.newBuilder()
                                        .setKey(named("k2", second))
                                        .setBy(ByteString.copyFrom(listKey))
                                        .setSignature(ByteString.copyFrom(signature)))
                        .build();
        listKeys = List.of(listKeys.getFirst(), named("k2", second));
        trust(List.of(authority, named));
    }

    /** The other authority signs from now on, the port's certificate first. */
    public void use() throws Exception {
        X509Certificate next = trusted.getLast();
        signer = following;
        signing = next;
        KeyPair serverKey = key();
        X509Certificate server =
                certificate(
                        "co-op 2",
                        "node port",
                        serverKey.getPublic(),
                        List.of(
                                new GeneralName(GeneralName.dNSName, "localhost"),
                                new GeneralName(GeneralName.iPAddress, "127.0.0.1")),
                        LIFE,
                        false);
        var cross =
                (X509Certificate)
                        CertificateFactory.getInstance("X.509")
                                .generateCertificate(vouchers.getCrossCertificates(0).newInput());
        port.updateIdentityCredentials(
                new X509Certificate[] {server, next, cross, authority}, serverKey.getPrivate());
        trust(List.of(next, authority));
    }

    /** The authority of before counts no more. */
    public void retire() throws Exception {
        listKeys = List.of(listKeys.getLast());
        trust(List.of(signing));
    }

    public String signingFingerprint() throws Exception {
        return CoopTrust.fingerprintOf(signing);
    }

    private void trust(List<X509Certificate> now) throws Exception {
        trusted = now;
        callers.updateTrustCredentials(now.toArray(X509Certificate[]::new));
    }

    private static AccessListKey named(String id, byte[] publicKey) {
        return AccessListKey.newBuilder()
                .setKeyId(id)
                .setPublicKey(ByteString.copyFrom(publicKey))
                .build();
    }

    private List<ByteString> authorities() {
        return trusted.stream()
                .map(one -> {
                    try {
                        return ByteString.copyFrom(one.getEncoded());
                    } catch (CertificateException impossible) {
                        throw new IllegalStateException(impossible);
                    }
                })
                .toList();
    }

    /** An identity as enrolment would give it, without the wire. */
    public NodeIdentity identity(Path directory) throws Exception {
        NodeKeys keys = NodeKeys.loadOrMake(directory);
        return new NodeIdentity(
                keys, Enrolled.of(answer(keys.certificationRequest(), keys.nodeId()), keys));
    }

    @Override
    public void close() throws InterruptedException {
        server.shutdownNow().awaitTermination();
        // Its selector holds the socket open until it has ended: only then nothing listens there.
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).await();
    }

    private class EnrolmentEndpoint extends EnrolmentServiceImplBase {
        @Override
        public void enrol(EnrolRequest request, StreamObserver<EnrolResponse> response) {
            byte[] requestBytes = request.getCertificationRequest().toByteArray();
            String code = request.getCode().replace("-", "").toUpperCase(java.util.Locale.ROOT);
            byte[] identityKey = request.getIdentityKey().toByteArray();
            boolean usedByAnother =
                    usedBy.length > 0 && !java.util.Arrays.equals(usedBy, identityKey);
            if (!enrolFault.isOk()) {
                response.onError(enrolFault.asException());
            } else if (!code.equals(CODE) || usedByAnother) {
                response.onError(
                        Status.PERMISSION_DENIED
                                .withDescription("code wrong or used")
                                .asException());
            } else if (!proved(
                    "coopmesh-enrol-v1",
                    requestBytes,
                    code,
                    identityKey,
                    request.getIdentitySignature().toByteArray())) {
                response.onError(Status.INVALID_ARGUMENT.withDescription("proof").asException());
            } else {
                usedBy = identityKey;
                String nodeId = java.util.HexFormat.of().formatHex(NodeKeys.sha256(identityKey));
                enrolled.add(nodeId);
                if (loseAnswer) {
                    loseAnswer = false;
                    response.onError(Status.UNAVAILABLE.asException());
                    return;
                }
                response.onNext(answer(requestBytes, nodeId));
                response.onCompleted();
            }
        }

        @Override
        public void renew(RenewRequest request, StreamObserver<EnrolResponse> response) {
            byte[] requestBytes = request.getCertificationRequest().toByteArray();
            byte[] identityKey = request.getIdentityKey().toByteArray();
            String nodeId = java.util.HexFormat.of().formatHex(NodeKeys.sha256(identityKey));
            if (!nodeId.equals(CALLER.get())) {
                response.onError(Status.UNAUTHENTICATED.asException());
            } else if (!proved(
                    "coopmesh-renew-v1",
                    requestBytes,
                    "",
                    identityKey,
                    request.getIdentitySignature().toByteArray())) {
                response.onError(Status.INVALID_ARGUMENT.asException());
            } else {
                renewals.incrementAndGet();
                response.onNext(answer(requestBytes, nodeId));
                response.onCompleted();
            }
        }
    }

    private final class TrustEndpoint extends EnrolmentEndpoint {
        @Override
        public void trust(TrustRequest request, StreamObserver<TrustResponse> response) {
            if (!knowsTrust) {
                super.trust(request, response);
                return;
            }
            said.add(request);
            response.onNext(
                    TrustResponse.newBuilder()
                            .addAllCaCertificates(authorities())
                            .addAllAccessListKeys(listKeys)
                            .setVouchers(vouchers)
                            .setAskAgainSeconds(1)
                            .build());
            response.onCompleted();
        }
    }

    private static boolean proved(
            String label, byte[] request, String code, byte[] identityKey, byte[] signature) {
        try {
            var csr = new JcaPKCS10CertificationRequest(request);
            if (!csr.isSignatureValid(
                    new JcaContentVerifierProviderBuilder().build(csr.getPublicKey()))) {
                return false;
            }
            byte[] message = Enrolment.message(label, request, code);
            Ed25519Signer verifier = new Ed25519Signer();
            verifier.init(
                    false, (Ed25519PublicKeyParameters) PublicKeyFactory.createKey(identityKey));
            verifier.update(message, 0, message.length);
            return verifier.verifySignature(signature);
        } catch (Exception malformed) {
            return false;
        }
    }

    private EnrolResponse answer(byte[] request, String nodeId) {
        try {
            var csr = new JcaPKCS10CertificationRequest(request);
            X509Certificate certificate =
                    certificate(
                            nodeId.substring(0, 12),
                            csr.getPublicKey(),
                            List.of(
                                    new GeneralName(
                                            GeneralName.uniformResourceIdentifier,
                                            "coopmesh:node:" + nodeId)),
                            certificateLife,
                            false);
            Instant now = Instant.now();
            return EnrolResponse.newBuilder()
                    .setNodeId(nodeId)
                    .setCertificate(ByteString.copyFrom(certificate.getEncoded()))
                    .addAllCaCertificates(authorities())
                    .addAllAccessListKeys(listKeys)
                    .setVouchers(vouchers)
                    .setCoopName("Test co-op")
                    .setServerTime(Timestamp.newBuilder().setSeconds(now.getEpochSecond()))
                    .build();
        } catch (Exception broken) {
            throw new IllegalStateException(broken);
        }
    }

    private X509Certificate certificate(
            String name, PublicKey key, List<GeneralName> names, Duration life, boolean ca)
            throws Exception {
        return certificate(
                signing == null || signing == authority ? "co-op" : "co-op 2",
                name,
                key,
                names,
                life,
                ca);
    }

    private X509Certificate certificate(
            String issuer,
            String name,
            PublicKey key,
            List<GeneralName> names,
            Duration life,
            boolean ca)
            throws Exception {
        Instant now = Instant.now();
        var builder =
                new JcaX509v3CertificateBuilder(
                        new X500Name("CN=" + issuer),
                        new BigInteger(64, new SecureRandom()).add(BigInteger.ONE),
                        Date.from(now.minusSeconds(60)),
                        Date.from(now.plus(life)),
                        new X500Name("CN=" + name),
                        key);
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(ca));
        if (!names.isEmpty()) {
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(new ArrayList<>(names).toArray(GeneralName[]::new)));
        }
        byte[] der =
                builder.build(
                                new JcaContentSignerBuilder("SHA256withECDSA")
                                        .build(
                                                (signer == null ? authorityKey : signer)
                                                        .getPrivate()))
                        .getEncoded();
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(der));
    }

    private static KeyPair key() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static final class CallerFromCertificate implements ServerInterceptor {
        @Override
        public <Q, P> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, P> call, Metadata headers, ServerCallHandler<Q, P> next) {
            Context context = Context.current();
            SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
            try {
                var leaf = (X509Certificate) session.getPeerCertificates()[0];
                String uri = (String) leaf.getSubjectAlternativeNames().iterator().next().get(1);
                context = context.withValue(CALLER, uri.substring("coopmesh:node:".length()));
            } catch (Exception anonymous) {
                // Enrol needs no certificate.
            }
            return Contexts.interceptCall(context, call, headers, next);
        }
    }
}
