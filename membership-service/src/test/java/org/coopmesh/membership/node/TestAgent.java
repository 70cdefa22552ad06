package org.coopmesh.membership.node;

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

/** A node's side of the node port: its two keys, its certificate, its connections. */
public final class TestAgent implements AutoCloseable {
    private final int port;
    private final Path authority;
    private final Ed25519PrivateKeyParameters identity =
            new Ed25519PrivateKeyParameters(new SecureRandom());
    private KeyPair tls = p256();
    private ManagedChannel channel;
    private X509Certificate certificate;

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

    /** The agent lost its TLS key, not its identity. */
    public void newTlsKey() {
        tls = p256();
    }

    public EnrolRequest enrolRequest(String code) {
        byte[] request = certificationRequest();
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

    private void take(EnrolResponse response) throws Exception {
        certificate =
                (X509Certificate)
                        CertificateFactory.getInstance("X.509")
                                .generateCertificate(
                                        new ByteArrayInputStream(
                                                response.getCertificate().toByteArray()));
        if (channel != null) {
            channel.shutdownNow();
            channel = null;
        }
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
            var credentials = TlsChannelCredentials.newBuilder().trustManager(authority.toFile());
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
