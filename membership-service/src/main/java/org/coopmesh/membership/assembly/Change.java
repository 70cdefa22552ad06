package org.coopmesh.membership.assembly;

import java.time.LocalDate;
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

    /** The flat dues of a plan, for one month. Billing hears of it and charges them from its day on. */
    record Dues(String planCode, long monthlyMicro) implements Change {
        public Dues {
            if (planCode.isBlank()) throw new IllegalArgumentException("planCode is missing");
            if (monthlyMicro < 0)
                throw new IllegalArgumentException("monthlyMicro is not negative");
        }
    }

    /** What may be spent on something, for one month. Billing hears of it and refuses costs beyond it. */
    record Budget(String purpose, long monthlyMicro) implements Change {
        public Budget {
            if (purpose.isBlank()) throw new IllegalArgumentException("purpose is missing");
            if (monthlyMicro < 0)
                throw new IllegalArgumentException("monthlyMicro is not negative");
        }
    }

    /**
     * What outages give back that begin on its day or later. Billing hears of it.
     *
     * @param afterHours shorter ones give nothing
     * @param percent of the dues that fall on the time of the outage; zero is nothing
     */
    record OutageCredit(int afterHours, int percent) implements Change {
        private static final int HOURS_MAX = 720;
        private static final int WHOLE = 100;

        public OutageCredit {
            if (afterHours < 1 || afterHours > HOURS_MAX)
                throw new IllegalArgumentException("afterHours is 1 to " + HOURS_MAX);
            if (percent < 0 || percent > WHOLE)
                throw new IllegalArgumentException("percent is 0 to " + WHOLE);
        }
    }

    /**
     * Whoever proposes it is spared what follows from owing. Nobody asks it for somebody else: that would tell all who cannot
     * pay.
     *
     * @param until the last day
     */
    record Hardship(LocalDate until) implements Change {
        /** From the day of asking, a year and the time that a vote takes. */
        static final int DAYS_MAX = 540;

        /**
         * Looks whether it can be asked on {@code today}.
         *
         * @throws IllegalArgumentException if it is over by then, or too long
         */
        void asked(LocalDate today) {
            if (!until.isAfter(today) || until.isAfter(today.plusDays(DAYS_MAX)))
                throw new IllegalArgumentException(
                        "hardshipUntil is a day to come, at most " + DAYS_MAX + " days ahead");
        }
    }
}
