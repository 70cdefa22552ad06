package org.coopmesh.nodeagent.collector;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One time of asking, on sockets of its own.
 *
 * <p>A question goes out from the link-local address of its interface, so only that link can answer; where the interface has a
 * unique local address, another goes to the whole site from that. Ports are new each time: an answer must know which.
 */
final class Asking implements AutoCloseable {
    /** No more than so many datagrams are looked at; then it is over. */
    static final int DATAGRAMS_MAX = 2_048;

    private static final ByteBuffer ALL = ascii("GET nodeinfo statistics neighbours");
    private static final List<ByteBuffer> OLD =
            List.of(ascii("nodeinfo"), ascii("statistics"), ascii("neighbours"));

    private final Selector selector;
    private final Complaints complaints;

    /** Takes what was answered. */
    interface Listener {
        void answered(Source source, byte[] datagram);
    }

    /** One socket: where it is, and whether it speaks from the link-local address. */
    private record Door(MeshPort port, boolean linkLocal) {}

    Asking(List<MeshPort> ports, Complaints complaints) throws IOException {
        this.complaints = complaints;
        selector = Selector.open();
        for (MeshPort port : ports) {
            open(port, port.linkLocal(), new Door(port, true));
            if (!port.locals().isEmpty()) {
                open(port, port.locals().getFirst().address(), new Door(port, false));
            }
        }
    }

    private void open(MeshPort port, Inet6Address from, Door door) {
        DatagramChannel channel = null;
        try {
            channel = DatagramChannel.open(StandardProtocolFamily.INET6);
            channel.setOption(
                    StandardSocketOptions.IP_MULTICAST_IF,
                    NetworkInterface.getByIndex(port.index()));
            // We need not hear ourselves.
            channel.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, false);
            channel.bind(new InetSocketAddress(from, 0));
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, door);
        } catch (IOException | IllegalArgumentException | UnsupportedOperationException refused) {
            complaints.about(Objection.SOCKET_REFUSED, port.name());
            close(channel);
        }
    }

    /** Asks everybody by multicast; {@code old} also in words that old routers understand. */
    void everybody(boolean old) {
        for (SelectionKey key : selector.keys()) {
            var door = (Door) key.attachment();
            boolean siteToo = !door.linkLocal() || door.port().locals().isEmpty();
            if (door.linkLocal()) {
                send(key, ALL, door.port().linkGroup());
                if (old) OLD.forEach(word -> send(key, word, door.port().linkGroup()));
            }
            if (siteToo) send(key, ALL, MeshPort.siteGroup());
        }
    }

    /** Asks one router, where it was heard before. */
    void one(Source router, boolean old) {
        for (SelectionKey key : selector.keys()) {
            var door = (Door) key.attachment();
            if (door.port().name().equals(router.interfaceName())
                    && door.linkLocal() == router.address().isLinkLocalAddress()) {
                if (old) OLD.forEach(word -> send(key, word, router.address()));
                else send(key, ALL, router.address());
            }
        }
    }

    private void send(SelectionKey key, ByteBuffer question, Inet6Address to) {
        try {
            ((DatagramChannel) key.channel())
                    .send(question.duplicate(), new InetSocketAddress(to, MeshPort.PORT));
        } catch (IOException refused) {
            complaints.about(Objection.SOCKET_REFUSED, ((Door) key.attachment()).port().name());
        }
    }

    /** Hears answers for {@code time}, or until there are too many. */
    void listen(Duration time, Listener listener) throws IOException, InterruptedException {
        long until = System.nanoTime() + time.toNanos();
        ByteBuffer buffer = ByteBuffer.allocate(Answer.BYTES_MAX + 1);
        int heard = 0;
        while (true) {
            long left = until - System.nanoTime();
            if (left <= 0) return;
            selector.select(Math.max(1, left / 1_000_000));
            if (Thread.interrupted()) throw new InterruptedException();
            for (SelectionKey key : selector.selectedKeys()) {
                if (++heard > DATAGRAMS_MAX) {
                    complaints.about(
                            Objection.ANSWERS_TOO_MANY, ((Door) key.attachment()).port().name());
                    return;
                }
                receive(key, buffer, listener);
            }
            selector.selectedKeys().clear();
        }
    }

    private void receive(SelectionKey key, ByteBuffer buffer, Listener listener) {
        var door = (Door) key.attachment();
        buffer.clear();
        try {
            if (!(((DatagramChannel) key.channel()).receive(buffer)
                            instanceof InetSocketAddress from)
                    || !(from.getAddress() instanceof Inet6Address address)) {
                return;
            }
            boolean inScope =
                    address.isLinkLocalAddress()
                            ? address.getScopeId() == door.port().index()
                            : !door.linkLocal() && MeshPort.isUniqueLocal(address);
            if (!inScope) {
                complaints.about(Objection.SOURCE_OUT_OF_SCOPE, door.port().name());
                return;
            }
            buffer.flip();
            byte[] datagram = new byte[buffer.remaining()];
            buffer.get(datagram);
            listener.answered(new Source(door.port().name(), address), datagram);
        } catch (IOException refused) {
            // An answer of ICMP to a question asked before; the next may be better.
            complaints.about(Objection.SOCKET_REFUSED, door.port().name());
        }
    }

    @Override
    public void close() throws IOException {
        for (SelectionKey key : selector.keys()) key.channel().close();
        selector.close();
    }

    private static void close(@Nullable DatagramChannel channel) {
        try {
            if (channel != null) channel.close();
        } catch (IOException alreadyGone) {
            // Nothing is left to be done.
        }
    }

    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)).asReadOnlyBuffer();
    }
}
