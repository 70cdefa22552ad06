package org.coopmesh.membership.assembly;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Spares the database who casts what is no ballot. Nobody is counted by address: a house, and whoever hides behind a relay to vote
 * in secret, share one. A ballot that is signed is always let through, by its signature alone; what is not, is counted all together.
 * A ballot that is cast again and again waits by its own nonce. Each replica counts for itself.
 */
@Component
class BallotGate {
    /** Ballots that are unsigned, or of a vote that is not open, looked at in one {@link #WINDOW}. */
    static final int WRONG_MAX = 300;

    /** How often one ballot is taken again in one {@link #WINDOW}. */
    static final int REPEATS_MAX = 20;

    static final Duration WINDOW = Duration.ofMinutes(1);

    /** For so long it is believed which votes are open; whether one still is, its row says. */
    private static final Duration KEYS_FOR = Duration.ofSeconds(5);

    private static final int BALLOTS_MAX = 20_000;

    private final Clock clock;
    private final Map<String, Count> repeats =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Count> eldest) {
                    return size() > BALLOTS_MAX;
                }
            };

    private record Count(Instant since, int times) {
        Count more(Instant now) {
            return isOver(now) ? new Count(now, 1) : new Count(since, times + 1);
        }

        boolean isOver(Instant now) {
            return !now.isBefore(since.plus(WINDOW));
        }
    }

    private Count wrong = new Count(Instant.EPOCH, 0);
    private Map<ProposalId, String> keys = Map.of();
    private Instant keysAt = Instant.EPOCH;

    BallotGate(Clock clock) {
        this.clock = clock;
    }

    /**
     * The public key of a vote that was open a moment ago; null where it was not.
     *
     * @param open all votes that are open now, asked at most every few seconds
     */
    synchronized @Nullable String key(ProposalId id, Supplier<Map<ProposalId, String>> open) {
        Instant now = clock.instant();
        if (!now.isBefore(keysAt.plus(KEYS_FOR))) {
            keys = Map.copyOf(open.get());
            keysAt = now;
        }
        return keys.get(id);
    }

    /** Counts what is no ballot of an open vote; false where there were so many that the next has to wait. */
    synchronized boolean looksAtAnother() {
        wrong = wrong.more(clock.instant());
        return wrong.times() <= WRONG_MAX;
    }

    /** Counts how often a signed ballot comes; false where it has to wait. */
    synchronized boolean takes(Ballot ballot) {
        Count count =
                repeats.getOrDefault(ballot.nonce(), new Count(Instant.EPOCH, 0))
                        .more(clock.instant());
        repeats.put(ballot.nonce(), count);
        return count.times() <= REPEATS_MAX;
    }
}
