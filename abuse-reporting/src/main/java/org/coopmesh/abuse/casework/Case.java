package org.coopmesh.abuse.casework;

import java.time.Instant;
import org.coopmesh.abuse.subject.MemberId;

/**
 * A case. Each state offers only the steps that are legal from it.
 *
 * <pre>
 * Open ──claim──▶ UnderReview ──decide──▶ Decided ──close──▶ Closed
 *   ◀──release──────┘
 * </pre>
 */
public sealed interface Case {
    Matter matter();

    /** Waits for a moderator. */
    record Open(Matter matter) implements Case {
        /** The moderator takes it on, alone. */
        public UnderReview claim(MemberId moderator, Instant at) {
            return new UnderReview(matter, moderator, at);
        }
    }

    /** One moderator works on it. */
    record UnderReview(Matter matter, MemberId moderator, Instant claimedAt) implements Case {
        /** Gives it back to the queue. */
        public Open release() {
            return new Open(matter);
        }

        public Decided decide(boolean upheld, Instant at) {
            return new Decided(matter, moderator, upheld, at);
        }
    }

    /** Answered; what follows from it may still run. */
    record Decided(Matter matter, MemberId moderator, boolean upheld, Instant decidedAt)
            implements Case {
        /**
         * Nothing more is done for it.
         *
         * @throws IllegalArgumentException if {@code at} is before the decision
         */
        public Closed close(Instant at) {
            return new Closed(matter, moderator, upheld, decidedAt, at);
        }
    }

    /** Done. */
    record Closed(
            Matter matter, MemberId moderator, boolean upheld, Instant decidedAt, Instant closedAt)
            implements Case {
        public Closed {
            if (closedAt.isBefore(decidedAt)) {
                throw new IllegalArgumentException("closed before it was decided");
            }
        }
    }
}
