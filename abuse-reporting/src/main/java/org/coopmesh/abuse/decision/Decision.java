package org.coopmesh.abuse.decision;

import java.time.Instant;
import org.coopmesh.abuse.subject.MemberId;

/**
 * A decision. Each state offers only the steps that are legal from it.
 *
 * <pre>
 * Proposed ──confirm──▶ InForce ──reverse──▶ Reversed
 *     │   │                   └──reverse──▶ Contested ──reverse──▶ Reversed
 *     │   └──confirm──▶ Dismissed
 *     └──decline──▶ Declined
 * </pre>
 *
 * What needs no second moderator begins as InForce or Dismissed. Who decided takes no part in taking it back, and what two
 * decided is contested by the first and reversed by the second.
 */
public sealed interface Decision {
    Draft draft();

    /** Waits for a second moderator; binds nobody yet. */
    record Proposed(Draft draft) implements Decision {
        /**
         * A second moderator agrees.
         *
         * @throws IllegalArgumentException if it is the one who proposed
         */
        public Decision confirm(MemberId second, Instant at) {
            if (second.equals(draft.moderator())) {
                throw new IllegalArgumentException("the second moderator is another person");
            }
            return settle(draft, second, at);
        }

        /** Somebody else turns it down, or the proposer takes it back. */
        public Declined decline(MemberId by, String reason, Instant at) {
            return new Declined(draft, by, reason, at);
        }
    }

    /** Nothing follows from the case. */
    record Dismissed(Draft draft, MemberId confirmedBy, Instant at) implements Decision {
        public Dismissed {
            if (draft.ruling().upheld()) {
                throw new IllegalArgumentException("upheld is not dismissed");
            }
        }
    }

    /** Upheld: its measures bind, each until its own end. */
    record InForce(Draft draft, MemberId confirmedBy, Instant at) implements Decision {
        public InForce {
            if (!draft.ruling().upheld()) {
                throw new IllegalArgumentException("dismissed binds nobody");
            }
        }

        /**
         * Takes back every measure that still holds; of what two decided it is the first step.
         *
         * @throws IllegalArgumentException if {@code by} took part in the decision
         */
        public Decision reverse(MemberId by, String reason, Instant reversedAt) {
            if (isBy(by)) {
                throw new IllegalArgumentException("who decided does not take it back");
            }
            return isOfTwo()
                    ? new Contested(this, by, reason, reversedAt)
                    : new Reversed(draft, by, reason, reversedAt);
        }

        boolean isBy(MemberId member) {
            return member.equals(draft.moderator()) || member.equals(confirmedBy);
        }

        boolean isOfTwo() {
            return !confirmedBy.equals(draft.moderator());
        }
    }

    /** Binds still: of the two that it takes to take it back, one has spoken. */
    record Contested(InForce was, MemberId by, String reason, Instant at) implements Decision {
        @Override
        public Draft draft() {
            return was.draft();
        }

        /**
         * Takes back every measure that still holds.
         *
         * @throws IllegalArgumentException if {@code second} took part in the decision or is the one who contested it
         */
        public Reversed reverse(MemberId second, String why, Instant reversedAt) {
            if (was.isBy(second) || second.equals(by)) {
                throw new IllegalArgumentException("the second to take it back is another person");
            }
            return new Reversed(draft(), second, why, reversedAt);
        }
    }

    /** Proposed, and not agreed to. */
    record Declined(Draft draft, MemberId by, String reason, Instant at) implements Decision {}

    /** Held once, and was taken back. */
    record Reversed(Draft draft, MemberId by, String reason, Instant at) implements Decision {}

    /** In force or dismissed, as the ruling says. */
    static Decision settle(Draft draft, MemberId confirmedBy, Instant at) {
        return draft.ruling().upheld()
                ? new InForce(draft, confirmedBy, at)
                : new Dismissed(draft, confirmedBy, at);
    }
}
