package org.coopmesh.nodeagent.access;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.util.PublicKeyFactory;

/** The public keys whose signature makes an access list the co-op's: those that the co-op named last. */
final class ListKeys {

    private static final byte[] CONTEXT =
            "coopmesh-access-list-v1\0".getBytes(StandardCharsets.US_ASCII);

    private final Supplier<Map<String, byte[]>> named;
    private Map<String, byte[]> read = Map.of();
    private Map<String, Ed25519PublicKeyParameters> keys = Map.of();

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

    private synchronized Map<String, Ed25519PublicKeyParameters> newest() {
        Map<String, byte[]> now = named.get();
        if (now != read) {
            keys = parsed(now);
            read = now;
        }
        return keys;
    }

    private static Map<String, Ed25519PublicKeyParameters> parsed(Map<String, byte[]> spkis) {
        Map<String, Ed25519PublicKeyParameters> keys = new HashMap<>();
        spkis.forEach((keyId, spki) -> {
            try {
                if (!(PublicKeyFactory.createKey(spki) instanceof Ed25519PublicKeyParameters key)) {
                    throw new IllegalArgumentException("not an Ed25519 key: " + keyId);
                }
                keys.put(keyId, key);
            } catch (IOException | RuntimeException unreadable) {
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
        Ed25519PublicKeyParameters key = newest().get(keyId);
        if (key == null) {
            throw new ListRefused.KeyUnknown(keyId);
        }
        var signer = new Ed25519Signer();
        signer.init(false, key);
        signer.update(CONTEXT, 0, CONTEXT.length);
        signer.update(head, 0, head.length);
        if (!signer.verifySignature(signature)) {
            throw new ListRefused(Trouble.LIST_FORGED, "signature does not fit");
        }
        try {
            return SignedHead.read(head, signature, keyId);
        } catch (IllegalArgumentException malformed) {
            throw new ListRefused(Trouble.LIST_FORGED, String.valueOf(malformed.getMessage()));
        }
    }
}
