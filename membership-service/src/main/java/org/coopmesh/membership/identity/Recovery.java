package org.coopmesh.membership.identity;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A new way in for somebody who has lost all others. Each state offers only the steps that are legal from it.
 *
 * <pre>
 * Asked ──approve──▶ ApprovedOnce ──approve by another──▶ Waiting ──delay──▶ (due) ──code used──▶ Ended
 *   └──────────────────────┴───────── stopped, or lapsed ─────────┴──────────────┘
 * </pre>
 */
sealed interface Recovery {
    /** How long the delay may be. */
    Duration DELAY_MIN = Duration.ofHours(24);

    Duration DELAY_MAX = Duration.ofDays(14);

    /** After so long without its next step it is over by itself. */
    Duration LAPSES_AFTER = Duration.ofDays(14);

    Heading heading();

    /**
     * What every state knows.
     *
     * @param openedBy the board member who opened it; null where somebody asked at the page
     */
    record Heading(
            UUID id,
            AccountId account,
            Instant openedAt,
            @Nullable AccountId openedBy,
            String reason) {
        /**
         * Nobody has a hand in the recovery of their own account.
         *
         * @throws RecoveryRefused if {@code by} is whom it is for
         */
        void mustNotBe(AccountId by) {
            if (by.equals(account))
                throw new RecoveryRefused(
                        "own-recovery", "nobody decides about the recovery of their own account");
        }
    }

    /** An approval by a board member. */
    record Approval(AccountId by, Instant at) {}

    /** It was asked for; nobody has approved. */
    record Asked(Heading heading) implements Recovery {
        ApprovedOnce approve(AccountId by, Instant at) {
            heading.mustNotBe(by);
            return new ApprovedOnce(heading, new Approval(by, at));
        }
    }

    /** One board member has approved; another has to. */
    record ApprovedOnce(Heading heading, Approval first) implements Recovery {
        Waiting approve(AccountId by, Instant at, Duration delay) {
            heading.mustNotBe(by);
            if (by.equals(first.by()))
                throw new RecoveryRefused(
                        "second-person-needed", "another board member has to approve as well");
            if (delay.compareTo(DELAY_MIN) < 0 || delay.compareTo(DELAY_MAX) > 0)
                throw new IllegalArgumentException("a recovery waits 24 hours to 14 days");
            return new Waiting(heading, first, new Approval(by, at), at.plus(delay), null);
        }
    }

    /**
     * Both have approved; from {@code dueAt} on a code can be made, and until that is used it can be stopped.
     *
     * @param codeAt when the code that counts was made; null before
     */
    record Waiting(
            Heading heading,
            Approval first,
            Approval second,
            Instant dueAt,
            @Nullable Instant codeAt)
            implements Recovery {
        /**
         * Whether {@code by} may make the code now.
         *
         * @throws RecoveryRefused if the delay is not over, or it is for {@code by}
         */
        void mustBeDue(AccountId by, Instant now) {
            heading.mustNotBe(by);
            if (now.isBefore(dueAt))
                throw new RecoveryRefused("recovery-waits", "the delay is over at " + dueAt);
        }
    }

    /**
     * It is over.
     *
     * @param by who stopped it; null where a link or code did, or nobody
     */
    record Ended(Heading heading, Outcome outcome, Instant at, @Nullable AccountId by)
            implements Recovery {}

    /** How it ended. */
    enum Outcome {
        /** A new password was set. */
        DONE,
        STOPPED,
        /** Nothing came of it for too long. */
        LAPSED
    }
}
