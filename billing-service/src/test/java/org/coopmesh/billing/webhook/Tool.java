package org.coopmesh.billing.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** One of the co-op's other tools, which notes down what it is told. */
public final class Tool implements AutoCloseable {
    /** What came with one request. */
    public record Told(String id, String timestamp, String signature, String body) {}

    /** What it answers to a request; may wait first. */
    public interface Answer {
        int to(Told told) throws Exception;
    }

    public final List<Told> told = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    public Tool(Answer answer) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> take(exchange, answer));
        server.start();
    }

    private void take(HttpExchange exchange, Answer answer) throws IOException {
        try (exchange) {
            var one =
                    new Told(
                            header(exchange, "webhook-id"),
                            header(exchange, "webhook-timestamp"),
                            header(exchange, "webhook-signature"),
                            new String(exchange.getRequestBody().readAllBytes(), UTF_8));
            int status = answer.to(one);
            told.add(one);
            exchange.sendResponseHeaders(status, -1);
        } catch (IOException gone) {
            throw gone;
        } catch (Exception ended) {
            throw new IOException(ended);
        }
    }

    private static String header(HttpExchange exchange, String name) {
        return String.valueOf(exchange.getRequestHeaders().getFirst(name));
    }

    public String url() {
        return "http://127.0.0.1:%d/hook".formatted(server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
