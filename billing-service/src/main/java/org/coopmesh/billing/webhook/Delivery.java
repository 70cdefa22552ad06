package org.coopmesh.billing.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One message for one receiver.
 *
 * @param message the same however often it is sent
 * @param attempts so often it was tried
 * @param nextAt null where it is not tried again
 * @param triedAt the last time
 * @param status of the last answer; null where there was none
 * @param why the last attempt failed
 * @param tookMillis how long the last attempt took
 */
record Delivery(
        UUID id,
        UUID receiver,
        UUID message,
        Kind kind,
        String body,
        State state,
        int attempts,
        @Nullable Instant nextAt,
        Instant createdAt,
        @Nullable Instant triedAt,
        @Nullable Integer status,
        @Nullable String why,
        @Nullable Integer tookMillis) {
    /** How long after each failure it is tried again; a fifth more at most, so that not all come at once. */
    static final List<Duration> RETRIES =
            List.of(
                    Duration.ofSeconds(5),
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(5),
                    Duration.ofMinutes(30),
                    Duration.ofHours(2),
                    Duration.ofHours(6),
                    Duration.ofHours(12),
                    Duration.ofHours(24),
                    Duration.ofHours(24));

    static final int BODY_BYTES_MAX = 1 << 16;
    private static final int JITTER_PARTS = 5;
    private static final int MILLION = 1_000_000;

    enum State {
        WAITING,
        TAKEN,
        /** Tried often enough; a person can have it sent again. */
        FAILED
    }

    Delivery {
        if (body.getBytes(UTF_8).length > BODY_BYTES_MAX) {
            throw new IllegalArgumentException("a message has at most 64 KiB");
        }
    }

    /** What the receiver knows it by. */
    String messageId() {
        return "msg_" + message.toString().replace("-", "");
    }

    /**
     * When it is tried again after one more failure; null for never.
     *
     * @param jitterPpm 0 to 1,000,000, by chance
     */
    @Nullable Instant retryAt(Instant now, int jitterPpm) {
        if (attempts >= RETRIES.size()) {
            return null;
        }
        Duration wait = RETRIES.get(attempts);
        return now.plus(wait)
                .plusMillis(wait.toMillis() * jitterPpm / ((long) JITTER_PARTS * MILLION));
    }
}
