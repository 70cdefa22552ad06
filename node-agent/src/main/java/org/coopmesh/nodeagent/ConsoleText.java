package org.coopmesh.nodeagent;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Times, durations and sizes as a person reads them. */
final class ConsoleText {
    private ConsoleText() {}

    static String line(String label, String text) {
        return String.format("%-14s%s%n", label, text);
    }

    static String at(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** As "3 days", "14 min": the largest unit that is not zero. */
    static String duration(Duration duration) {
        Duration abs = duration.abs();
        if (abs.toDays() > 1) return abs.toDays() + " days";
        if (abs.toHours() > 1) return abs.toHours() + " h";
        if (abs.toMinutes() > 1) return abs.toMinutes() + " min";
        return abs.toSeconds() + " s";
    }

    static String bytes(long bytes) {
        if (bytes < 10_000) return bytes + " B";
        if (bytes < 10L << 20) return (bytes >> 10) + " KiB";
        return (bytes >> 20) + " MiB";
    }
}
