package org.coopmesh.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/** Prints measured figures, one line each, and keeps the same as JSON lines. */
final class Figures {
    private final Path file;
    private final String machine;

    /** @param name of the bench; its lines go to {@code target/bench/<name>.jsonl} */
    Figures(String name) throws IOException {
        Path directory = Path.of(System.getProperty("coopmesh.bench.dir", "target/bench"));
        Files.createDirectories(directory);
        file = directory.resolve(name + ".jsonl");
        machine =
                "%d cores, %s, JDK %s"
                        .formatted(
                                Runtime.getRuntime().availableProcessors(),
                                System.getProperty("os.arch"),
                                System.getProperty("java.version"));
    }

    void tell(String name, double value, String unit, String settings) throws IOException {
        String rounded = String.format(Locale.ROOT, value < 100 ? "%.1f" : "%.0f", value);
        String all = settings + "; " + machine;
        System.out.println("FIGURE " + name + " " + rounded + " " + unit + " | " + all);
        Files.writeString(
                file,
                "{\"name\":\"%s\",\"value\":%s,\"unit\":\"%s\",\"settings\":\"%s\"}%n"
                        .formatted(name, rounded, unit, all),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    /** The smallest value that at least {@code share} of the sorted values do not exceed. */
    static double quantile(double[] sorted, double share) {
        return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
    }
}
