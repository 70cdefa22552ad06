package org.coopmesh.nodeagent.topology;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import org.coopmesh.nodeagent.topology.SourceFailed.Trouble;
import org.jspecify.annotations.Nullable;

/** A conversation with a daemon on this machine, bounded in bytes and time whatever the other side does. */
final class Exchange implements AutoCloseable {
    /** More than the rows of ten thousand routes, less than would hurt a small router. */
    private static final long ANSWER_BYTES_MAX = 4L << 20;

    private static final int LINE_LENGTH_MAX = 1_024;
    private static final int BUFFER_BYTES = 4_096;

    private final SocketChannel channel;
    private final Selector selector;
    private final Deadline deadline;
    private final InputStream answer = new BufferedInputStream(new Answer(), BUFFER_BYTES);
    private long bytesLeft = ANSWER_BYTES_MAX;

    private Exchange(SocketChannel channel, Selector selector, Deadline deadline) {
        this.channel = channel;
        this.selector = selector;
        this.deadline = deadline;
    }

    /** A port of this machine that no other machine reaches. */
    static InetSocketAddress loopback(String address, int port) {
        var at = new InetSocketAddress(InetAddress.ofLiteral(address), port);
        if (!at.getAddress().isLoopbackAddress()) {
            throw new IllegalArgumentException(address + " is not this machine");
        }
        return at;
    }

    static UnixDomainSocketAddress socket(String path) {
        return UnixDomainSocketAddress.of(path);
    }

    /** Says whether the daemon that one hopes for is at {@code place}. */
    interface Recognition {
        boolean at(SocketAddress place, Deadline deadline) throws IOException;
    }

    /**
     * The first of {@code places} where the daemon is. A socket's file is named after it, so it counts even where it does not
     * answer; a port may be anybody's, so it counts if it is recognised. Each has its share of the time, so that a port that
     * somebody holds in silence hides nobody behind it.
     *
     * @throws SourceFailed {@code LATE} if it was not recognised and somebody did not answer in time: it may still be there
     */
    static Optional<SocketAddress> find(
            List<? extends SocketAddress> places, Deadline deadline, Recognition recognition)
            throws IOException {
        SourceFailed late = null;
        int left = places.size();
        for (SocketAddress place : places) {
            Deadline share = deadline.share(left--);
            if (place instanceof UnixDomainSocketAddress socket) {
                if (Files.exists(socket.getPath())) return Optional.of(place);
                continue;
            }
            try {
                if (recognition.at(place, share)) return Optional.of(place);
            } catch (InterruptedIOException | ClosedByInterruptException stopped) {
                throw stopped;
            } catch (SourceFailed failed) {
                if (failed.trouble() == Trouble.LATE) late = failed;
            } catch (IOException somebodyElse) {
                // Or nobody.
            }
        }
        if (late != null) throw late;
        return Optional.empty();
    }

    /**
     * Connects.
     *
     * @throws SourceFailed if nobody listens, or the agent may not
     */
    static Exchange open(SocketAddress at, Deadline deadline) throws IOException {
        SocketChannel channel =
                at instanceof UnixDomainSocketAddress
                        ? SocketChannel.open(StandardProtocolFamily.UNIX)
                        : SocketChannel.open();
        Selector selector = null;
        try {
            selector = Selector.open();
            channel.configureBlocking(false);
            SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT);
            if (!channel.connect(at)) {
                while (!channel.finishConnect()) {
                    selector.select(deadline.millisLeft());
                    selector.selectedKeys().clear();
                }
            }
            key.interestOps(SelectionKey.OP_READ);
            return new Exchange(channel, selector, deadline);
        } catch (IOException refused) {
            channel.close();
            if (selector != null) selector.close();
            throw refusal(refused);
        }
    }

    private static IOException refusal(IOException refused) {
        if (isOurs(refused)) return refused;
        String why = String.valueOf(refused.getMessage());
        Trouble trouble = why.contains("ermission denied") ? Trouble.DENIED : Trouble.GONE;
        return new SourceFailed(trouble, why);
    }

    void say(String words) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(words.getBytes(StandardCharsets.US_ASCII));
        while (channel.write(bytes) >= 0 && bytes.hasRemaining()) {
            // Questions are shorter than any socket's buffer: a daemon that does not even take them
            // is stuck.
            deadline.millisLeft();
            Thread.onSpinWait();
        }
    }

    private int heard(ByteBuffer bytes) throws IOException {
        try {
            return channel.read(bytes);
        } catch (IOException failed) {
            throw hungUp(failed);
        }
    }

    private static IOException hungUp(IOException failed) {
        return isOurs(failed) ? failed : new SourceFailed(Trouble.FAILED, "hangs up");
    }

    private static boolean isOurs(IOException failed) {
        return failed instanceof SourceFailed
                || failed instanceof InterruptedIOException
                || failed instanceof ClosedByInterruptException;
    }

    /** What the other side says, until it says no more. */
    InputStream answer() {
        return answer;
    }

    /** The next line of the answer, or null at its end. */
    static @Nullable String line(InputStream answer) throws IOException {
        var line = new StringBuilder();
        while (true) {
            int next = answer.read();
            if (next < 0) {
                if (line.isEmpty()) return null;
                throw SourceFailed.malformed("ends within a line");
            }
            if (next == '\n') return line.toString();
            if (next != '\r') line.append((char) next);
            if (line.length() > LINE_LENGTH_MAX) throw SourceFailed.malformed("endless line");
        }
    }

    private final class Answer extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            while (true) {
                long patience = deadline.millisLeft();
                int count = heard(ByteBuffer.wrap(bytes, from, length));
                if (count < 0) return -1;
                bytesLeft -= count;
                if (bytesLeft < 0) throw new SourceFailed(Trouble.LARGE, "endless answer");
                if (count > 0) return count;
                selector.select(patience);
                selector.selectedKeys().clear();
            }
        }
    }

    @Override
    public void close() throws IOException {
        selector.close();
        channel.close();
    }
}
