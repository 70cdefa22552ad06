package org.coopmesh.abuse.bouncer;

import java.time.Duration;
import java.util.UUID;
import org.coopmesh.abuse.subject.Prefix;

/**
 * One decision as CrowdSec's bouncers know it.
 *
 * @param duration how long it holds on; below zero for one that has ended
 */
record Decision(long number, UUID ban, Prefix prefix, Dropped.Source source, Duration duration) {
    /** What a permanent one is told as: ten years, because there is no word for always. */
    static final Duration PERMANENT = Duration.ofDays(3650);

    private static final int MINUTE_SECONDS = 60;

    String scope() {
        return prefix.isAddress() ? "Ip" : "Range";
    }

    String value() {
        return prefix.isAddress() ? prefix.addressText() : prefix.toString();
    }

    /** As Go writes whole seconds: {@code 1h0m5s}, {@code 59s}, {@code -2m0s}. */
    static String go(Duration duration) {
        long seconds = Math.abs(duration.toSeconds());
        var text = new StringBuilder(duration.isNegative() && seconds > 0 ? "-" : "");
        long hours = Duration.ofSeconds(seconds).toHours();
        long minutes = seconds / MINUTE_SECONDS % MINUTE_SECONDS;
        if (hours > 0) {
            text.append(hours).append('h');
        }
        if (hours > 0 || minutes > 0) {
            text.append(minutes).append('m');
        }
        return text.append(seconds % MINUTE_SECONDS).append('s').toString();
    }
}
