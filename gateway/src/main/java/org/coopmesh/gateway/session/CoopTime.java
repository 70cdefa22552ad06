package org.coopmesh.gateway.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * What the co-op takes for now, to be told to browsers: their clocks may be wrong. The quickstart moves it by a file, which
 * the services read as well. Sessions and tokens live on the wall clock.
 */
@Component
class CoopTime {
    private static final Logger log = LoggerFactory.getLogger(CoopTime.class);

    private final String file;
    private volatile Duration offset = Duration.ZERO;

    CoopTime(@Value("${coopmesh.clock.file}") String file) {
        this.file = file;
    }

    /** To the millisecond: browsers know no finer. */
    Instant now() {
        if (!file.isBlank()) {
            offset = read();
        }
        return Clock.systemUTC().instant().plus(offset).truncatedTo(ChronoUnit.MILLIS);
    }

    /** The file holds an ISO 8601 duration, "PT720H", negative for a past. */
    private Duration read() {
        try {
            Path path = Path.of(file);
            return Files.exists(path) ? Duration.parse(Files.readString(path).strip()) : offset;
        } catch (IOException | DateTimeParseException e) {
            log.atWarn().setCause(e).log("demo clock not read, goes on as before");
            return offset;
        }
    }
}
