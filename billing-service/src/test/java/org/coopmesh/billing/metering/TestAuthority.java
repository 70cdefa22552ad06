package org.coopmesh.billing.metering;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettySslContextChannelCredentials;
import java.io.ByteArrayInputStream;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A small certificate authority, as membership-service has one: P-256, node ids as URI names. */
final class TestAuthority {
    private static final AtomicLong SERIAL = new AtomicLong(1);

    final X509Certificate certificate;
    private final KeyPair keys;

    TestAuthority() throws Exception {
        keys = keyPair();
        certificate = issue("CN=Test Co-op", keys, true, null);
    }

    /** Writes what the node port reads. */
    void writeNodePort(Path directory) throws Exception {
        KeyPair server = keyPair();
        X509Certificate leaf =
                issue(
                        "CN=node port",
                        server,
                        false,
                        new GeneralNames(
                                new GeneralName[] {
                                    new GeneralName(GeneralName.dNSName, "localhost"),
                                    new GeneralName(GeneralName.iPAddress, "127.0.0.1")
                                }));
        Files.writeString(directory.resolve("ca.crt"), pem(certificate));
        Files.writeString(directory.resolve("node-port-billing.crt"), pem(leaf) + pem(certificate));
        Files.writeString(directory.resolve("node-port-billing.key"), pem(server.getPrivate()));
    }

    /** Writes which authorities the node port is to trust, as a change of membership's keys does. */
    static void writeAuthorities(Path directory, TestAuthority... trusted) throws Exception {
        var text = new StringBuilder();
        for (TestAuthority one : trusted) text.append(pem(one.certificate));
        Files.writeString(directory.resolve("ca.crt"), text);
        touch(directory);
    }

    /** A connection to the node port with a certificate that names {@code node}. */
    ManagedChannel connect(int port, NodeId node) throws Exception {
        return connectAs(this, port, node);
    }

    /** A connection to this authority's port with a certificate that {@code other} issued. */
    ManagedChannel connectAs(TestAuthority other, int port, NodeId node) throws Exception {
        return connect(port, credentials(other, node));
    }

    /** What {@code node} shows at the node port. */
    ChannelCredentials credentials(NodeId node) throws Exception {
        return credentials(this, node);
    }

    private ChannelCredentials credentials(TestAuthority issuer, NodeId node) throws Exception {
        KeyPair client = keyPair();
        X509Certificate leaf =
                issuer.issue(
                        "CN=node",
                        client,
                        false,
                        new GeneralNames(
                                new GeneralName(
                                        GeneralName.uniformResourceIdentifier,
                                        "coopmesh:node:" + node.hex())));
        // Made once: each channel that is made of PEM locks the key up anew, which takes longer
        // than a handshake
        return NettySslContextChannelCredentials.create(
                GrpcSslContexts.forClient()
                        .trustManager(in(pem(certificate)))
                        .keyManager(in(pem(leaf)), in(pem(client.getPrivate())))
                        .build());
    }

    /** Makes sure that the files look changed, however coarse the file system's times are. */
    static void touch(Path directory) throws Exception {
        var later =
                java.nio.file.attribute.FileTime.from(
                        Instant.now().plusMillis(SERIAL.incrementAndGet()));
        Files.setLastModifiedTime(directory.resolve("node-port-billing.key"), later);
    }

    /** A connection without a certificate. */
    ManagedChannel connectBare(int port) throws Exception {
        return connect(
                port,
                TlsChannelCredentials.newBuilder().trustManager(in(pem(certificate))).build());
    }

    static ManagedChannel connect(int port, ChannelCredentials credentials) {
        return Grpc.newChannelBuilderForAddress("localhost", port, credentials).build();
    }

    private X509Certificate issue(
            String subject, KeyPair subjectKeys, boolean authority, GeneralNames names)
            throws Exception {
        Instant now = Instant.now();
        var builder =
                new JcaX509v3CertificateBuilder(
                        new X500Name("CN=Test Co-op"),
                        BigInteger.valueOf(SERIAL.incrementAndGet()),
                        Date.from(now.minus(Duration.ofHours(1))),
                        Date.from(now.plus(Duration.ofDays(1))),
                        new X500Name(subject),
                        subjectKeys.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
        if (names != null) builder.addExtension(Extension.subjectAlternativeName, false, names);
        return new JcaX509CertificateConverter()
                .getCertificate(
                        builder.build(
                                new JcaContentSignerBuilder("SHA256withECDSA")
                                        .build(keys.getPrivate())));
    }

    private static KeyPair keyPair() throws Exception {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static String pem(X509Certificate certificate) throws Exception {
        var text = new StringWriter();
        try (var writer = new JcaPEMWriter(text)) {
            writer.writeObject(certificate);
        }
        return text.toString();
    }

    private static String pem(PrivateKey key) throws Exception {
        var text = new StringWriter();
        try (var writer = new JcaPEMWriter(text)) {
            writer.writeObject(new JcaPKCS8Generator(key, null));
        }
        return text.toString();
    }

    private static ByteArrayInputStream in(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
    }
}
