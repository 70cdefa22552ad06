package org.coopmesh.journey;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What a cluster puts before several processes: a connection that comes goes to one that said, when it was asked last, that it takes
 * calls. One that was refused or broken is not tried elsewhere, and one that stands stays where it is.
 */
final class Balancer implements AutoCloseable {
    private static final Duration ASKS_EVERY = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final ServerSocket door;
    private final Set<Backend> backends = ConcurrentHashMap.newKeySet();
    private volatile List<Backend> ready = List.of();

    /** A process: where it takes connections, and the port on loopback that tells whether it does. */
    record Backend(InetSocketAddress address, int healthPort) {}

    Balancer(InetSocketAddress listensAt) {
        try {
            door = new ServerSocket();
            door.setReuseAddress(true);
            door.bind(listensAt);
        } catch (IOException e) {
            throw new UncheckedIOException("no door at " + listensAt, e);
        }
        Thread.startVirtualThread(this::ask);
        Thread.startVirtualThread(this::takeIn);
    }

    void add(Backend backend) {
        backends.add(backend);
    }

    void remove(Backend backend) {
        backends.remove(backend);
    }

    boolean sendsTo(Backend backend) {
        return ready.contains(backend);
    }

    private void ask() {
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            while (!door.isClosed()) {
                ready = backends.stream().filter(backend -> takesCalls(client, backend)).toList();
                Thread.sleep(ASKS_EVERY);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean takesCalls(HttpClient client, Backend backend) {
        URI readiness =
                URI.create(
                        "http://127.0.0.1:" + backend.healthPort() + "/actuator/health/readiness");
        try {
            return client.send(
                                    HttpRequest.newBuilder(readiness).timeout(PATIENCE).build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException gone) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void takeIn() {
        while (!door.isClosed()) {
            try {
                Socket caller = door.accept();
                Thread.startVirtualThread(() -> lead(caller));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void lead(Socket caller) {
        List<Backend> choice = ready;
        try (caller;
                var called = new Socket()) {
            if (choice.isEmpty()) return;
            caller.setTcpNoDelay(true);
            called.setTcpNoDelay(true);
            called.connect(
                    choice.get(ThreadLocalRandom.current().nextInt(choice.size())).address());
            Thread back = Thread.startVirtualThread(() -> pass(called, caller));
            pass(caller, called);
            back.join();
        } catch (IOException broken) {
            // The caller sees it
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pass(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException broken) {
            close(from);
            close(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
    }
}
