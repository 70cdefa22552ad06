package org.coopmesh.membership.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.coopmesh.contracts.membership.v1.EnrolRequest;
import org.coopmesh.contracts.membership.v1.EnrolResponse;
import org.coopmesh.contracts.membership.v1.EnrolmentServiceGrpc;
import org.coopmesh.contracts.membership.v1.RenewRequest;
import org.coopmesh.contracts.membership.v1.TrustRequest;
import org.coopmesh.contracts.membership.v1.TrustResponse;

/** A node's side of the node port: its two keys, its certificate, its connections. */
public final class TestAgent implements AutoCloseable {
    private final int port;
    private final Path authority;
    private final Ed25519PrivateKeyParameters identity =
            new Ed25519PrivateKeyParameters(new SecureRandom());
    private KeyPair tls = p256();
    private ManagedChannel channel;
    private X509Certificate certificate;
    private List<X509Certificate> trusted = List.of();

    public TestAgent(int port, Path keysDir) {
        this.port = port;
        authority = keysDir.resolve("ca.crt");
    }

    public NodeId id() {
        return NodeId.ofKey(identityKey());
    }

    public byte[] identityKey() {
        try {
            return SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(
                            identity.generatePublicKey())
                    .getEncoded();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    KeyPair tls() {
        return tls;
    }

    /** Its disk was copied from another's. */
    void takeTlsKeyOf(TestAgent other) {
        tls = other.tls;
    }

    /** Shows this certificate from now on, whoever issued it. */
    void show(X509Certificate issued) {
        certificate = issued;
        reconnect();
    }

    /** The agent lost its TLS key, not its identity. */
    public void newTlsKey() {
        tls = p256();
    }

    public EnrolRequest enrolRequest(String code) {
        return enrolRequest(code, certificationRequest());
    }

    /** With another certification request than its own. */
    public EnrolRequest enrolRequest(String code, byte[] request) {
        return EnrolRequest.newBuilder()
                .setCode(code)
                .setCertificationRequest(ByteString.copyFrom(request))
                .setIdentityKey(ByteString.copyFrom(identityKey()))
                .setIdentitySignature(
                        ByteString.copyFrom(
                                sign(
                                        "coopmesh-enrol-v1",
                                        request,
                                        code.replace("-", "").toUpperCase())))
                .setAgentVersion("0.1.0")
                .build();
    }

    public EnrolResponse enrol(String code) throws Exception {
        return enrol(enrolRequest(code));
    }

    public EnrolResponse enrol(EnrolRequest request) throws Exception {
        ManagedChannel stranger = strangerChannel();
        try {
            EnrolResponse response = EnrolmentServiceGrpc.newBlockingStub(stranger).enrol(request);
            take(response);
            return response;
        } finally {
            stranger.shutdownNow();
        }
    }

    public EnrolResponse renew() {
        byte[] request = certificationRequest();
        return EnrolmentServiceGrpc.newBlockingStub(channel())
                .renew(
                        RenewRequest.newBuilder()
                                .setCertificationRequest(ByteString.copyFrom(request))
                                .setIdentityKey(ByteString.copyFrom(identityKey()))
                                .setIdentitySignature(
                                        ByteString.copyFrom(sign("coopmesh-renew-v1", request, "")))
                                .build());
    }

    /** Renews, and goes on with what it was given. */
    public EnrolResponse renewAndTake() throws Exception {
        EnrolResponse response = renew();
        take(response);
        return response;
    }

    /** Enrols as a node that was told this authority's fingerprint, and trusts nothing else. */
    public EnrolResponse enrolTrusting(X509Certificate told, String code) throws Exception {
        trusted = List.of(told);
        EnrolResponse response = enrol(code);
        assertThat(trusted).as("what it was told must be among what it is given").contains(told);
        return response;
    }

    /** Says what it has, as newer agents do. */
    public TrustResponse saysWhatItTrusts(
            String issuer, List<String> authorities, List<String> listKeys) {
        return EnrolmentServiceGrpc.newBlockingStub(channel())
                .trust(
                        TrustRequest.newBuilder()
                                .setIssuer(issuer)
                                .addAllAuthorities(authorities)
                                .addAllAccessListKeys(listKeys)
                                .build());
    }

    /** What it connects with from now on. */
    public void reconnect() {
        if (channel != null) {
            channel.shutdownNow();
            channel = null;
        }
    }

    private void take(EnrolResponse response) throws Exception {
        var authorities = new ArrayList<X509Certificate>();
        for (ByteString der : response.getCaCertificatesList()) {
            authorities.add(
                    (X509Certificate)
                            CertificateFactory.getInstance("X.509")
                                    .generateCertificate(
                                            new ByteArrayInputStream(der.toByteArray())));
        }
        trusted = authorities;
        certificate =
                (X509Certificate)
                        CertificateFactory.getInstance("X.509")
                                .generateCertificate(
                                        new ByteArrayInputStream(
                                                response.getCertificate().toByteArray()));
        reconnect();
    }

    public X509Certificate certificate() {
        return certificate;
    }

    /** A connection with the node's certificate. */
    public ManagedChannel channel() {
        if (channel == null) {
            channel = channel(true);
        }
        return channel;
    }

    /** A connection without any certificate. */
    public ManagedChannel strangerChannel() {
        return channel(false);
    }

    private ManagedChannel channel(boolean withCertificate) {
        try {
            var credentials = TlsChannelCredentials.newBuilder();
            if (trusted.isEmpty()) {
                credentials.trustManager(authority.toFile());
            } else {
                credentials.trustManager(
                        new ByteArrayInputStream(ascii(CertificateAuthority.pem(trusted))));
            }
            if (withCertificate) {
                credentials.keyManager(
                        new ByteArrayInputStream(ascii(CertificateAuthority.pem(certificate))),
                        new ByteArrayInputStream(
                                ascii(CertificateAuthority.pem(tls.getPrivate()))));
            }
            return NettyChannelBuilder.forAddress("localhost", port, credentials.build()).build();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private byte[] certificationRequest() {
        try {
            return new JcaPKCS10CertificationRequestBuilder(
                            new X500Name("CN=node"), tls.getPublic())
                    .build(new JcaContentSignerBuilder("SHA256withECDSA").build(tls.getPrivate()))
                    .getEncoded();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private byte[] sign(String purpose, byte[] request, String code) {
        var signer = new Ed25519Signer();
        signer.init(true, identity);
        update(signer, ascii(purpose));
        signer.update((byte) 0);
        update(signer, NodeId.sha256(request));
        update(signer, ascii(code));
        return signer.generateSignature();
    }

    private static void update(Ed25519Signer signer, byte[] bytes) {
        signer.update(bytes, 0, bytes.length);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    static KeyPair p256() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        if (channel != null) {
            channel.shutdownNow();
        }
    }
}
