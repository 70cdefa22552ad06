package org.coopmesh.abuse.decision;

import java.time.Instant;
import org.coopmesh.abuse.subject.MemberId;

/**
 * A decision. Each state offers only the steps that are legal from it.
 *
 * <pre>
 * Proposed ──confirm──▶ InForce ──reverse──▶ Reversed
 *     │   └──confirm──▶ Dismissed
 *     └──decline──▶ Declined
 * </pre>
 *
 * What needs no second moderator begins as InForce or Dismissed.
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

        /** Takes back every measure that still holds. */
        public Reversed reverse(MemberId by, String reason, Instant reversedAt) {
            return new Reversed(draft, by, reason, reversedAt);
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
