package org.coopmesh.gateway;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A real HTTP server in the place of a service: remembers what it was asked, answers what a test tells it to. */
class StandInPart {
    final List<Asked> asked = new CopyOnWriteArrayList<>();

    private final int port;
    private volatile HttpServer server;
    private volatile Act act = StandInPart::nothing;
    private volatile CountDownLatch silence = new CountDownLatch(1);
    private final List<BlockingQueue<String>> listening = new CopyOnWriteArrayList<>();

    record Asked(String method, URI uri, Headers headers, String body) {
        String header(String name) {
            return headers.getFirst(name);
        }
    }

    interface Act {
        void answer(HttpExchange exchange) throws IOException;
    }

    StandInPart() {
        server = start(0);
        port = server.getAddress().getPort();
    }

    private HttpServer start(int port) {
        try {
            var next =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
            next.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            next.createContext("/", this::handle);
            next.start();
            return next;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Nobody listens any more. */
    void down() {
        server.stop(0);
    }

    /** On the same port as before. */
    void up() {
        server = start(port);
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    /** Words for whoever hears what changes. */
    void tells(String words) {
        listening.forEach(one -> one.add(words));
    }

    boolean isHeard() {
        return !listening.isEmpty();
    }

    /** Lines that end as if the service went. */
    private static final String HANGS_UP = "";

    /** So that whoever hears it knows that it is there. */
    private static final String BEATS = ":\n\n";

    void hangsUp() {
        tells(HANGS_UP);
    }

    /** As a service does: what changed before is not known, then words as they come. */
    private void changes(HttpExchange exchange) throws IOException {
        var words = new LinkedBlockingQueue<String>();
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        try {
            listening.add(words);
            for (String next = "*"; !next.equals(HANGS_UP); ) {
                String text = next.equals(BEATS) ? next : "data: " + next + "\n\n";
                exchange.getResponseBody().write(text.getBytes(StandardCharsets.UTF_8));
                exchange.getResponseBody().flush();
                String more = words.poll(1, TimeUnit.SECONDS);
                next = more == null ? BEATS : more;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            listening.remove(words);
        }
    }

    /** Until further notice. */
    void answers(Act next) {
        act = next;
    }

    void reset() {
        asked.clear();
        act = StandInPart::nothing;
        silence.countDown();
        silence = new CountDownLatch(1);
    }

    /** Keeps whoever asked waiting until the next test. */
    void saysNothing() {
        try {
            silence.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    Asked last() {
        return asked.getLast();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (exchange.getRequestURI().getPath().equals("/changes")) {
                changes(exchange);
                return;
            }
            String body =
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            var request =
                    new Asked(
                            exchange.getRequestMethod(),
                            exchange.getRequestURI(),
                            exchange.getRequestHeaders(),
                            body);
            asked.add(request);
            if (!ownAnswer(exchange, request)) {
                act.answer(exchange);
            }
        }
    }

    /** What a special part answers by itself. */
    boolean ownAnswer(HttpExchange exchange, Asked request) throws IOException {
        return false;
    }

    static void nothing(HttpExchange exchange) throws IOException {
        json(exchange, 200, "{\"items\":[]}");
    }

    static void json(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
