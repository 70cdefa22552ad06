package org.coopmesh.membership.assembly;

import org.coopmesh.membership.access.AccessPolicy;
import org.jspecify.annotations.Nullable;

/** What a proposal changes once it is adopted and its day has come. */
sealed interface Change {
    /** Nothing that a service could do by itself. */
    record Resolution() implements Change {}

    /** The co-op's rules get a new version. */
    record Rules(String text) implements Change {
        static final int TEXT_MAX = 100_000;

        public Rules {
            if (text.isBlank() || text.length() > TEXT_MAX)
                throw new IllegalArgumentException("rulesText is 1 to " + TEXT_MAX + " characters");
        }
    }

    /**
     * What follows from owing; what is null stays as it is on that day.
     *
     * @param slowLaneAfterDays days of grace between "overdue" and the slow lane
     */
    record Access(
            @Nullable Integer slowLaneKbit,
            @Nullable Integer slowLaneAfterDays,
            @Nullable Integer wallAfterDays)
            implements Change {
        private static final int GRACE_DAYS_MAX = 365;

        public Access {
            if (slowLaneKbit == null && slowLaneAfterDays == null && wallAfterDays == null)
                throw new IllegalArgumentException("kind policy changes at least one value");
            if (slowLaneAfterDays != null
                    && (slowLaneAfterDays < 0 || slowLaneAfterDays > GRACE_DAYS_MAX))
                throw new IllegalArgumentException("slowLaneAfterDays is 0 to " + GRACE_DAYS_MAX);
        }

        /**
         * {@code policy} with these values.
         *
         * @throws IllegalArgumentException if one of them cannot be
         */
        AccessPolicy on(AccessPolicy policy) {
            return new AccessPolicy(
                    slowLaneKbit == null ? policy.slowLaneKbit() : slowLaneKbit,
                    wallAfterDays == null ? policy.wallAfterDays() : wallAfterDays,
                    policy.failMode(),
                    policy.listLifetime());
        }

        int graceDays(int graceDays) {
            return slowLaneAfterDays == null ? graceDays : slowLaneAfterDays;
        }
    }

    /** The assembly decides by other terms. */
    record Procedure(Terms terms) implements Change {}

    /** The flat dues of a plan, for one month. Billing hears of it; the treasurer enters it. */
    record Dues(String planCode, long monthlyMicro) implements Change {
        public Dues {
            if (planCode.isBlank()) throw new IllegalArgumentException("planCode is missing");
            if (monthlyMicro < 0)
                throw new IllegalArgumentException("monthlyMicro is not negative");
        }
    }

    /** What may be spent on something, for one month. Billing hears of it; the treasurer keeps to it. */
    record Budget(String purpose, long monthlyMicro) implements Change {
        public Budget {
            if (purpose.isBlank()) throw new IllegalArgumentException("purpose is missing");
            if (monthlyMicro < 0)
                throw new IllegalArgumentException("monthlyMicro is not negative");
        }
    }
}
