package org.coopmesh.quickstart;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** What people do with a line: every client fetches from the Internet host again and again, over real TCP. */
public final class Traffic {
    /** Where the Internet host answers: send a decimal number and a newline, get that many bytes. */
    public static final int PORT = 8000;

    private static final int BACKLOG = 64;
    private static final int CONNECT_MILLIS_MAX = 2_000;
    private static final int READ_MILLIS_MAX = 3_000;
    private static final int CHUNK = 16 * 1024;
    private static final int REQUEST_DIGITS_MAX = 12;

    private final Installation at;
    private volatile boolean running = true;
    private volatile boolean flowing = true;

    Traffic(Installation at) {
        this.at = at;
    }

    /** Starts the Internet host's server; it answers when this returns. */
    void serve() {
        ServerSocket server =
                Namespace.call(
                        at.namespace(Mesh.INTERNET),
                        () -> new ServerSocket(PORT, BACKLOG, InetAddress.getByName("0.0.0.0")));
        Thread.ofPlatform().daemon().name("internet host").start(() -> acceptForEver(server));
    }

    /** Lets {@code client} fetch {@code bytes} each {@code pauseMillis}. */
    void fetchForEver(String client, int bytes, long pauseMillis) {
        Namespace.start(
                at.namespace(client),
                "traffic of " + client,
                () -> {
                    while (running) {
                        if (flowing) {
                            fetchOnce(bytes);
                        }
                        try {
                            Thread.sleep(pauseMillis);
                        } catch (InterruptedException e) {
                            return;
                        }
                    }
                });
    }

    private void fetchOnce(int bytes) {
        try {
            fetch(at.internetAddress(), bytes);
        } catch (IOException blocked) {
            // Banned, walled or between two routes: people try again
        }
    }

    void flow(boolean flow) {
        flowing = flow;
    }

    /** Fetches {@code bytes} from the namespace of the calling thread; gives how many came. */
    public static long fetch(String address, long bytes) throws IOException {
        try (var socket = new Socket()) {
            socket.setSoTimeout(READ_MILLIS_MAX);
            socket.connect(
                    new InetSocketAddress(InetAddress.getByName(address), PORT),
                    CONNECT_MILLIS_MAX);
            socket.getOutputStream().write((bytes + "\n").getBytes(StandardCharsets.US_ASCII));
            byte[] chunk = new byte[CHUNK];
            InputStream in = socket.getInputStream();
            long got = 0;
            int n;
            while ((n = in.read(chunk)) > 0) {
                got += n;
            }
            return got;
        }
    }

    void stop() {
        running = false;
    }

    private void acceptForEver(ServerSocket server) {
        try (server) {
            while (running) {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> answer(socket));
            }
        } catch (IOException e) {
            throw new IllegalStateException("the Internet host does not serve", e);
        }
    }

    private static void answer(Socket socket) {
        try (socket) {
            socket.setSoTimeout(READ_MILLIS_MAX);
            long bytes = request(socket.getInputStream());
            byte[] chunk = new byte[CHUNK];
            OutputStream out = socket.getOutputStream();
            for (long left = bytes; left > 0; left -= chunk.length) {
                out.write(chunk, 0, (int) Math.min(left, chunk.length));
            }
        } catch (IOException gone) {
            // The client went away
        }
    }

    private static long request(InputStream in) throws IOException {
        long bytes = 0;
        for (int digits = 0; digits <= REQUEST_DIGITS_MAX; digits++) {
            int c = in.read();
            if (c < '0' || c > '9') {
                return bytes;
            }
            bytes = bytes * 10 + (c - '0');
        }
        throw new IOException("asks for too much");
    }
}
