package org.coopmesh.nodeagent.topology;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.coopmesh.nodeagent.topology.SourceFailed.Trouble;

/** A tool of the system that is run once for what it prints, bounded in bytes and time. */
final class Command implements AutoCloseable {
    private static final long ANSWER_BYTES_MAX = 4L << 20;
    private static final int BUFFER_BYTES = 4_096;
    private static final long LOOK_EVERY_MILLIS = 2;
    private static final List<String> FOLDERS =
            List.of("/usr/sbin", "/sbin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/local/bin");

    private final Process process;
    private final Deadline deadline;
    private final InputStream answer;
    private long bytesLeft = ANSWER_BYTES_MAX;

    private Command(Process process, Deadline deadline) {
        this.process = process;
        this.deadline = deadline;
        answer = new BufferedInputStream(new Answer(), BUFFER_BYTES);
    }

    /** True if there is a tool of that name. */
    static boolean isThere(String tool) {
        return FOLDERS.stream().anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
    }

    static Command run(Deadline deadline, List<String> command) throws IOException {
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            process.getOutputStream().close();
            return new Command(process, deadline);
        } catch (IOException notThere) {
            throw new SourceFailed(Trouble.GONE, String.valueOf(notThere.getMessage()));
        }
    }

    /** What it prints, until it ends. */
    InputStream answer() {
        return answer;
    }

    /**
     * Waits for its end.
     *
     * @throws SourceFailed if that is a bad one
     */
    void ends() throws IOException {
        try {
            if (!process.waitFor(deadline.millisLeft(), TimeUnit.MILLISECONDS)) {
                throw new SourceFailed(Trouble.LATE, "does not end");
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("stopped");
        }
        if (process.exitValue() != 0) {
            throw new SourceFailed(Trouble.FAILED, "ended with " + process.exitValue());
        }
    }

    private final class Answer extends InputStream {
        private final InputStream printed = process.getInputStream();

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        /** Never blocks in the pipe: what keeps it open need not be what was started. */
        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            while (true) {
                deadline.millisLeft();
                boolean ended = !process.isAlive();
                int there = printed.available();
                if (there > 0) {
                    int count = printed.read(bytes, from, Math.min(there, length));
                    bytesLeft -= count;
                    if (bytesLeft < 0) throw new SourceFailed(Trouble.LARGE, "endless answer");
                    return count;
                }
                if (ended) return -1;
                try {
                    Thread.sleep(LOOK_EVERY_MILLIS);
                } catch (InterruptedException stopped) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("stopped");
                }
            }
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
