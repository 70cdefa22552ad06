package org.coopmesh.membership.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import java.nio.file.Path;
import java.text.ParseException;

/** The key that signs tokens, kept in a file so that a restart keeps everybody signed in. */
final class SigningKey {
    private static final String FILE = "sign-in.jwk";
    private static final int BITS = 3072;

    private SigningKey() {}

    /** Reads the key in {@code directory}, or makes one that only this process' owner can read. */
    static RSAKey in(Path directory) {
        try {
            return RSAKey.parse(KeyFile.read(directory, FILE, SigningKey::made));
        } catch (ParseException e) {
            throw new IllegalStateException(
                    "no key to sign tokens with in " + directory.resolve(FILE), e);
        }
    }

    private static String made() {
        try {
            return new RSAKeyGenerator(BITS)
                    .keyUse(KeyUse.SIGNATURE)
                    .keyIDFromThumbprint(true)
                    .generate()
                    .toJSONString();
        } catch (JOSEException e) {
            throw new IllegalStateException("cannot make RSA keys here", e);
        }
    }
}
