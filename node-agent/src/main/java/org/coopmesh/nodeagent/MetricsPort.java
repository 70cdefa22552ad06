package org.coopmesh.nodeagent;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers {@code GET /metrics}, one caller after the other. Its own few lines of HTTP: a router is spared a server that could
 * do more.
 */
final class MetricsPort implements AutoCloseable {
    private static final int HEAD_BYTES_MAX = 8 << 10;
    private static final int WAITING_MAX = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Logger log = LoggerFactory.getLogger(MetricsPort.class);

    private final ServerSocket server;
    private final Supplier<String> text;

    /** Listens from now on; answers once {@link #run} runs. */
    MetricsPort(InetSocketAddress address, Supplier<String> text) throws IOException {
        this.server = new ServerSocket();
        this.text = text;
        server.setReuseAddress(true);
        server.bind(address, WAITING_MAX);
    }

    int port() {
        return server.getLocalPort();
    }

    /** Answers until closed. */
    void run() {
        while (!server.isClosed()) {
            try (Socket caller = server.accept()) {
                caller.setSoTimeout(Math.toIntExact(PATIENCE.toMillis()));
                answer(caller);
            } catch (SocketException closed) {
                if (!server.isClosed()) told(closed);
            } catch (IOException gone) {
                told(gone);
            }
        }
    }

    private static void told(IOException failed) {
        log.atDebug().addKeyValue("why", failed.getMessage()).log("metrics not told");
    }

    private void answer(Socket caller) throws IOException {
        String request = requestLine(caller.getInputStream());
        String[] words = request.split(" ");
        String status = "200 OK";
        String body = "";
        if (words.length != 3 || !words[2].startsWith("HTTP/1.")) {
            status = "400 Bad Request";
        } else if (!words[0].equals("GET") && !words[0].equals("HEAD")) {
            status = "405 Method Not Allowed";
        } else if (!words[1].equals("/metrics") && !words[1].startsWith("/metrics?")) {
            status = "404 Not Found";
        } else {
            body = text.get();
        }
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String head =
                "HTTP/1.1 "
                        + status
                        + "\r\nContent-Type: "
                        + MetricsText.CONTENT_TYPE
                        + "\r\nContent-Length: "
                        + bytes.length
                        + "\r\nConnection: close\r\n\r\n";
        var out = caller.getOutputStream();
        out.write(head.getBytes(StandardCharsets.US_ASCII));
        if (!words[0].equals("HEAD")) out.write(bytes);
        out.flush();
    }

    /** Reads the whole head, so that closing does not cut the answer off; gives its first line. */
    private static String requestLine(InputStream in) throws IOException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        StringBuilder head = new StringBuilder();
        while (head.length() < HEAD_BYTES_MAX && System.nanoTime() < until) {
            int next = in.read();
            if (next < 0) break;
            head.append((char) next);
            if (next == '\n' && (ends(head, "\r\n\r\n") || ends(head, "\n\n"))) {
                return head.toString().lines().findFirst().orElse("");
            }
        }
        return "";
    }

    private static boolean ends(StringBuilder head, String end) {
        return head.length() >= end.length()
                && head.indexOf(end, head.length() - end.length()) >= 0;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
