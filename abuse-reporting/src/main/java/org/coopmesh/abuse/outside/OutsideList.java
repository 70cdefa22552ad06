package org.coopmesh.abuse.outside;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A list of addresses that somebody outside the co-op keeps, and how it went when it was read last.
 *
 * @param enforced false: its entries are held and counted, and stop nothing
 * @param seen what is remembered of the last answer
 */
record OutsideList(
        UUID id,
        String name,
        Source source,
        boolean enforced,
        Limits limits,
        UUID addedBy,
        Instant addedAt,
        Seen seen,
        Held held) {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");

    OutsideList {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "name: small letters, digits and '-', 40 characters at most");
        }
    }

    /** Where it comes from. */
    sealed interface Source {
        /** A text at an address. */
        record Text(URI url) implements Source {}

        /** A text that somebody hands in. */
        record Upload() implements Source {}

        /** A CrowdSec server, asked as its bouncers do. */
        record CrowdSec(URI url, String key) implements Source {}
    }

    /**
     * What is taken of it at most.
     *
     * @param entries taken in its order, the rest is left out
     * @param widestV4 the shortest prefix length that is taken, 8 to 32
     * @param widestV6 the same for IPv6, 16 to 128
     * @param holds how long an entry holds after it was read last, 1 hour to 90 days
     * @param every how often it is read, 1 minute to a week
     */
    record Limits(int entries, int widestV4, int widestV6, Duration holds, Duration every) {
        static final int ENTRIES_MAX = 200_000;
        private static final int WIDEST_V4 = 8;
        private static final int WIDEST_V6 = 16;
        private static final Duration HOLDS_MAX = Duration.ofDays(90);
        private static final Duration EVERY_MAX = Duration.ofDays(7);

        Limits {
            within("entriesMax", entries, 1, ENTRIES_MAX);
            within("widestV4", widestV4, WIDEST_V4, 32);
            within("widestV6", widestV6, WIDEST_V6, 128);
            within("holdsHours", holds.toHours(), 1, HOLDS_MAX.toHours());
            within("everyMinutes", every.toMinutes(), 1, EVERY_MAX.toMinutes());
            if (holds.compareTo(every) < 0) {
                throw new IllegalArgumentException(
                        "holdsHours: entries would end before the list is read again");
            }
        }

        private static void within(String field, long value, long least, long most) {
            if (value < least || value > most) {
                throw new IllegalArgumentException(field + ": from " + least + " to " + most);
            }
        }
    }

    /**
     * The last answer.
     *
     * @param outcome in one word; null before the first
     * @param modifiedAt when the list says it was changed
     * @param wholeNext everything is asked for next time, not what changed
     */
    record Seen(
            @Nullable Instant triedAt,
            @Nullable Instant takenAt,
            @Nullable String outcome,
            @Nullable String why,
            @Nullable String etag,
            @Nullable Instant modifiedAt,
            boolean wholeNext) {
        static final Seen NEVER = new Seen(null, null, null, null, null, null, true);
    }

    /**
     * What is held of it.
     *
     * @param ownMembers the co-op's own members whom it would have hit
     * @param leftOut how many entries were not taken, by reason
     */
    record Held(int entries, int ownMembers, Map<String, Integer> leftOut) {
        static final Held NOTHING = new Held(0, 0, Map.of());

        Held {
            leftOut = Map.copyOf(leftOut);
        }
    }
}
