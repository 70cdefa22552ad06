package org.coopmesh.membership.node;

import java.time.Instant;
import java.util.List;

/**
 * Which of the co-op's keys of one kind counts. One signs; while another takes its place, two are trusted. Each state offers
 * only the steps that are legal from it.
 *
 * <pre>
 * Steady --announce--> Announced --use--> Overlapping --retire--> Steady
 * </pre>
 *
 * Keys are named by ids of 16 to 64 lower-case hexadecimal digits.
 */
public sealed interface Rotation {
    /** The key that signs. */
    String current();

    /** Since when it is so. */
    Instant since();

    /** Every key whose signature counts, that which signs first. */
    List<String> trusted();

    /** One key, and no other in sight. */
    record Steady(String current, Instant since) implements Rotation {
        /**
         * Makes {@code next} known, which signs nothing yet.
         *
         * @param useAt when it signs at the latest, whoever has not heard of it
         */
        Announced announce(String next, Instant now, Instant useAt) {
            return new Announced(current, next, now, useAt);
        }

        @Override
        public List<String> trusted() {
            return List.of(current);
        }
    }

    /** Another key is known and trusted, and signs nothing yet. */
    record Announced(String current, String next, Instant since, Instant useAt)
            implements Rotation {
        public Announced {
            if (next.equals(current)) {
                throw new IllegalArgumentException("a key does not follow itself: " + next);
            }
        }

        /**
         * From now on the other key signs.
         *
         * @param retireAt when the key of before ends at the latest, whoever still needs it
         */
        Overlapping use(Instant now, Instant retireAt) {
            return new Overlapping(next, current, now, retireAt);
        }

        @Override
        public List<String> trusted() {
            return List.of(current, next);
        }
    }

    /** The other key signs; what the key of before has signed still counts. */
    record Overlapping(String current, String former, Instant since, Instant retireAt)
            implements Rotation {
        public Overlapping {
            if (former.equals(current)) {
                throw new IllegalArgumentException("a key does not follow itself: " + former);
            }
        }

        /** The key of before counts no more. */
        Steady retire(Instant now) {
            return new Steady(current, now);
        }

        @Override
        public List<String> trusted() {
            return List.of(current, former);
        }
    }
}
