package org.coopmesh.membership;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import org.slf4j.LoggerFactory;

/** Prints measured figures, one line each, and keeps the same as JSON lines. */
public final class Figures {
    private final Path file;
    private final String machine;

    /** @param name of the bench; its lines go to {@code target/bench/<name>.jsonl} */
    public Figures(String name) throws IOException {
        // The servers in this process say much that nobody measures.
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.ERROR);
        Path directory = Path.of(System.getProperty("coopmesh.bench.dir", "target/bench"));
        Files.createDirectories(directory);
        file = directory.resolve(name + ".jsonl");
        machine =
                "%d cores, %s, JDK %s, database and clients on the same machine"
                        .formatted(
                                Runtime.getRuntime().availableProcessors(),
                                System.getProperty("os.arch"),
                                System.getProperty("java.version"));
    }

    public void tell(String name, double value, String unit, String settings) {
        String rounded = String.format(Locale.ROOT, value < 100 ? "%.1f" : "%.0f", value);
        String all = settings + "; " + machine;
        System.out.println("FIGURE " + name + " " + rounded + " " + unit + " | " + all);
        try {
            Files.writeString(
                    file,
                    "{\"name\":\"%s\",\"value\":%s,\"unit\":\"%s\",\"settings\":\"%s\"}%n"
                            .formatted(name, rounded, unit, all),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Tells median, the quantile {@code share} and the largest of {@code values}. */
    public void tell(String name, Collection<Double> values, double share, String settings) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        String percent = "p" + Math.round(share * 100);
        tell(name + ".p50", quantile(sorted, 0.5), "ms", settings);
        tell(name + "." + percent, quantile(sorted, share), "ms", settings);
        tell(name + ".max", sorted[sorted.length - 1], "ms", settings);
    }

    /** The smallest value that at least {@code share} of {@code values} do not exceed. */
    public static double quantile(double[] values, double share) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
    }
}
