package org.coopmesh.billing.provider;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * When a provider is asked again about an attempt: soon while somebody is paying, then seldom, then no more. So a co-op that no webhook
 * can reach gets its money as well, only later.
 */
final class LookAgain {
    private static final Duration FIRST = Duration.ofSeconds(15);
    private static final Duration OPEN_MAX = Duration.ofMinutes(30);
    private static final Duration FAILED_MAX = Duration.ofHours(6);
    private static final Duration PROCESSING_MAX = Duration.ofHours(6);

    /** A page is not used any more after so long, whatever the provider. */
    private static final Duration OPEN_FOR = Duration.ofDays(4);

    /** Charge-backs come for so long; after that only a webhook tells. */
    private static final Duration RETURNS_FOR = Duration.ofDays(400);

    private static final Duration RETURNS_EVERY = Duration.ofDays(7);

    /** What the provider kept of it is told hours later. */
    private static final Duration FEE_FOR = Duration.ofDays(3);

    private static final Duration FEE_EVERY = Duration.ofHours(6);
    private static final int DOUBLINGS_MAX = 20;

    private LookAgain() {}

    static @Nullable Duration next(Attempt before, Seen seen, Instant now) {
        int looks = seen.state() == before.state() ? before.looks() : 0;
        Duration age = Duration.between(before.createdAt(), now);
        return switch (seen.state()) {
            case OPENING, OPEN ->
                    age.compareTo(OPEN_FOR) > 0 ? null : after(Attempt.State.OPEN, looks);
            case PROCESSING -> after(Attempt.State.PROCESSING, looks);
            case SUCCEEDED -> {
                if (age.compareTo(FEE_FOR) < 0) yield FEE_EVERY;
                yield age.compareTo(RETURNS_FOR) < 0 ? RETURNS_EVERY : null;
            }
            // Bitcoin may come too late, a dispute may be won.
            case FAILED, EXPIRED -> age.compareTo(RETURNS_FOR) < 0 ? RETURNS_EVERY : null;
        };
    }

    static Duration after(Attempt.State state, int looks) {
        return doubled(looks, state == Attempt.State.PROCESSING ? PROCESSING_MAX : OPEN_MAX);
    }

    static @Nullable Duration afterFailure(Attempt before, Instant now) {
        boolean over = Duration.between(before.createdAt(), now).compareTo(RETURNS_FOR) >= 0;
        return over ? null : doubled(before.looks(), FAILED_MAX);
    }

    private static Duration doubled(int times, Duration max) {
        Duration wait = FIRST.multipliedBy(1L << Math.min(times, DOUBLINGS_MAX));
        return wait.compareTo(max) < 0 ? wait : max;
    }
}
