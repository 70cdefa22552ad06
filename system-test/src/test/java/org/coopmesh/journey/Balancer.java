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
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.Instant;
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

    /** As the chart has it: who is slow to say so takes calls all the same, for three times. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final int SILENT_MAX = 3;

    private final ServerSocket door;
    private final Set<Backend> backends = ConcurrentHashMap.newKeySet();
    private final Set<Backend> ready = ConcurrentHashMap.newKeySet();
    private final HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();

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
        Thread.startVirtualThread(this::takeIn);
    }

    void add(Backend backend) {
        backends.add(backend);
        Thread.startVirtualThread(() -> ask(backend));
    }

    void remove(Backend backend) {
        backends.remove(backend);
        take(backend, false);
    }

    boolean sendsTo(Backend backend) {
        return ready.contains(backend);
    }

    private void ask(Backend backend) {
        URI readiness =
                URI.create(
                        "http://127.0.0.1:" + backend.healthPort() + "/actuator/health/readiness");
        int silent = 0;
        try {
            while (!door.isClosed() && backends.contains(backend)) {
                try {
                    int status =
                            client.send(
                                            HttpRequest.newBuilder(readiness)
                                                    .timeout(PATIENCE)
                                                    .build(),
                                            HttpResponse.BodyHandlers.discarding())
                                    .statusCode();
                    silent = 0;
                    take(backend, status == 200);
                } catch (HttpTimeoutException slow) {
                    if (++silent >= SILENT_MAX) take(backend, false);
                } catch (IOException gone) {
                    take(backend, false);
                }
                Thread.sleep(ASKS_EVERY);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        take(backend, false);
    }

    private void take(Backend backend, boolean calls) {
        boolean other = calls ? ready.add(backend) : ready.remove(backend);
        if (other && ready.isEmpty()) {
            System.out.println(Instant.now() + " nobody takes calls at " + door.getLocalPort());
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
        List<Backend> choice = List.copyOf(ready);
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
        client.shutdownNow();
    }
}
