package org.coopmesh.nodeagent.identity;

import java.util.Arrays;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * A public Ed25519 key, and the two forms in which keys stand in files and answers. By hand, because both are a fixed row of
 * bytes before the key (RFC 8410), and a general reader weighs as much as the rest of the agent.
 */
public final class Ed25519Key {
    private static final byte[] PUBLIC_BEFORE = {
        0x30, 42, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 33, 0
    };
    private static final byte[] PRIVATE_BEFORE = {
        0x30, 46, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 34, 4, 32
    };

    /** Length, and version 1: the public key follows the private one. */
    private static final int[] PRIVATE_DIFFERS_AT = {1, 4};

    private static final int PRIVATE_WITH_PUBLIC_BYTES = 83;
    private static final int KEY_BYTES = Ed25519.PUBLIC_KEY_SIZE;

    private final byte[] raw;

    private Ed25519Key(byte[] raw) {
        this.raw = raw;
    }

    /**
     * Reads a SubjectPublicKeyInfo, DER.
     *
     * @throws IllegalArgumentException if it is not that of an Ed25519 key
     */
    public static Ed25519Key read(byte[] subjectPublicKeyInfo) {
        int before = PUBLIC_BEFORE.length;
        if (subjectPublicKeyInfo.length != before + KEY_BYTES
                || !Arrays.equals(subjectPublicKeyInfo, 0, before, PUBLIC_BEFORE, 0, before)
                || !Ed25519.validatePublicKeyFull(subjectPublicKeyInfo, before)) {
            throw new IllegalArgumentException("not an Ed25519 key");
        }
        return new Ed25519Key(
                Arrays.copyOfRange(subjectPublicKeyInfo, before, subjectPublicKeyInfo.length));
    }

    /**
     * Takes the 32 bytes of a key.
     *
     * @throws IllegalArgumentException if they are not an Ed25519 key
     */
    public static Ed25519Key of(byte[] raw) {
        if (raw.length != KEY_BYTES || !Ed25519.validatePublicKeyFull(raw, 0)) {
            throw new IllegalArgumentException("not an Ed25519 key");
        }
        return new Ed25519Key(raw.clone());
    }

    /** Whether {@code signature} over {@code message} is of this key. */
    public boolean signed(byte[] message, byte[] signature) {
        return signature.length == Ed25519.SIGNATURE_SIZE
                && Ed25519.verify(signature, 0, raw, 0, message, 0, message.length);
    }

    /** SubjectPublicKeyInfo, DER, of the key that {@code secret} belongs to. */
    public static byte[] publicKeyOf(byte[] secret) {
        byte[] info = Arrays.copyOf(PUBLIC_BEFORE, PUBLIC_BEFORE.length + KEY_BYTES);
        Ed25519.generatePublicKey(secret, 0, info, PUBLIC_BEFORE.length);
        return info;
    }

    /** PKCS#8, DER. */
    static byte[] privateKeyInfo(byte[] secret) {
        byte[] info = Arrays.copyOf(PRIVATE_BEFORE, PRIVATE_BEFORE.length + secret.length);
        System.arraycopy(secret, 0, info, PRIVATE_BEFORE.length, secret.length);
        return info;
    }

    /**
     * The secret in a PKCS#8, DER, with or without the public key behind it.
     *
     * @throws IllegalArgumentException if it is not that of an Ed25519 key
     */
    public static byte[] secretIn(byte[] privateKeyInfo) {
        int end = PRIVATE_BEFORE.length + Ed25519.SECRET_KEY_SIZE;
        byte[] before = Arrays.copyOf(privateKeyInfo, PRIVATE_BEFORE.length);
        if (privateKeyInfo.length == PRIVATE_WITH_PUBLIC_BYTES) {
            for (int at : PRIVATE_DIFFERS_AT) before[at] = PRIVATE_BEFORE[at];
        } else if (privateKeyInfo.length != end) {
            throw new IllegalArgumentException("not an Ed25519 key");
        }
        if (!Arrays.equals(before, PRIVATE_BEFORE)) {
            throw new IllegalArgumentException("not an Ed25519 key");
        }
        return Arrays.copyOfRange(privateKeyInfo, PRIVATE_BEFORE.length, end);
    }

    /** Ed25519 over {@code message}. */
    public static byte[] sign(byte[] secret, byte[] message) {
        byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];
        Ed25519.sign(secret, 0, message, 0, message.length, signature, 0);
        return signature;
    }
}
