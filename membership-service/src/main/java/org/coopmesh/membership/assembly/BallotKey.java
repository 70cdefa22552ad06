package org.coopmesh.membership.assembly;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/**
 * The public half of the key that signs the ballots of one vote: RSABSSA-SHA384-PSS-Randomized of RFC 9474, which anybody checks as
 * RSASSA-PSS with SHA-384, MGF1 with SHA-384 and 48 bytes of salt.
 */
record BallotKey(String encoded, RSAPublicKey key) {
    static final int BITS = 2048;
    static final int BYTES = BITS / 8;
    private static final int SALT_BYTES = 48;
    private static final PSSParameterSpec PSS =
            new PSSParameterSpec(
                    "SHA-384",
                    "MGF1",
                    MGF1ParameterSpec.SHA384,
                    SALT_BYTES,
                    PSSParameterSpec.TRAILER_FIELD_BC);

    /** The key in {@code encoded}, SubjectPublicKeyInfo in Base64. */
    static BallotKey of(String encoded) {
        try {
            PublicKey key =
                    KeyFactory.getInstance("RSA")
                            .generatePublic(
                                    new X509EncodedKeySpec(Base64.getDecoder().decode(encoded)));
            return new BallotKey(encoded, (RSAPublicKey) key);
        } catch (GeneralSecurityException | ClassCastException e) {
            throw new IllegalStateException("no RSA key of a vote", e);
        }
    }

    static BallotKey of(RSAPublicKey key) {
        return new BallotKey(Base64.getEncoder().encodeToString(key.getEncoded()), key);
    }

    /** Whether this key signed the ballot as it is, for this vote. */
    boolean signed(ProposalId proposal, Ballot ballot) {
        try {
            var check = Signature.getInstance("RSASSA-PSS");
            check.setParameter(PSS);
            check.initVerify(key);
            check.update(ballot.signed(proposal));
            return check.verify(ballot.signatureBytes());
        } catch (GeneralSecurityException damaged) {
            return false;
        }
    }

    /** Whether {@code folded} is as long as the modulus and smaller than it: only such a paper can be signed. */
    boolean fits(byte[] folded) {
        return folded.length == BYTES && new BigInteger(1, folded).compareTo(key.getModulus()) < 0;
    }
}
