package org.coopmesh.nodeagent.access;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers clients of this node over plain HTTP: {@code /captive-portal} says as RFC 8908 has it whether the one who asks is
 * behind the wall, and everything else that the walled ask for leads to the co-op's portal. One thread; a connection is one
 * answer.
 */
public final class CaptivePortal implements AutoCloseable {

    /** Where it listens, on every address of the node; the mesh table keeps others than the mesh out. */
    public static final int PORT = 8908;

    private static final Logger log = LoggerFactory.getLogger(CaptivePortal.class);
    private static final String API = "/captive-portal";
    private static final int REQUEST_BYTES_MAX = 4 << 10;
    private static final int CONNECTIONS_MAX = 128;
    private static final int CONNECTIONS_EACH_MAX = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration CLOSED_RETRY = Duration.ofSeconds(30);

    private final String portal;
    private final Predicate<InetAddress> walled;
    private final int port;
    private volatile boolean closed;

    /**
     * Does nothing yet.
     *
     * @param portal where the walled pay and find help
     * @param walled whether this client of the node is behind the wall now
     */
    public CaptivePortal(URI portal, Predicate<InetAddress> walled) {
        this(portal, walled, PORT);
    }

    CaptivePortal(URI portal, Predicate<InetAddress> walled, int port) {
        this.portal = portal.toASCIIString();
        this.walled = walled;
        this.port = port;
    }

    /** Answers until interrupted; a port that another holds is tried again. */
    public void run() throws InterruptedException {
        while (!closed) {
            try {
                serve();
            } catch (IOException taken) {
                log.atWarn()
                        .addKeyValue("code", Trouble.PORTAL_CLOSED)
                        .addKeyValue("port", port)
                        .addKeyValue("why", taken.getMessage())
                        .log("the walled are not led to the portal");
                Thread.sleep(CLOSED_RETRY);
            }
        }
    }

    private void serve() throws IOException, InterruptedException {
        try (Selector selector = Selector.open();
                ServerSocketChannel door = ServerSocketChannel.open()) {
            door.bind(new InetSocketAddress(port), CONNECTIONS_MAX);
            door.configureBlocking(false);
            door.register(selector, SelectionKey.OP_ACCEPT);
            try {
                while (!closed) {
                    boolean empty = selector.keys().size() == 1;
                    selector.select(empty ? 0 : PATIENCE.toMillis() / 5);
                    if (Thread.interrupted()) {
                        throw new InterruptedException();
                    }
                    for (SelectionKey key : selector.selectedKeys()) {
                        if (key.isAcceptable()) {
                            accept(door, selector);
                        } else if (key.isValid() && key.attachment() instanceof Visit visit) {
                            visit.go(key);
                        }
                    }
                    selector.selectedKeys().clear();
                    endLate(selector);
                }
            } finally {
                for (SelectionKey key : new ArrayList<>(selector.keys())) {
                    key.channel().close();
                }
            }
        }
    }

    private void accept(ServerSocketChannel door, Selector selector) throws IOException {
        SocketChannel client = door.accept();
        if (client == null) {
            return;
        }
        InetAddress from = client.socket().getInetAddress();
        long same =
                selector.keys().stream()
                        .filter(key ->
                                key.attachment() instanceof Visit visit && visit.from.equals(from))
                        .count();
        if (selector.keys().size() > CONNECTIONS_MAX || same >= CONNECTIONS_EACH_MAX) {
            client.close();
            return;
        }
        client.configureBlocking(false);
        client.register(selector, SelectionKey.OP_READ, new Visit(client, from));
    }

    private static void endLate(Selector selector) throws IOException {
        long now = System.nanoTime();
        for (SelectionKey key : selector.keys()) {
            if (key.attachment() instanceof Visit visit
                    && now - visit.sinceNanos > PATIENCE.toNanos()) {
                key.channel().close();
            }
        }
    }

    /** One connection: a request comes in, an answer goes out. */
    private final class Visit {

        private final SocketChannel client;
        private final InetAddress from;
        private final long sinceNanos = System.nanoTime();
        private ByteBuffer bytes = ByteBuffer.allocate(REQUEST_BYTES_MAX);
        private boolean answering;

        Visit(SocketChannel client, InetAddress from) {
            this.client = client;
            this.from = from;
        }

        void go(SelectionKey key) throws IOException {
            try {
                if (!answering) {
                    boolean ended = client.read(bytes) < 0;
                    String request =
                            new String(
                                    bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
                    if (!request.contains("\r\n\r\n") && bytes.hasRemaining() && !ended) {
                        return;
                    }
                    bytes = ByteBuffer.wrap(answer(request));
                    answering = true;
                }
                client.write(bytes);
                if (bytes.hasRemaining()) {
                    key.interestOps(SelectionKey.OP_WRITE);
                } else {
                    client.shutdownOutput();
                    client.close();
                }
            } catch (IOException gone) {
                client.close();
            }
        }

        private byte[] answer(String request) {
            String[] line = request.lines().findFirst().orElse("").split(" ", -1);
            boolean http = line.length == 3 && line[2].startsWith("HTTP/1.");
            if (!http || !request.contains("\r\n\r\n")) {
                return response("400 Bad Request", "", "text/plain", "not a request\n", false);
            }
            boolean head = line[0].equals("HEAD");
            boolean captive = walled.test(from);
            if (line[1].equals(API)) {
                return response("200 OK", "", "application/captive+json", json(captive), head);
            }
            if (captive) {
                return response(
                        "302 Found",
                        "Location: " + portal + "\r\n",
                        "text/plain",
                        "Please go on to " + portal + "\n",
                        head);
            }
            return response("404 Not Found", "", "text/plain", "nothing here\n", head);
        }

        private String json(boolean captive) {
            String url = portal.replace("\\", "%5C").replace("\"", "%22");
            return "{\"captive\":" + captive + ",\"user-portal-url\":\"" + url + "\"}";
        }
    }

    private static byte[] response(
            String status, String more, String type, String body, boolean head) {
        String text =
                "HTTP/1.1 "
                        + status
                        + "\r\n"
                        + more
                        + "Content-Type: "
                        + type
                        + "\r\nContent-Length: "
                        + body.length()
                        + "\r\nCache-Control: private, no-store\r\nConnection: close\r\n\r\n"
                        + (head ? "" : body);
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void close() {
        closed = true;
    }
}
