package org.coopmesh.membership.assembly;

import java.util.List;

/** How many ballots say what. */
record Tally(int yes, int no, int abstain) {
    Tally {
        if (yes < 0 || no < 0 || abstain < 0)
            throw new IllegalArgumentException("a tally counts from 0");
    }

    static Tally of(List<Ballot> ballots) {
        int[] counts = new int[Choice.values().length];
        for (Ballot each : ballots) counts[each.choice().ordinal()]++;
        return new Tally(
                counts[Choice.YES.ordinal()],
                counts[Choice.NO.ordinal()],
                counts[Choice.ABSTAIN.ordinal()]);
    }

    int ballots() {
        return yes + no + abstain;
    }

    /** What follows, by {@code rule}, where {@code electorate} members had a vote. */
    Outcome outcome(Rule rule, int electorate) {
        if (ballots() > electorate)
            throw new IllegalArgumentException(
                    "%d ballots of %d members".formatted(ballots(), electorate));
        if (ballots() == 0 || ballots() * 100L < (long) rule.quorumPercent() * electorate)
            return Outcome.NO_QUORUM;
        return rule.majority().carries(yes, no) ? Outcome.ADOPTED : Outcome.REJECTED;
    }
}
