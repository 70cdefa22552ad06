package org.coopmesh.membership.assembly;

import java.time.Instant;
import java.time.LocalDate;
import org.coopmesh.membership.member.MemberId;
import org.jspecify.annotations.Nullable;

/**
 * Something put before the assembly. Each state offers only the steps that are legal from it.
 *
 * <pre>
 *   Draft ──seconded──▶ Discussed ──its day──▶ Voting ──closed──▶ Counted ──its day──▶ Counted, applied
 *     │                    │
 *     └────withdraw────────┴──▶ Withdrawn
 * </pre>
 */
sealed interface Proposal {
    Paper paper();

    /** Looks for members who want a vote on it. */
    record Draft(Paper paper) implements Proposal {
        /** Whether so many seconders are enough. */
        boolean hasEnough(int seconders, Terms terms) {
            return seconders >= terms.seconders();
        }

        Discussed seconded(Terms terms, LocalDate today) {
            return new Discussed(
                    paper,
                    terms.ruleFor(paper.change()),
                    terms.calendarFrom(today, paper.effectFrom()));
        }

        Withdrawn withdraw(MemberId by, String why) {
            return new Withdrawn(paper, by, why);
        }
    }

    /** Has its days, and the rule it will be counted by. */
    record Discussed(Paper paper, Rule rule, Calendar calendar) implements Proposal {
        boolean opens(LocalDate today) {
            return !today.isBefore(calendar.opensOn());
        }

        /**
         * Opens the vote for so many members.
         *
         * @param key SubjectPublicKeyInfo of the key that signs this vote's ballots, Base64
         */
        Voting open(LocalDate today, int electorate, String key) {
            if (!opens(today)) throw new IllegalStateException("opens on " + calendar.opensOn());
            return new Voting(paper, rule, calendar.openedOn(today), electorate, key);
        }

        Withdrawn withdraw(MemberId by, String why) {
            return new Withdrawn(paper, by, why);
        }
    }

    /** Takes ballots until the end of its last day. */
    record Voting(Paper paper, Rule rule, Calendar calendar, int electorate, String key)
            implements Proposal {
        boolean takesBallots(LocalDate today) {
            return calendar.takesBallotsOn(today);
        }

        boolean isOver(LocalDate today) {
            return today.isAfter(calendar.closesOn());
        }

        Counted count(LocalDate today, Tally tally, Instant at) {
            if (!isOver(today))
                throw new IllegalStateException("closes after " + calendar.closesOn());
            return new Counted(
                    paper,
                    rule,
                    calendar,
                    electorate,
                    key,
                    tally,
                    tally.outcome(rule, electorate),
                    at,
                    null);
        }
    }

    /** Is decided. */
    record Counted(
            Paper paper,
            Rule rule,
            Calendar calendar,
            int electorate,
            String key,
            Tally tally,
            Outcome outcome,
            Instant countedAt,
            @Nullable Instant appliedAt)
            implements Proposal {
        /** Whether what was adopted is to be carried out. */
        boolean isDue(LocalDate today) {
            return outcome == Outcome.ADOPTED
                    && appliedAt == null
                    && !today.isBefore(calendar.effectiveOn());
        }
    }

    /** Was taken back before the vote. */
    record Withdrawn(Paper paper, MemberId by, String why) implements Proposal {}
}
