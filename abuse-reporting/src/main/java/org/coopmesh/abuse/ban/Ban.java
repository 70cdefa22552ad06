package org.coopmesh.abuse.ban;

import java.time.Instant;
import org.coopmesh.abuse.subject.MemberId;

/**
 * A ban. Each state offers only the steps that are legal from it.
 *
 * <pre>
 * Proposed ──confirm──▶ InForce ──lift──────▶ Lifted
 *     └─────decline──▶ Declined  ├──expire───▶ Expired
 *                                └──replace──▶ Replaced
 * </pre>
 *
 * What needs no second moderator begins in force.
 */
public sealed interface Ban {
    Order order();

    /** Waits for a second moderator; stops nothing yet. */
    record Proposed(Order order) implements Ban {
        /**
         * A second moderator agrees.
         *
         * @throws IllegalArgumentException if it is the one who proposed, or the ban would be over already
         */
        public InForce confirm(MemberId second, Instant at) {
            if (second.equals(order.orderedBy())) {
                throw new IllegalArgumentException("the second moderator is another person");
            }
            return new InForce(order, second, at);
        }

        /** Somebody else turns it down, or the proposer takes it back. */
        public Declined decline(MemberId by, String reason, Instant at) {
            return new Declined(order, by, reason, at);
        }
    }

    /** Holds. */
    record InForce(Order order, MemberId imposedBy, Instant imposedAt) implements Ban {
        public InForce {
            if (order.term().isOver(imposedAt)) {
                throw new IllegalArgumentException("a ban that ends before it begins");
            }
        }

        /** Somebody ends it. */
        public Lifted lift(MemberId by, String reason, Instant at) {
            return new Lifted(this, by, reason, at);
        }

        /**
         * Its time is over.
         *
         * @throws IllegalArgumentException if it is not
         */
        public Expired expire(Instant at) {
            return new Expired(this, at);
        }

        /**
         * One that holds longer takes its place.
         *
         * @throws IllegalArgumentException if {@code by} holds no longer or has another target
         */
        public Replaced replace(Order by, Instant at) {
            return new Replaced(this, by, at);
        }
    }

    /** Proposed, and not agreed to. */
    record Declined(Order order, MemberId by, String reason, Instant at) implements Ban {}

    /** Ended by somebody. */
    record Lifted(InForce was, MemberId by, String reason, Instant at) implements Ban {
        @Override
        public Order order() {
            return was.order();
        }
    }

    /** Ended by the clock. */
    record Expired(InForce was, Instant at) implements Ban {
        public Expired {
            if (!was.order().term().isOver(at)) {
                throw new IllegalArgumentException("not over yet");
            }
        }

        @Override
        public Order order() {
            return was.order();
        }
    }

    /** Gave way to one that holds longer. */
    record Replaced(InForce was, Instant at) implements Ban {
        private Replaced(InForce was, Order by, Instant at) {
            if (!by.target().equals(was.order().target())) {
                throw new IllegalArgumentException("another target");
            }
            if (!by.term().outlasts(was.order().term())) {
                throw new IllegalArgumentException("holds no longer");
            }
            this(was, at);
        }

        @Override
        public Order order() {
            return was.order();
        }
    }
}
