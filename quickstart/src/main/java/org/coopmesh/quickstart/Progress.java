package org.coopmesh.quickstart;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;

/** One line for every step done, with the seconds since the start. */
final class Progress {
    private final Instant started = Instant.now();
    private final Consumer<String> lines;

    Progress(Consumer<String> lines) {
        this.lines = lines;
    }

    void step(String done) {
        lines.accept("%6.1f s  %s".formatted(elapsed().toMillis() / 1000.0, done));
    }

    Duration elapsed() {
        return Duration.between(started, Instant.now());
    }
}
