package org.coopmesh.membership.assembly;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import org.coopmesh.membership.identity.KeyFile;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** The Ed25519 key that signs receipts of ballots and records of votes. Made at the first start. */
@Component
class AssemblyKey {
    private static final String FILE = "assembly.key";

    private final PrivateKey key;
    private final String publicKey;

    /** Opens the key in the folder, or makes it: both halves in Base64, a line each. */
    AssemblyKey(@Value("${coopmesh.keys-dir}") Path directory) {
        String[] halves = KeyFile.read(directory, FILE, AssemblyKey::made).strip().split("\n");
        try {
            if (halves.length != 2) throw new GeneralSecurityException("not two lines");
            key =
                    KeyFactory.getInstance("Ed25519")
                            .generatePrivate(
                                    new PKCS8EncodedKeySpec(Base64.getDecoder().decode(halves[0])));
            publicKey = halves[1];
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalStateException("no Ed25519 key in " + FILE, e);
        }
    }

    /** SubjectPublicKeyInfo, Base64. */
    String publicKey() {
        return publicKey;
    }

    /** The signature over {@code bytes}, Base64. */
    String sign(byte[] bytes) {
        try {
            var signer = Signature.getInstance("Ed25519");
            signer.initSign(key);
            signer.update(bytes);
            return Base64.getEncoder().encodeToString(signer.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot sign", e);
        }
    }

    private static String made() {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            var base64 = Base64.getEncoder();
            return "%s\n%s\n"
                    .formatted(
                            base64.encodeToString(pair.getPrivate().getEncoded()),
                            base64.encodeToString(pair.getPublic().getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot make Ed25519 keys here", e);
        }
    }
}
