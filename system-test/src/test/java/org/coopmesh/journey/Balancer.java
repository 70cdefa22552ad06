package org.coopmesh.journey;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What stands before the replicas of a service in a cluster: hands each new connection to one of those that are in, leaves those
 * that there are alone, and opens nothing.
 */
final class Balancer implements AutoCloseable {
    private static final int CONNECT_MILLIS = 500;

    private final ServerSocket door;
    private final List<InetSocketAddress> in = new CopyOnWriteArrayList<>();
    private final AtomicInteger turn = new AtomicInteger();
    private final Map<InetAddress, Integer> open = new ConcurrentHashMap<>();
    private final Map<InetAddress, Long> without = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Long> gaps = new ConcurrentLinkedQueue<>();

    /** Begins to listen. */
    Balancer(String address, int port) {
        try {
            door = new ServerSocket();
            door.setReuseAddress(true);
            door.bind(new InetSocketAddress(address, port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::receive);
    }

    void add(InetSocketAddress replica) {
        in.add(replica);
    }

    void remove(InetSocketAddress replica) {
        in.remove(replica);
    }

    /** Nanoseconds for which callers had no connection, each until the other side spoke on the next one. */
    List<Long> gaps() {
        return List.copyOf(gaps);
    }

    private void receive() {
        while (!door.isClosed()) {
            try {
                Socket caller = door.accept();
                Thread.ofVirtual().start(() -> lead(caller));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void lead(Socket caller) {
        InetAddress from = caller.getInetAddress();
        try (caller;
                Socket replica = connect()) {
            open.merge(from, 1, Integer::sum);
            try {
                Thread up = Thread.ofVirtual().start(() -> pass(caller, replica, null));
                pass(replica, caller, from);
                up.join();
            } finally {
                if (open.merge(from, -1, Integer::sum) == 0) without.put(from, System.nanoTime());
            }
        } catch (IOException gone) {
            // The caller sees it
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Socket connect() throws IOException {
        List<InetSocketAddress> all = List.copyOf(in);
        if (all.isEmpty()) throw new IOException("nobody is in");
        var socket = new Socket();
        try {
            socket.connect(
                    all.get(Math.floorMod(turn.getAndIncrement(), all.size())), CONNECT_MILLIS);
            return socket;
        } catch (IOException refused) {
            socket.close();
            throw refused;
        }
    }

    private void pass(Socket from, Socket to, InetAddress heard) {
        var bytes = new byte[8192];
        boolean first = heard != null;
        try {
            InputStream read = from.getInputStream();
            OutputStream write = to.getOutputStream();
            for (int n = read.read(bytes); n >= 0; n = read.read(bytes)) {
                write.write(bytes, 0, n);
                if (first) {
                    first = false;
                    Long since = without.remove(heard);
                    if (since != null) gaps.add(System.nanoTime() - since);
                }
            }
            to.shutdownOutput();
        } catch (IOException broken) {
            closeQuietly(from);
            closeQuietly(to);
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone
        }
    }

    @Override
    public void close() {
        try {
            door.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
