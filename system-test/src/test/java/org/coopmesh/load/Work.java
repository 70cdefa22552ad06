package org.coopmesh.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What the processes of a village take of processor and memory, read from /proc. */
final class Work {
    private static final double TICKS_A_SECOND = 100;
    private static final int UTIME = 11;
    private static final List<String> NAMES =
            List.of(
                    "membership-service",
                    "billing-service",
                    "abuse-reporting",
                    "gateway",
                    "postgres");

    private final Path state;

    private record Taken(double seconds, long kilobytes) {
        Taken plus(Taken other) {
            return new Taken(seconds + other.seconds, kilobytes + other.kilobytes);
        }
    }

    /** @param state the village's folder, which the command of each of its processes names */
    Work(Path state) {
        this.state = state;
    }

    /** Looks on for so long, and prints a line for each. */
    void tell(String when, Duration time) throws InterruptedException {
        Map<String, Taken> before = taken();
        Thread.sleep(time);
        taken().forEach((name, now) -> {
            Taken then = before.getOrDefault(name, new Taken(0, 0));
            System.out.printf(
                    "WORK   %s: %s %.2f cores, %d MB%n",
                    when,
                    name,
                    (now.seconds() - then.seconds()) / time.toSeconds(),
                    now.kilobytes() / 1_000);
        });
    }

    private Map<String, Taken> taken() {
        var all = new TreeMap<String, Taken>();
        ProcessHandle.allProcesses()
                .forEach(process -> {
                    String command = commandLine(process);
                    if (process.pid() == ProcessHandle.current().pid()
                            || !command.contains(state.toString())) return;
                    NAMES.stream()
                            .filter(name -> named(command, name))
                            .findFirst()
                            .ifPresent(name ->
                                    Stream.concat(Stream.of(process), process.descendants())
                                            .forEach(each ->
                                                    all.merge(
                                                            name, taken(each.pid()), Taken::plus)));
                });
        return all;
    }

    private boolean named(String command, String name) {
        return command.contains(name + "-0.") || command.contains(state.resolve(name).toString());
    }

    private static Taken taken(long pid) {
        try {
            String[] words =
                    Files.readString(Path.of("/proc/" + pid + "/stat"))
                            .replaceAll("^.*\\) ", "")
                            .split(" ");
            double ticks = Double.parseDouble(words[UTIME]) + Double.parseDouble(words[UTIME + 1]);
            return new Taken(ticks / TICKS_A_SECOND, proportionalKilobytes(pid));
        } catch (IOException | UncheckedIOException gone) {
            return new Taken(0, 0);
        }
    }

    /** Of one process; shared pages count in parts, so that a sum is what the machine really gives. */
    static long proportionalKilobytes(long pid) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/smaps_rollup"))) {
            return lines.filter(line -> line.startsWith("Pss:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")))
                    .sum();
        } catch (IOException | UncheckedIOException gone) {
            return 0;
        }
    }

    /** Empty when it has ended. */
    static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(
                    Path.of("/proc/" + process.pid() + "/cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException | UncheckedIOException gone) {
            return "";
        }
    }
}
