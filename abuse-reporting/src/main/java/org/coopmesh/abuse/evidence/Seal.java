package org.coopmesh.abuse.evidence;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.hpke.HPKE;
import org.bouncycastle.crypto.hpke.HPKEContextWithEncapsulation;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * The cryptography of the vault and nothing else: AES-256-GCM for contents, HPKE (RFC 9180: X25519, HKDF-SHA256, AES-256-GCM)
 * to hand a secret to a key, or many to the same one, Argon2id (RFC 9106) to lock a private key with a passphrase. Everything sealed is bound to what it
 * is for.
 */
final class Seal {
    static final int SECRET_BYTES = 32;
    static final int SALT_BYTES = 16;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int PUBLIC_BYTES = 32;
    private static final int ARGON_KIB = 19 * 1024;
    private static final int ARGON_ROUNDS = 2;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Seal() {}

    /** What was sealed cannot be opened so: another key, another passphrase, or altered. */
    static final class Broken extends Exception {
        Broken() {
            super("cannot be opened");
        }
    }

    /** A private key as it is stored, and the public one that everybody may have. */
    record KeyPair(byte[] publicKey, byte[] lockedPrivateKey, byte[] salt) {}

    static byte[] random(int bytes) {
        var random = new byte[bytes];
        RANDOM.nextBytes(random);
        return random;
    }

    static SecureRandom randomness() {
        return RANDOM;
    }

    /** A new key whose private half only {@code passphrase} unlocks. */
    static KeyPair newKey(UUID id, char[] passphrase) {
        HPKE hpke = hpke();
        AsymmetricCipherKeyPair pair = hpke.generatePrivateKey();
        byte[] publicKey = hpke.serializePublicKey(pair.getPublic());
        byte[] privateKey = hpke.serializePrivateKey(pair.getPrivate());
        byte[] salt = random(SALT_BYTES);
        byte[] wrapping = stretched(passphrase, salt);
        byte[] locked = lock(wrapping, privateKey, "key " + id);
        Arrays.fill(privateKey, (byte) 0);
        Arrays.fill(wrapping, (byte) 0);
        return new KeyPair(publicKey, locked, salt);
    }

    /** The private key; by no other passphrase. */
    static byte[] unlock(UUID id, KeyPair key, char[] passphrase) throws Broken {
        byte[] wrapping = stretched(passphrase, key.salt());
        try {
            return open(wrapping, key.lockedPrivateKey(), "key " + id);
        } finally {
            Arrays.fill(wrapping, (byte) 0);
        }
    }

    /** Seals a secret so that only the holder of the private key opens it, and only as {@code purpose}. */
    static byte[] hand(byte[] publicKey, byte[] secret, String purpose) {
        HPKE hpke = hpke();
        HPKEContextWithEncapsulation context =
                hpke.setupBaseS(hpke.deserializePublicKey(publicKey), info(purpose));
        try {
            byte[] sealed = context.seal(new byte[0], secret);
            byte[] encapsulation = context.getEncapsulation();
            byte[] both = Arrays.copyOf(encapsulation, encapsulation.length + sealed.length);
            System.arraycopy(sealed, 0, both, encapsulation.length, sealed.length);
            return both;
        } catch (InvalidCipherTextException e) {
            throw new IllegalStateException("sealing does not fail", e);
        }
    }

    /**
     * What was agreed with a key once, by which many secrets are handed to it: to agree costs more than all the rest. Each is locked
     * with a secret of its own, exported for its purpose (RFC 9180, 5.3). Who reads it out of memory opens what was handed by it, so it
     * serves for {@link #LASTS} and is dropped then.
     */
    static final class Agreement {
        static final Duration LASTS = Duration.ofMinutes(10);
        private static final String FOR_MANY = "shares";

        private final HPKEContextWithEncapsulation context;
        private final Instant until;

        Agreement(byte[] publicKey, Instant now) {
            HPKE hpke = hpke();
            this.context = hpke.setupBaseS(hpke.deserializePublicKey(publicKey), info(FOR_MANY));
            this.until = now.plus(LASTS);
        }

        boolean lasts(Instant now) {
            return now.isBefore(until);
        }

