package org.coopmesh.membership.assembly;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * By which rules the assembly decides.
 *
 * @param quorumPercent of the members on the roll who must cast a ballot, 0 to 100
 * @param majority for everything but the rules
 * @param rulesMajority for a new version of the co-op's rules, and for these terms
 * @param seconders besides the proposer, 0 to 100
 * @param discussionDays from seconding to the vote, 0 to 90; a vote never opens on the day of seconding
 * @param votingDays 1 to 60
 */
record Terms(
        int quorumPercent,
        Majority majority,
        Majority rulesMajority,
        int seconders,
        int discussionDays,
        int votingDays) {
    private static final int SECONDERS_MAX = 100;
    private static final int DISCUSSION_DAYS_MAX = 90;
    private static final int VOTING_DAYS_MAX = 60;

    /** Holds until the board, or the assembly, says otherwise. */
    static final Terms FIRST = new Terms(20, Majority.SIMPLE, Majority.TWO_THIRDS, 2, 14, 7);

    Terms {
        within("quorumPercent", quorumPercent, 0, 100);
        within("seconders", seconders, 0, SECONDERS_MAX);
        within("discussionDays", discussionDays, 0, DISCUSSION_DAYS_MAX);
        within("votingDays", votingDays, 1, VOTING_DAYS_MAX);
    }

    private static void within(String field, int value, int min, int max) {
        if (value < min || value > max)
            throw new IllegalArgumentException(field + " is " + min + " to " + max);
    }

    Rule ruleFor(Change change) {
        return new Rule(
                quorumPercent,
                switch (change) {
                    case Change.Rules _, Change.Procedure _ -> rulesMajority;
                    case Change.Resolution _,
                            Change.Access _,
                            Change.Dues _,
                            Change.Budget _,
                            Change.OutageCredit _,
                            Change.Hardship _ ->
                            majority;
                });
    }

    /**
     * The days of a proposal that was seconded on {@code today}.
     *
     * @param effectFrom from when it is wished to hold; null for as soon as it is adopted
     */
    Calendar calendarFrom(LocalDate today, @Nullable LocalDate effectFrom) {
        LocalDate opens = today.plusDays(Math.max(1, discussionDays));
        return Calendar.of(opens, votingDays, effectFrom);
    }
}
