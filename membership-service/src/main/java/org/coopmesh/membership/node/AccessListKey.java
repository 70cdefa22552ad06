package org.coopmesh.membership.node;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.crypto.util.PrivateKeyInfoFactory;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;

/** The Ed25519 key that signs access lists. Nodes learn its public half when they enrol. Made at the first start. */
public class AccessListKey {
    private static final String FILE = "access-list.key";
    private static final int KEY_ID_BYTES = 8;

    private final Ed25519PrivateKeyParameters key;
    private final byte[] publicKey;
    private final String id;

    /** Opens the key in {@code directory}, or makes it. */
    AccessListKey(Path directory) {
        CertificateAuthority.makeDirectory(directory);
        Path file = directory.resolve(FILE);
        try (var channel =
                        FileChannel.open(
                                directory.resolve(".lock"),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE);
                var lock = channel.lock()) {
            if (lock.isValid() && !Files.exists(file)) {
                CertificateAuthority.write(
                        file, pem(new Ed25519PrivateKeyParameters(new SecureRandom())));
            }
            key = read(file);
            publicKey =
                    SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(key.generatePublicKey())
                            .getEncoded();
            id = HexFormat.of().formatHex(NodeId.sha256(publicKey), 0, KEY_ID_BYTES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SubjectPublicKeyInfo, DER. */
    public byte[] publicKey() {
        return publicKey.clone();
    }

    /** The first 16 hexadecimal digits of the public key's SHA-256. */
    public String id() {
        return id;
    }

    public byte[] sign(byte[] bytes) {
        var signer = new Ed25519Signer();
        signer.init(true, key);
        signer.update(bytes, 0, bytes.length);
        return signer.generateSignature();
    }

    private static Ed25519PrivateKeyParameters read(Path file) throws IOException {
        try (var parser = new PEMParser(new StringReader(Files.readString(file)))) {
            if (parser.readObject() instanceof PrivateKeyInfo info
                    && PrivateKeyFactory.createKey(info)
                            instanceof Ed25519PrivateKeyParameters ed25519) {
                return ed25519;
            }
            throw new IllegalStateException("no Ed25519 key in " + file);
        }
    }

    private static String pem(Ed25519PrivateKeyParameters key) throws IOException {
        var out = new StringWriter();
        try (var writer = new PemWriter(out)) {
            writer.writeObject(
                    new PemObject(
                            "PRIVATE KEY",
                            PrivateKeyInfoFactory.createPrivateKeyInfo(key).getEncoded()));
        }
        return out.toString();
    }
}
