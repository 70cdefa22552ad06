package org.coopmesh.quickstart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A process of ours that can be started, killed and started again. */
final class ChildProcess {
    private final String name;
    private final List<String> command;
    private final Map<String, String> environment;
    private final Path log;
    private @Nullable Process process;

    ChildProcess(String name, List<String> command, Map<String, String> environment, Path log) {
        this.name = name;
        this.command = List.copyOf(command);
        this.environment = Map.copyOf(environment);
        this.log = log;
    }

    String name() {
        return name;
    }

    /** The same under another name and with these settings instead of its own; not started. */
    ChildProcess like(String other, Map<String, String> settings, Path otherLog) {
        var words = new ArrayList<>(command);
        settings.forEach((setting, value) -> {
            words.removeIf(word -> word.startsWith("--" + setting + "="));
            words.add("--" + setting + "=" + value);
        });
        return new ChildProcess(other, words, environment, otherLog);
    }

    synchronized void start() {
        if (running()) {
            return;
        }
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + name, e);
        }
    }

    synchronized boolean running() {
        return process != null && process.isAlive();
    }

    synchronized long pid() {
        return process == null ? -1 : process.pid();
    }

    /** Stands still, and keeps its connections, until it is told {@link #thaw}. */
    synchronized void freeze() {
        signal("-STOP");
    }

    synchronized void thaw() {
        signal("-CONT");
    }

    private void signal(String which) {
        if (running()) Shell.run(List.of("kill", which, String.valueOf(pid())));
    }

    /** As a power cut would. */
    synchronized void kill() {
        end(true, Duration.ofSeconds(10));
    }

    /** Asks first; kills what has not ended after {@code patience}. */
    synchronized void stop(Duration patience) {
        end(false, patience);
    }

    private void end(boolean atOnce, Duration patience) {
        if (process == null) {
            return;
        }
        try {
            // "ip netns exec" replaces itself by the command, so this is the command's own pid
            if (atOnce) {
                process.destroyForcibly();
            } else {
                process.destroy();
            }
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