        /** Seals a secret so that only the holder of the private key opens it, and only as {@code purpose}. */
        byte[] hand(byte[] secret, String purpose) {
            byte[] key;
            synchronized (this) { // What derives it keeps its state in fields.
                key = context.export(info(purpose), SECRET_BYTES);
            }
            byte[] locked = lock(key, secret, purpose);
            byte[] encapsulation = context.getEncapsulation();
            byte[] both = Arrays.copyOf(encapsulation, encapsulation.length + locked.length);
            System.arraycopy(locked, 0, both, encapsulation.length, locked.length);
            Arrays.fill(key, (byte) 0);
            return both;
        }

        private static byte[] taken(
                byte[] publicKey, byte[] privateKey, byte[] sealed, String purpose) throws Broken {
            HPKE hpke = hpke();
            try {
                byte[] key =
                        hpke.setupBaseR(
                                        Arrays.copyOf(sealed, PUBLIC_BYTES),
                                        hpke.deserializePrivateKey(privateKey, publicKey),
                                        info(FOR_MANY))
                                .export(info(purpose), SECRET_BYTES);
                return open(key, Arrays.copyOfRange(sealed, PUBLIC_BYTES, sealed.length), purpose);
            } catch (IllegalArgumentException | IllegalStateException e) {
                throw new Broken();
            }
        }
    }

    /** Opens what {@link #hand} or an {@link Agreement} sealed to this key for this purpose. */
    static byte[] take(byte[] publicKey, byte[] privateKey, byte[] sealed, String purpose)
            throws Broken {
        if (sealed.length < PUBLIC_BYTES) throw new Broken();
        try {
            return Agreement.taken(publicKey, privateKey, sealed, purpose);
        } catch (Broken alone) {
            return takenAlone(publicKey, privateKey, sealed, purpose);
        }
    }

    private static byte[] takenAlone(
            byte[] publicKey, byte[] privateKey, byte[] sealed, String purpose) throws Broken {
        HPKE hpke = hpke();
        try {
            return hpke.setupBaseR(
                            Arrays.copyOf(sealed, PUBLIC_BYTES),
                            hpke.deserializePrivateKey(privateKey, publicKey),
                            info(purpose))
                    .open(new byte[0], Arrays.copyOfRange(sealed, PUBLIC_BYTES, sealed.length));
        } catch (InvalidCipherTextException | IllegalArgumentException | IllegalStateException e) {
            throw new Broken();
        }
    }

    /** Encrypts under a key of 32 bytes; the result begins with a random nonce. */
    static byte[] lock(byte[] key, byte[] content, String purpose) {
        byte[] nonce = random(NONCE_BYTES);
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(
                    Cipher.ENCRYPT_MODE,
                    new SecretKeySpec(key, "AES"),
                    new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(info(purpose));
            var locked = new byte[NONCE_BYTES + cipher.getOutputSize(content.length)];
            System.arraycopy(nonce, 0, locked, 0, NONCE_BYTES);
            cipher.doFinal(content, 0, content.length, locked, NONCE_BYTES);
            return locked;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-GCM", e);
        }
    }

    /** Opens what {@link #lock} locked for this purpose. */
    static byte[] open(byte[] key, byte[] locked, String purpose) throws Broken {
        if (locked.length < NONCE_BYTES || key.length != SECRET_BYTES) throw new Broken();
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    new SecretKeySpec(key, "AES"),
                    new GCMParameterSpec(TAG_BITS, locked, 0, NONCE_BYTES));
            cipher.updateAAD(info(purpose));
            return cipher.doFinal(locked, NONCE_BYTES, locked.length - NONCE_BYTES);
        } catch (GeneralSecurityException e) {
            throw new Broken();
        }
    }

    static byte[] sha256(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static byte[] stretched(char[] passphrase, byte[] salt) {
        var argon = new Argon2BytesGenerator();
        argon.init(
                new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                        .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                        .withMemoryAsKB(ARGON_KIB)
                        .withIterations(ARGON_ROUNDS)
                        .withParallelism(1)
                        .withSalt(salt)
                        .build());
        var key = new byte[SECRET_BYTES];
        argon.generateBytes(passphrase, key);
        return key;
    }

    private static byte[] info(String purpose) {
        return ("coopmesh evidence 1 " + purpose).getBytes(StandardCharsets.UTF_8);
    }

    private static HPKE hpke() {
        return new HPKE(
                HPKE.mode_base, HPKE.kem_X25519_SHA256, HPKE.kdf_HKDF_SHA256, HPKE.aead_AES_GCM256);
    }
}
