package org.coopmesh.nodeagent.access;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.coopmesh.nodeagent.identity.Ed25519Key;

/** The public keys whose signature makes an access list the co-op's: those that the co-op named last. */
final class ListKeys {

    private static final byte[] CONTEXT =
            "coopmesh-access-list-v1\0".getBytes(StandardCharsets.US_ASCII);

    private final Supplier<Map<String, byte[]>> named;
    private Map<String, byte[]> read = Map.of();
    private Map<String, Ed25519Key> keys = Map.of();

    /**
     * Reads the keys that are named now.
     *
     * @param named asked at each check; another map where a renewal has named others
     * @throws IllegalArgumentException if one is not the SubjectPublicKeyInfo of an Ed25519 key
     */
    ListKeys(Supplier<Map<String, byte[]>> named) {
        this.named = named;
        newest();
    }

    /** Whether a signature of this key would count. */
    boolean knows(String keyId) {
        return newest().containsKey(keyId);
    }

    private synchronized Map<String, Ed25519Key> newest() {
        Map<String, byte[]> now = named.get();
        if (now != read) {
            keys = parsed(now);
            read = now;
        }
        return keys;
    }

    private static Map<String, Ed25519Key> parsed(Map<String, byte[]> spkis) {
        Map<String, Ed25519Key> keys = new HashMap<>();
        spkis.forEach((keyId, spki) -> {
            try {
                keys.put(keyId, Ed25519Key.read(spki));
            } catch (IllegalArgumentException unreadable) {
                throw new IllegalArgumentException("list key unreadable: " + keyId, unreadable);
            }
        });
        return keys;
    }

    /**
     * Checks the signature over the head.
     *
     * @throws ListRefused if the key is unknown or the signature does not fit
     */
    SignedHead check(byte[] head, byte[] signature, String keyId) throws ListRefused {
        Ed25519Key key = newest().get(keyId);
        if (key == null) {
            throw new ListRefused.KeyUnknown(keyId);
        }
        byte[] message = Arrays.copyOf(CONTEXT, CONTEXT.length + head.length);
        System.arraycopy(head, 0, message, CONTEXT.length, head.length);
        if (!key.signed(message, signature)) {
            throw new ListRefused(Trouble.LIST_FORGED, "signature does not fit");
        }
        try {
            return SignedHead.read(head, signature, keyId);
        } catch (IllegalArgumentException malformed) {
            throw new ListRefused(Trouble.LIST_FORGED, String.valueOf(malformed.getMessage()));
        }
    }
}
