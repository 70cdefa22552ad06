package org.coopmesh.eventbus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The system's time, moved by what a file says. The quickstart lives a month in a minute with it: all services read the same
 * file. Without a file configured no such clock exists.
 */
final class CoopClock extends Clock {
    private static final Logger log = LoggerFactory.getLogger(CoopClock.class);
    private static final Duration LOOK_AGAIN_AFTER = Duration.ofMillis(100);

    private final Path file;
    private final ZoneId zone;
    private volatile @Nullable Reading reading;

    private record Reading(Instant readAt, Duration offset) {}

    CoopClock(Path file, ZoneId zone) {
        this.file = file;
        this.zone = zone;
    }

    @Override
    public Instant instant() {
        Instant system = Clock.systemUTC().instant();
        Reading last = reading;
        if (last == null
                || Duration.between(last.readAt(), system).abs().compareTo(LOOK_AGAIN_AFTER) > 0) {
            last = new Reading(system, offset(last));
            reading = last;
        }
        return system.plus(last.offset());
    }

    /** The file holds an ISO 8601 duration, "PT720H". Once started time never goes back: a smaller one is not taken. */
    private Duration offset(@Nullable Reading before) {
        Duration unchanged = before == null ? Duration.ZERO : before.offset();
        try {
            if (!Files.exists(file)) {
                return unchanged;
            }
            Duration now = Duration.parse(Files.readString(file).strip());
            return before != null && now.compareTo(unchanged) < 0 ? unchanged : now;
        } catch (IOException | DateTimeParseException e) {
            log.atWarn().setCause(e).log("demo clock not read, goes on as before");
            return unchanged;
        }
    }

    @Override
    public ZoneId getZone() {
        return zone;
    }

    @Override
    public Clock withZone(ZoneId other) {
        return new CoopClock(file, other);
    }
}
