package org.coopmesh.nodeagent.sharing;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code tc} and {@code ip}, run once for what they print. */
final class TrafficControl {
    private static final int SECONDS_MAX = 10;
    private static final int ANSWER_BYTES_MAX = 256 << 10;
    private static final int COMPLAINT_CHARACTERS_MAX = 200;

    private TrafficControl() {}

    /** What it printed, good or bad. */
    record Answer(boolean ok, String text) {}

    /** Runs lines of {@code tc -batch}; stops at the first that fails. */
    static Answer tc(String lines) throws QueueRefused, InterruptedException {
        return run(List.of("tc", "-batch", "-"), lines);
    }

    static Answer run(List<String> command, String input)
            throws QueueRefused, InterruptedException {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            try {
                try (OutputStream in = process.getOutputStream()) {
                    in.write(input.getBytes(StandardCharsets.UTF_8));
                } catch (IOException early) {
                    // It ended without reading all; its exit code says why.
                }
                String said =
                        new String(
                                process.getInputStream().readNBytes(ANSWER_BYTES_MAX),
                                StandardCharsets.UTF_8);
                if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
                    throw new QueueRefused(command.getFirst() + " does not end");
                }
                return new Answer(process.exitValue() == 0, said);
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException notThere) {
            throw new QueueRefused(command.getFirst() + " cannot be started");
        }
    }

    /** As {@link #tc}, where nothing may fail. */
    static String must(String lines) throws QueueRefused, InterruptedException {
        Answer answer = tc(lines);
        if (!answer.ok()) throw new QueueRefused(complaint(answer.text()));
        return answer.text();
    }

    static String complaint(String text) {
        String line =
                text.lines()
                        .filter(one -> !one.startsWith("Warning") && !one.isBlank())
                        .findFirst()
                        .orElse("refused");
        return line.substring(0, Math.min(line.length(), COMPLAINT_CHARACTERS_MAX));
    }
}
