package org.coopmesh.membership.assembly;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.coopmesh.membership.member.MemberId;

/**
 * Everything anybody needs to count a vote again: lines of text, in an order that tells nothing. The format is in
 * tools/verify/README.md.
 *
 * @param text everything up to its signature
 * @param signature the last line's two words: the co-op's key and what it signed, Base64
 */
record VoteRecord(String text, String signature) {
    /**
     * What is written down of a vote.
     *
     * @param about title, text and change, as JSON in one line
     * @param roll everybody who might vote, in id order, and whether a ballot was signed for them
     * @param ballots by nonce
     * @param refusals how often what was refused
     */
    static String written(
            Proposal.Counted vote,
            String about,
            List<BallotBox.OnRoll> roll,
            List<Ballot> ballots,
            Map<String, Integer> refusals) {
        var text = new StringBuilder();
        line(text, "coopmesh vote 1");
        line(text, "proposal " + vote.paper().id());
        line(text, "about " + about);
        line(text, "opens " + vote.calendar().opensOn());
        line(text, "closes " + vote.calendar().closesOn());
        line(text, "effective " + vote.calendar().effectiveOn());
        line(text, "quorum " + vote.rule().quorumPercent());
        line(text, "majority " + vote.rule().majority().word());
        line(text, "key " + vote.key());
        for (BallotBox.OnRoll each : roll) line(text, roll(each.member(), each.signed()));
        refusals.forEach((why, times) -> line(text, "refused %s %d".formatted(why, times)));
        for (Ballot each : ballots) line(text, each.line());
        Tally tally = vote.tally();
        line(
                text,
                "tally yes %d no %d abstain %d of %d"
                        .formatted(tally.yes(), tally.no(), tally.abstain(), vote.electorate()));
        line(text, "outcome " + vote.outcome().word());
        return text.toString();
    }

    private static String roll(MemberId member, boolean signed) {
        return "roll %s %s".formatted(member, signed ? "signed" : "-");
    }

    private static void line(StringBuilder text, String line) {
        text.append(line).append('\n');
    }

    /** As it is published. */
    String published() {
        return "%ssigned %s\n".formatted(text, signature);
    }

    /** SHA-256 of the text, in hexadecimal digits: what the minutes of the assembly hold. */
    String seal() {
        return HexFormat.of().formatHex(sha256(text.getBytes(StandardCharsets.UTF_8)));
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
