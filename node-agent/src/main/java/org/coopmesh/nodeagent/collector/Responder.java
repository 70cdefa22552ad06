package org.coopmesh.nodeagent.collector;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.coopmesh.contracts.membership.v1.ReportTopologyRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers respondd, so that the maps of the neighbourhood see this node; the door of answering.
 *
 * <p>Only who is on the link of a named interface is answered, from an address of that interface: an answer cannot leave
 * through any other. {@link Allowance} bounds how much.
 */
public final class Responder {
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);
    private static final Logger log = LoggerFactory.getLogger(Responder.class);

    private final List<String> interfaces;
    private final Portrait portrait;
    private final Complaints complaints = new Complaints(System::nanoTime);
    private final Allowance allowance = new Allowance(System.nanoTime());

    /**
     * Answers on {@code interfaces} for the node {@code nodeId}.
     *
     * @param contact of the owner, told to whoever asks; empty for none
     * @param latest what the node last saw of itself
     */
    public Responder(
            List<String> interfaces,
            String nodeId,
            String agentVersion,
            String contact,
            Supplier<ReportTopologyRequest> latest) {
        this.interfaces = List.copyOf(interfaces);
        this.portrait = new Portrait(nodeId, agentVersion, contact, latest, Path.of("/"));
    }

    /** Answers until interrupted. Interfaces and their addresses may come and go. */
    public void run() throws InterruptedException {
        while (true) {
            List<MeshPort> ports = MeshPort.findAll(interfaces, complaints);
            try (var doors = new Doors(ports)) {
                doors.answer();
            } catch (IOException failed) {
                log.atWarn().addKeyValue("why", failed.getMessage()).log("respondd begins again");
                Thread.sleep(LOOK_AGAIN);
            }
        }
    }

    /** Sockets for the interfaces as they are now. */
    private final class Doors implements AutoCloseable {
        private final List<MeshPort> ports;
        private final Selector selector = Selector.open();
        private final ByteBuffer buffer = ByteBuffer.allocate(Request.BYTES_MAX + 1);
        private boolean complete;

        Doors(List<MeshPort> ports) throws IOException {
            this.ports = ports;
            complete = ports.size() == interfaces.size();
            for (MeshPort port : ports) {
                open(port.linkLocal(), List.of());
                open(port.linkGroup(), List.of(port));
                port.locals().forEach(local -> open(local.address(), List.of()));
            }
            if (!ports.isEmpty()) open(MeshPort.siteGroup(), ports);
        }

        private void open(Inet6Address at, List<MeshPort> joinOn) {
            DatagramChannel channel = null;
            try {
                channel = DatagramChannel.open(StandardProtocolFamily.INET6);
                channel.bind(new InetSocketAddress(at, MeshPort.PORT));
                for (MeshPort port : joinOn) {
                    channel.join(at, NetworkInterface.getByIndex(port.index()));
                }
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_READ, at);
            } catch (IOException | IllegalArgumentException | UnsupportedOperationException no) {
                complete = false;
                complaints.about(Objection.SOCKET_REFUSED, at.getHostAddress());
                close(channel);
            }
        }

        /** Answers until the interfaces have changed. */
        void answer() throws IOException, InterruptedException {
            long lookAgain = System.nanoTime() + LOOK_AGAIN.toNanos();
            while (true) {
                selector.select(Math.max(1, (lookAgain - System.nanoTime()) / 1_000_000));
                if (Thread.interrupted()) throw new InterruptedException();
                for (SelectionKey key : selector.selectedKeys()) {
                    receive((DatagramChannel) key.channel());
                }
                selector.selectedKeys().clear();
                if (System.nanoTime() - lookAgain >= 0) {
                    if (!complete || !MeshPort.findAll(interfaces, complaints).equals(ports))
                        return;
                    lookAgain = System.nanoTime() + LOOK_AGAIN.toNanos();
                }
            }
        }

        private void receive(DatagramChannel channel) throws IOException {
            buffer.clear();
            SocketAddress sender = channel.receive(buffer);
            if (!(sender instanceof InetSocketAddress from)
                    || !(from.getAddress() instanceof Inet6Address asker)) {
                return;
            }
            Optional<MeshPort> port =
                    ports.stream().filter(each -> each.isOnLink(asker)).findFirst();
            if (port.isEmpty()) {
                complaints.about(Objection.SOURCE_OUT_OF_SCOPE, asker.getHostAddress());
                return;
            }
            byte[] question = new byte[buffer.flip().remaining()];
            buffer.get(question);
            Optional<Request> request = Request.read(question);
            if (request.isEmpty()) return;
            if (!allowance.grants(asker, System.nanoTime())) {
                complaints.about(Objection.REQUESTS_TOO_MANY, asker.getHostAddress());
                return;
            }
            byte[] answer = portrait.answer(request.get(), ports);
            try {
                from(port.get(), asker, channel).send(ByteBuffer.wrap(answer), from);
            } catch (IOException gone) {
                complaints.about(Objection.SOCKET_REFUSED, port.get().name());
            }
        }

        /** The socket at the interface's own address, so that the answer comes from there. */
        private DatagramChannel from(MeshPort port, Inet6Address asker, DatagramChannel otherwise) {
            for (SelectionKey key : selector.keys()) {
                boolean ours =
                        asker.isLinkLocalAddress()
                                ? key.attachment().equals(port.linkLocal())
                                        && ((Inet6Address) key.attachment()).getScopeId()
                                                == port.index()
                                : port.locals().stream()
                                        .anyMatch(local ->
                                                local.contains(asker)
                                                        && local.address()
                                                                .equals(key.attachment()));
                if (ours) return (DatagramChannel) key.channel();
            }
            return otherwise;
        }

        @Override
        public void close() throws IOException {
            List<SelectionKey> keys = new ArrayList<>(selector.keys());
            for (SelectionKey key : keys) key.channel().close();
            selector.close();
        }

        private void close(@Nullable DatagramChannel channel) {
            try {
                if (channel != null) channel.close();
            } catch (IOException alreadyGone) {
                // Nothing is left to be done.
            }
        }
    }
}
