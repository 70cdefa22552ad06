package org.coopmesh.quickstart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The clock that all services of one installation read; forward only. */
public final class DemoClock {
    private static final Pattern STEP = Pattern.compile("\\+(\\d{1,4})([mhd])");

    private final Path file;

    DemoClock(Path file) {
        this.file = file;
    }

    /** What the co-op takes for now. */
    public Instant now() {
        return Instant.now().plus(offset());
    }

    /** How far the co-op's time is from the machine's; negative while the demo lives through its past. */
    public Duration offset() {
        try {
            return Files.exists(file)
                    ? Duration.parse(Files.readString(file).strip())
                    : Duration.ZERO;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Moves the co-op's time on. */
    public void forward(Duration step) {
        if (step.isNegative()) {
            throw new IllegalArgumentException("time goes forward only: " + step);
        }
        set(offset().plus(step));
    }

    void set(Duration offset) {
        try {
            Path next = file.resolveSibling(file.getFileName() + ".next");
            Files.writeString(next, offset.toString());
            Files.move(
                    next,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            throw new IllegalStateException("needs a file system that renames in one step", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads "+30m", "+6h" or "+10d".
     *
     * @throws IllegalArgumentException for anything else
     */
    static Duration step(String text) {
        Matcher step = STEP.matcher(text);
        if (!step.matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\": say +30m, +6h or +10d; time goes forward only");
        }
        long count = Long.parseLong(step.group(1));
        return switch (step.group(2)) {
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
        };
    }
}
