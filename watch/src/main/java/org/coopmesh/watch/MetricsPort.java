package org.coopmesh.watch;

import static java.util.Objects.requireNonNull;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/**
 * Where Prometheus reads what this service counts: {@code GET /metrics}, and nothing else. A port of its own, because the one
 * for REST is handed on to browsers by some, and asks for tokens.
 */
final class MetricsPort implements SmartLifecycle {
    static final String PATH = "/metrics";

    /** The text format of Prometheus; a parameter of the protocol, not of ours. */
    static final String FORMAT = "text/plain; version=0.0.4; charset=utf-8";

    /** Whoever reads while so many do is sent away: a reading costs some queries at most, but it costs. */
    static final int READERS_MAX = 4;

    private static final int BACKLOG_MAX = 16;
    private static final int STOP_SECONDS_MAX = 1;
    private static final int NO_BODY = -1;

    private final PrometheusMeterRegistry registry;
    private final InetSocketAddress address;
    private final Semaphore readers = new Semaphore(READERS_MAX);
    private @Nullable HttpServer server;
    private @Nullable ExecutorService threads;

    /**
     * @param address with port 0 it does not open by itself
     */
    MetricsPort(PrometheusMeterRegistry registry, InetSocketAddress address) {
        this.registry = registry;
        this.address = address;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!exchange.getRequestURI().getPath().equals(PATH)) {
                exchange.sendResponseHeaders(404, NO_BODY);
            } else if (!exchange.getRequestMethod().equals("GET")) {
                exchange.getResponseHeaders().set("Allow", "GET");
                exchange.sendResponseHeaders(405, NO_BODY);
            } else if (!readers.tryAcquire()) {
                exchange.sendResponseHeaders(503, NO_BODY);
            } else {
                try {
                    var text = new ByteArrayOutputStream();
                    registry.scrape(text, FORMAT);
                    exchange.getResponseHeaders().set("Content-Type", FORMAT);
                    exchange.sendResponseHeaders(200, text.size());
                    text.writeTo(exchange.getResponseBody());
                } finally {
                    readers.release();
                }
            }
        }
    }

    /** The port that it listens on. */
    int port() {
        return requireNonNull(server, "not open").getAddress().getPort();
    }

    @Override
    public synchronized void start() {
        try {
            HttpServer opened = HttpServer.create(address, BACKLOG_MAX);
            ExecutorService serving = Executors.newVirtualThreadPerTaskExecutor();
            opened.setExecutor(serving);
            opened.createContext("/", this::answer);
            opened.start();
            server = opened;
            threads = serving;
        } catch (IOException taken) {
            throw new UncheckedIOException("the port for metrics does not open: " + address, taken);
        }
    }

    @Override
    public synchronized void stop() {
        if (server != null) {
            server.stop(STOP_SECONDS_MAX);
            server = null;
        }
        if (threads != null) {
            threads.shutdownNow();
            threads = null;
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return server != null;
    }

    @Override
    public boolean isAutoStartup() {
        return address.getPort() != 0;
    }
}
