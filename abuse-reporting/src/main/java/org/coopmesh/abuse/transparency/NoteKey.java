package org.coopmesh.abuse.transparency;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * The public half of a key that signs notes (C2SP signed-note), written {@code name+id+key}.
 *
 * @param type {@link #ED25519} for a log, {@link #COSIGNATURE} for a witness (C2SP tlog-cosignature, version 1)
 * @param key 32 bytes, Base64
 */
record NoteKey(String name, byte type, String key) {
    static final byte ED25519 = 1;
    static final byte COSIGNATURE = 4;
    static final int ID_LENGTH = 4;

    NoteKey {
        if (name.isEmpty() || name.chars().anyMatch(c -> c == '+' || c <= ' ')) {
            throw new IllegalArgumentException("a key's name has neither spaces nor plus signs");
        }
        if (Base64.getDecoder().decode(key).length != Hash.LENGTH) {
            throw new IllegalArgumentException("an Ed25519 key has 32 bytes");
        }
    }

    static NoteKey of(String name, byte type, byte[] key) {
        return new NoteKey(name, type, Base64.getEncoder().encodeToString(key));
    }

    /**
     * Reads {@code name+id+key}.
     *
     * @throws IllegalArgumentException unless the id is that of name and key
     */
    static NoteKey parse(String text) {
        String[] parts = text.split("\\+", 3);
        if (parts.length < 3) {
            throw new IllegalArgumentException("a verifier key is name+id+key");
        }
        byte[] typed = Base64.getDecoder().decode(parts[2]);
        if (typed.length != Hash.LENGTH + 1 || typed[0] != ED25519 && typed[0] != COSIGNATURE) {
            throw new IllegalArgumentException("neither an Ed25519 key nor a witness's");
        }
        NoteKey key = of(parts[0], typed[0], Arrays.copyOfRange(typed, 1, typed.length));
        if (!HexFormat.of().formatHex(key.id()).equals(parts[1])) {
            throw new IllegalArgumentException("the id is not that of the key");
        }
        return key;
    }

    /** The first four bytes of SHA-256 over name, newline, type and key. */
    byte[] id() {
        byte[] named = (name + "\n").getBytes(StandardCharsets.UTF_8);
        return Arrays.copyOf(Hash.sha256(named, typed()).bytes(), ID_LENGTH);
    }

    /** {@code name+id+key}, as verifiers are given it. */
    String text() {
        return name
                + "+"
                + HexFormat.of().formatHex(id())
                + "+"
                + Base64.getEncoder().encodeToString(typed());
    }

    /** Whether this key made the Ed25519 signature over {@code message}; false for anything malformed. */
    boolean verifies(byte[] message, byte[] signature) {
        try {
            byte[] bytes = Base64.getDecoder().decode(key);
            boolean odd = (bytes[Hash.LENGTH - 1] & 0x80) != 0;
            byte[] y = new byte[Hash.LENGTH];
            for (int i = 0; i < y.length; i++) {
                y[i] = bytes[y.length - 1 - i];
            }
            y[0] &= 0x7f;
            var spec =
                    new EdECPublicKeySpec(
                            NamedParameterSpec.ED25519, new EdECPoint(odd, new BigInteger(1, y)));
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(KeyFactory.getInstance("Ed25519").generatePublic(spec));
            verifier.update(message);
            return verifier.verify(signature);
        } catch (GeneralSecurityException malformed) {
            return false;
        }
    }

    private byte[] typed() {
        return ByteBuffer.allocate(1 + Hash.LENGTH)
                .put(type)
                .put(Base64.getDecoder().decode(key))
                .array();
    }
}
