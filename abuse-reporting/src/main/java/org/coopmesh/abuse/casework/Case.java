package org.coopmesh.abuse.casework;

import java.time.Instant;
import org.coopmesh.abuse.subject.MemberId;
import org.jspecify.annotations.Nullable;

/**
 * A case. Each state offers only the steps that are legal from it.
 *
 * <pre>
 * Open ──claim──▶ UnderReview ──decide──▶ Decided ──close──▶ Closed
 *   ◀──release,─────┘
 *      hand over
 * </pre>
 */
public sealed interface Case {
    Matter matter();

    /** A moderator was asked to take a case over: until then it waits for them alone. */
    record Offer(MemberId to, Instant until) {}

    /** Waits for a moderator; with an offer for a certain one first. */
    record Open(Matter matter, @Nullable Offer offer) implements Case {
        public Open(Matter matter) {
            this(matter, null);
        }

        /** False while it waits for somebody else. */
        public boolean isFor(MemberId moderator, Instant now) {
            return offer == null || offer.to().equals(moderator) || !offer.until().isAfter(now);
        }

        /**
         * The moderator takes it on, alone.
         *
         * @throws IllegalArgumentException while it waits for somebody else
         */
        public UnderReview claim(MemberId moderator, Instant at) {
            if (!isFor(moderator, at)) {
                throw new IllegalArgumentException("handed over to another moderator");
            }
            return new UnderReview(matter, moderator, at);
        }
    }

    /** One moderator works on it. */
    record UnderReview(Matter matter, MemberId moderator, Instant claimedAt) implements Case {
        /** Gives it back to the queue. */
        public Open release() {
            return new Open(matter);
        }

        /**
         * Asks a colleague to take it over.
         *
         * @throws IllegalArgumentException if that is who has it already
         */
        public Open handOver(MemberId to, Instant until) {
            if (to.equals(moderator)) {
                throw new IllegalArgumentException("handed over to oneself");
            }
            return new Open(matter, new Offer(to, until));
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
