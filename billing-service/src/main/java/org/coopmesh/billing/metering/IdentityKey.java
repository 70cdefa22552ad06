package org.coopmesh.billing.metering;

import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;

/** A node's public Ed25519 key: signs its reports, and its hash is the node's id. */
final class IdentityKey {
    /** SubjectPublicKeyInfo of Ed25519 is this and 32 bytes of key. */
    private static final byte[] SPKI_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    private static final int SPKI_BYTES = 44;

    private final byte[] encoded;
    private final NodeId nodeId;
    private final Ed25519PublicKeyParameters key;

    private IdentityKey(byte[] encoded, Ed25519PublicKeyParameters key) {
        this.encoded = encoded;
        this.nodeId = NodeId.of(Sha256.of(encoded));
        this.key = key;
    }

    /**
     * Reads a SubjectPublicKeyInfo.
     *
     * @throws MalformedReport if it is not a point of Ed25519 in the one encoding that counts
     */
    static IdentityKey of(byte[] subjectPublicKeyInfo) {
        if (subjectPublicKeyInfo.length != SPKI_BYTES
                || !Arrays.equals(
                        SPKI_PREFIX,
                        0,
                        SPKI_PREFIX.length,
                        subjectPublicKeyInfo,
                        0,
                        SPKI_PREFIX.length)) {
            throw new MalformedReport(
                    "identity_key", "must be an Ed25519 SubjectPublicKeyInfo in DER");
        }
        try {
            return new IdentityKey(
                    subjectPublicKeyInfo.clone(),
                    new Ed25519PublicKeyParameters(subjectPublicKeyInfo, SPKI_PREFIX.length));
        } catch (IllegalArgumentException notAPoint) {
            throw new MalformedReport("identity_key", "must be a point of Ed25519");
        }
    }

    NodeId nodeId() {
        return nodeId;
    }

    byte[] encoded() {
        return encoded.clone();
    }

    /** True where {@code signature} over {@code message} is this key's. */
    boolean signed(byte[] message, byte[] signature) {
        var signer = new Ed25519Signer();
        signer.init(false, key);
        signer.update(message, 0, message.length);
        return signer.verifySignature(signature);
    }
}
