package org.coopmesh.nodeagent.identity;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.pkcs.CertificationRequest;
import org.bouncycastle.asn1.pkcs.CertificationRequestInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * The node's two keys: Ed25519 says who it is and signs, P-256 is for TLS. Each is made once, and never leaves the node.
 */
final class NodeKeys {
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN ([A-Z ]+)-----([^-]+)-----END \\1-----");

    private final byte[] identity;
    private final byte[] identityKey;
    private final KeyPair tls;

    private NodeKeys(byte[] identity, KeyPair tls) {
        this.identity = identity;
        this.identityKey = Ed25519Key.publicKeyOf(identity);
        this.tls = tls;
    }

    /**
     * Reads the keys from {@code directory}; makes those that are not there yet.
     *
     * @throws IdentityDamaged if a key file cannot be understood
     */
    static NodeKeys loadOrMake(Path directory) throws IOException {
        SecretFile.directory(directory);
        Path identityFile = directory.resolve("identity.key");
        if (!Files.exists(identityFile)) {
            byte[] made = new byte[Ed25519.SECRET_KEY_SIZE];
            new SecureRandom().nextBytes(made);
            SecretFile.write(
                    directory, "identity.key", pem("PRIVATE KEY", Ed25519Key.privateKeyInfo(made)));
        }
        Path tlsFile = directory.resolve("tls.key");
        if (!Files.exists(tlsFile)) {
            KeyPair made = makeTlsKey();
            byte[] privateKey = pem("PRIVATE KEY", made.getPrivate().getEncoded());
            byte[] publicKey = pem("PUBLIC KEY", made.getPublic().getEncoded());
            byte[] both = new byte[privateKey.length + publicKey.length];
            System.arraycopy(privateKey, 0, both, 0, privateKey.length);
            System.arraycopy(publicKey, 0, both, privateKey.length, publicKey.length);
            SecretFile.write(directory, "tls.key", both);
        }
        return new NodeKeys(readIdentity(identityFile), readTls(tlsFile));
    }

    static boolean areIn(Path directory) {
        return Files.exists(directory.resolve("identity.key"))
                && Files.exists(directory.resolve("tls.key"));
    }

    /** 64 lower-case hexadecimal digits. */
    String nodeId() {
        return HexFormat.of().formatHex(sha256(identityKey));
    }

    /** SubjectPublicKeyInfo, DER. */
    byte[] identityKey() {
        return identityKey.clone();
    }

    KeyPair tls() {
        return tls;
    }

    byte[] sign(byte[] message) {
        return Ed25519Key.sign(identity, message);
    }

    /** PKCS#10, DER, signed with the TLS key. */
    byte[] certificationRequest() {
        try {
            var info =
                    new CertificationRequestInfo(
                            new X500Name("CN=" + nodeId().substring(0, 12)),
                            SubjectPublicKeyInfo.getInstance(tls.getPublic().getEncoded()),
                            new DERSet());
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(tls.getPrivate());
            signature.update(info.getEncoded(ASN1Encoding.DER));
            return new CertificationRequest(
                            info,
                            new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256),
                            new DERBitString(signature.sign()))
                    .getEncoded(ASN1Encoding.DER);
        } catch (GeneralSecurityException | IOException impossible) {
            throw new IllegalStateException("P-256 key cannot sign", impossible);
        }
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static KeyPair makeTlsKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static byte[] readIdentity(Path file) throws IOException {
        try {
            return Ed25519Key.secretIn(block(file, "PRIVATE KEY"));
        } catch (IOException | RuntimeException damaged) {
            throw damaged(file, damaged);
        }
    }

    private static KeyPair readTls(Path file) throws IOException {
        try {
            KeyFactory factory = KeyFactory.getInstance("EC");
            PrivateKey privateKey =
                    factory.generatePrivate(new PKCS8EncodedKeySpec(block(file, "PRIVATE KEY")));
            PublicKey publicKey =
                    factory.generatePublic(new X509EncodedKeySpec(block(file, "PUBLIC KEY")));
            return new KeyPair(publicKey, privateKey);
        } catch (GeneralSecurityException | RuntimeException damaged) {
            throw damaged(file, damaged);
        }
    }

    private static IdentityDamaged damaged(Path file, Exception cause) {
        return new IdentityDamaged(
                "cannot read the key in " + file + "; restore it, or delete it to be a new node",
                cause);
    }

    private static byte[] block(Path file, String label) throws IOException {
        Matcher blocks = PEM.matcher(Files.readString(file, StandardCharsets.US_ASCII));
        while (blocks.find()) {
            if (blocks.group(1).equals(label))
                return Base64.getMimeDecoder().decode(blocks.group(2));
        }
        throw new IllegalArgumentException("no " + label);
    }

    private static byte[] pem(String label, byte[] der) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        String text = "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
