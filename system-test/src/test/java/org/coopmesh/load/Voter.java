package org.coopmesh.load;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.SecureRandom;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import org.bouncycastle.crypto.CryptoException;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.engines.RSABlindingEngine;
import org.bouncycastle.crypto.generators.RSABlindingFactorGenerator;
import org.bouncycastle.crypto.params.RSABlindingParameters;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.signers.PSSSigner;

/** A voter's ballot by the public form alone (RFC 9474): written, folded, signed unseen, unfolded. It shares no code with the co-op. */
final class Voter {
    private static final int SALT_BYTES = 48;
    private static final int NONCE_BYTES = 32;

    private final String proposal;
    private final String choice;
    private final byte[] nonce = new byte[NONCE_BYTES];
    private final RSABlindingParameters fold;
    private final byte[] folded;

    /** Writes {@code choice} on a paper and folds it for the key of the vote. */
    Voter(String ballotKey, String proposal, String choice) {
        this.proposal = proposal;
        this.choice = choice;
        new SecureRandom().nextBytes(nonce);
        try {
            var key =
                    (RSAPublicKey)
                            KeyFactory.getInstance("RSA")
                                    .generatePublic(
                                            new X509EncodedKeySpec(
                                                    Base64.getDecoder().decode(ballotKey)));
            var parameters = new RSAKeyParameters(false, key.getModulus(), key.getPublicExponent());
            var factors = new RSABlindingFactorGenerator();
            factors.init(parameters);
            fold = new RSABlindingParameters(parameters, factors.generateBlindingFactor());
            var pss = new PSSSigner(new RSABlindingEngine(), new SHA384Digest(), SALT_BYTES);
            pss.init(true, fold);
            byte[] text =
                    "coopmesh ballot 1\n%s\n%s\n"
                            .formatted(proposal, choice)
                            .getBytes(StandardCharsets.US_ASCII);
            pss.update(nonce, 0, nonce.length);
            pss.update(text, 0, text.length);
            folded = whole(pss.generateSignature());
        } catch (GeneralSecurityException | CryptoException e) {
            throw new IllegalStateException(e);
        }
    }

    String choice() {
        return choice;
    }

    /** What the co-op signs for a member. */
    Map<String, String> paper() {
        return Map.of("folded", Base64.getEncoder().encodeToString(folded));
    }

    /** What goes into the box, without a name. */
    Map<String, String> ballot(String signature) {
        byte[] signed = Base64.getDecoder().decode(signature);
        var engine = new RSABlindingEngine();
        engine.init(false, fold);
        byte[] open = whole(engine.processBlock(signed, 0, signed.length));
        return Map.of(
                "proposalId",
                proposal,
                "nonce",
                HexFormat.of().formatHex(nonce),
                "choice",
                choice,
                "signature",
                Base64.getEncoder().encodeToString(open));
    }

    private byte[] whole(byte[] bytes) {
        byte[] number = new BigInteger(1, bytes).toByteArray();
        byte[] whole = new byte[(fold.getPublicKey().getModulus().bitLength() + 7) / 8];
        int length = Math.min(number.length, whole.length);
        System.arraycopy(number, number.length - length, whole, whole.length - length, length);
        return whole;
    }
}
