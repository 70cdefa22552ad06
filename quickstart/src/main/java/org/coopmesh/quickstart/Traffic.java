package org.coopmesh.quickstart;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** What people do with a line: every client fetches from the Internet host again and again, over real TCP. */
public final class Traffic {
    /** Where the Internet host answers over HTTP: {@code /3000000} is that many bytes. */
    public static final int PORT = 8000;

    private static final int BACKLOG = 64;
    private static final int CONNECT_MILLIS_MAX = 2_000;
    private static final int READ_MILLIS_MAX = 3_000;
    private static final int CHUNK = 16 * 1024;
    private static final long BYTES_MAX = 1_000_000_000;

    private final Installation at;
    private @Nullable HttpServer server;
    private volatile boolean running = true;
    private volatile boolean flowing = true;

    Traffic(Installation at) {
        this.at = at;
    }

    /** Starts the Internet host's server; it answers when this returns. */
    void serve() {
        server =
                Namespace.call(
                        at.namespace(Mesh.INTERNET),
                        () -> HttpServer.create(new InetSocketAddress("0.0.0.0", PORT), BACKLOG));
        server.createContext("/", Traffic::answer);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
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
        // By hand: the JDK's HTTP clients keep connections, and a kept one lives in another
        // namespace
        try (var socket = new Socket()) {
            socket.setSoTimeout(READ_MILLIS_MAX);
            socket.connect(
                    new InetSocketAddress(InetAddress.getByName(address), PORT),
                    CONNECT_MILLIS_MAX);
            String request = "GET /%d HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n";
            socket.getOutputStream()
                    .write(request.formatted(bytes, address).getBytes(StandardCharsets.US_ASCII));
            var in = new BufferedInputStream(socket.getInputStream(), CHUNK);
            skipHeaders(in);
            byte[] chunk = new byte[CHUNK];
            long got = 0;
            int n;
            while ((n = in.read(chunk)) > 0) {
                got += n;
            }
            return got;
        }
    }

    private static void skipHeaders(InputStream in) throws IOException {
        int lineLength = 0;
        while (true) {
            int c = in.read();
            if (c < 0) {
                throw new EOFException("the Internet host hung up");
            }
            if (c == '\n' && lineLength == 0) {
                return;
            }
            if (c == '\n') {
                lineLength = 0;
            } else if (c != '\r') {
                lineLength++;
            }
        }
    }

    void stop() {
        running = false;
        if (server != null) {
            server.stop(0);
        }
    }

    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            long bytes;
            try {
                bytes =
                        Math.clamp(
                                Long.parseLong(exchange.getRequestURI().getPath().substring(1)),
                                0,
                                BYTES_MAX);
            } catch (NumberFormatException notANumber) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            exchange.sendResponseHeaders(200, bytes == 0 ? -1 : bytes);
            byte[] chunk = new byte[CHUNK];
            OutputStream out = exchange.getResponseBody();
            for (long left = bytes; left > 0; left -= chunk.length) {
                out.write(chunk, 0, (int) Math.min(left, chunk.length));
            }
        }
    }
}
