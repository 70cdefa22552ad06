package org.coopmesh.membership.assembly;

import java.math.BigInteger;
import java.security.SecureRandom;
import java.security.interfaces.RSAPublicKey;
import java.util.Base64;
import java.util.HexFormat;
import org.bouncycastle.crypto.CryptoException;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.engines.RSABlindingEngine;
import org.bouncycastle.crypto.generators.RSABlindingFactorGenerator;
import org.bouncycastle.crypto.params.RSABlindingParameters;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.signers.PSSSigner;

/** What a voter's browser does: writes a paper, folds it, and opens what came back signed. */
final class Voter {
    private static final int SALT_BYTES = 48;

    private final String nonce;
    private final Choice choice;
    private final RSABlindingParameters fold;
    private final byte[] folded;

    /** Writes a choice on a paper and folds it for the vote's key. */
    Voter(String ballotKey, ProposalId proposal, Choice choice) {
        byte[] random = new byte[Ballot.NONCE_BYTES];
        new SecureRandom().nextBytes(random);
        this.nonce = HexFormat.of().formatHex(random);
        this.choice = choice;
        RSAPublicKey key = BallotKey.of(ballotKey).key();
        var parameters = new RSAKeyParameters(false, key.getModulus(), key.getPublicExponent());
        var factors = new RSABlindingFactorGenerator();
        factors.init(parameters);
        this.fold = new RSABlindingParameters(parameters, factors.generateBlindingFactor());
        var pss = new PSSSigner(new RSABlindingEngine(), new SHA384Digest(), SALT_BYTES);
        pss.init(true, fold);
        byte[] paper = unsigned().signed(proposal);
        pss.update(paper, 0, paper.length);
        try {
            this.folded = whole(pss.generateSignature());
        } catch (CryptoException e) {
            throw new AssertionError(e);
        }
    }

    private Ballot unsigned() {
        return new Ballot(
                nonce, choice, Base64.getEncoder().encodeToString(new byte[BallotKey.BYTES]));
    }

    /** Base64. */
    String folded() {
        return Base64.getEncoder().encodeToString(folded);
    }

    /** Unfolds what the co-op signed. */
    Ballot ballot(String signature) {
        byte[] signed = Base64.getDecoder().decode(signature);
        var engine = new RSABlindingEngine();
        engine.init(false, fold);
        byte[] open = whole(engine.processBlock(signed, 0, signed.length));
        return new Ballot(nonce, choice, Base64.getEncoder().encodeToString(open));
    }

    private static byte[] whole(byte[] bytes) {
        byte[] hex = new BigInteger(1, bytes).toByteArray();
        byte[] whole = new byte[BallotKey.BYTES];
        int length = Math.min(hex.length, whole.length);
        System.arraycopy(hex, hex.length - length, whole, whole.length - length, length);
        return whole;
    }
}
