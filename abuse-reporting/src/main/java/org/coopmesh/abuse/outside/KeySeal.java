package org.coopmesh.abuse.outside;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Keys to servers of others as they stand in the database. They have to be shown there, so a hash would not do: AES-256-GCM, bound
 * to their list, under a secret that the database does not hold. Without that secret they stand in the clear. While the secret changes
 * there are two: the first seals, both open.
 */
@Component
class KeySeal {
    private static final String MARK = "sealed:";
    private static final String PURPOSE = "coopmesh outside list v1\0";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final Logger log = LoggerFactory.getLogger(KeySeal.class);

    private final List<String> secrets;
    private final SecureRandom random = new SecureRandom();

    KeySeal(OutsideSettings settings) {
        this.secrets = settings.keySecrets();
    }

    /** Whether there is a secret to seal by. */
    boolean isOn() {
        return !secrets.isEmpty();
    }

    boolean isSealed(String stored) {
        return stored.startsWith(MARK);
    }

    /** Whether it is sealed by the secret that seals now. */
    boolean isSealedByTheNewest(UUID list, String stored) {
        return isOn() && isSealed(stored) && opened(list, stored, secrets.getFirst()).isPresent();
    }

    String seal(UUID list, String key) {
        if (!isOn()) return key;
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] sealed =
                    cipher(Cipher.ENCRYPT_MODE, list, nonce, secrets.getFirst())
                            .doFinal(key.getBytes(StandardCharsets.UTF_8));
            return MARK
                    + Base64.getUrlEncoder()
                            .withoutPadding()
                            .encodeToString(
                                    ByteBuffer.allocate(nonce.length + sealed.length)
                                            .put(nonce)
                                            .put(sealed)
                                            .array());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-GCM", e);
        }
    }

    /** The key; empty, and logged, where no secret is the one it was sealed by: the other server then refuses it. */
    String open(UUID list, String stored) {
        if (!isSealed(stored)) return stored;
        for (String secret : secrets) {
            Optional<String> key = opened(list, stored, secret);
            if (key.isPresent()) return key.get();
        }
        log.atError()
                .addKeyValue("listId", list)
                .log("key of an outside list was sealed by another coopmesh.outside.key-secret");
        return "";
    }

    private static Optional<String> opened(UUID list, String stored, String secret) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(stored.substring(MARK.length()));
            ByteBuffer read = ByteBuffer.wrap(bytes);
            byte[] nonce = new byte[NONCE_BYTES];
            read.get(nonce);
            byte[] sealed = new byte[read.remaining()];
            read.get(sealed);
            return Optional.of(
                    new String(
                            cipher(Cipher.DECRYPT_MODE, list, nonce, secret).doFinal(sealed),
                            StandardCharsets.UTF_8));
        } catch (AEADBadTagException another) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-GCM", e);
        }
    }

    private static Cipher cipher(int mode, UUID list, byte[] nonce, String secret)
            throws GeneralSecurityException {
        byte[] key =
                MessageDigest.getInstance("SHA-256")
                        .digest((PURPOSE + secret).getBytes(StandardCharsets.UTF_8));
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(list.toString().getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
