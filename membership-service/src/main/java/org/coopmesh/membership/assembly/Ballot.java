package org.coopmesh.membership.assembly;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;

/**
 * One vote without a name. Its signature was made by the co-op over the folded paper (RFC 9474), so it could not see what it signed.
 *
 * @param nonce 32 random bytes in hexadecimal digits, made by the voter's browser: what makes it this ballot and no other
 * @param signature RSASSA-PSS with SHA-384 over {@link #signed}, Base64
 */
record Ballot(String nonce, Choice choice, String signature) {
    static final int NONCE_BYTES = 32;

    Ballot {
        if (!nonce.matches("[0-9a-f]{64}"))
            throw new IllegalArgumentException("nonce is 64 hexadecimal digits");
        if (bytes(signature).length != BallotKey.BYTES)
            throw new IllegalArgumentException("signature is " + BallotKey.BYTES + " bytes");
    }

    private static byte[] bytes(String signature) {
        try {
            return Base64.getDecoder().decode(signature);
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException("signature is Base64", malformed);
        }
    }

    byte[] signatureBytes() {
        return bytes(signature);
    }

    /** What the signature is over: the nonce, as RFC 9474 puts it before a message, the vote and the choice. */
    byte[] signed(ProposalId proposal) {
        byte[] prefix = HexFormat.of().parseHex(nonce);
        byte[] text =
                "coopmesh ballot 1\n%s\n%s\n"
                        .formatted(proposal, choice.word())
                        .getBytes(StandardCharsets.US_ASCII);
        byte[] all = new byte[prefix.length + text.length];
        System.arraycopy(prefix, 0, all, 0, prefix.length);
        System.arraycopy(text, 0, all, prefix.length, text.length);
        return all;
    }

    /** Its line in the record of the vote. */
    String line() {
        return "ballot %s %s %s".formatted(nonce, choice.word(), signature);
    }

    /** What the co-op signs when it takes the ballot. */
    byte[] receipt(ProposalId proposal) {
        return "coopmesh ballot taken 1\n%s\n%s\n"
                .formatted(proposal, line())
                .getBytes(StandardCharsets.US_ASCII);
    }
}
