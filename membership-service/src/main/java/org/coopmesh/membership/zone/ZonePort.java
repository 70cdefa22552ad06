package org.coopmesh.membership.zone;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** The DNS port, TCP and UDP, where the secondaries fetch the zone; closed unless it is set. */
@Component
class ZonePort implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(ZonePort.class);
    private static final int CONNECTIONS_MAX = 32;
    private static final int QUESTIONS_A_CONNECTION_MAX = 100;
    private static final int QUESTION_BYTES_MAX = 4_096;
    private static final int DATAGRAM_BYTES_MAX = 512;
    private static final int DATAGRAMS_A_SECOND_MAX = 200;
    private static final Duration SILENCE_MAX = Duration.ofSeconds(10);
    private static final Duration CONNECTION_MAX = Duration.ofMinutes(5);
    private static final int BACKLOG = 64;

    private final ZoneSettings settings;
    private final ZoneAnswers answers;
    private final Semaphore room = new Semaphore(CONNECTIONS_MAX);
    private @Nullable ServerSocket streams;
    private @Nullable DatagramSocket datagrams;
    private volatile boolean running;

    ZonePort(ZoneSettings settings, ZoneKeeper keeper) throws IOException {
        this.settings = settings;
        this.answers =
                new ZoneAnswers(keeper, keys(settings), settings.servers(), Clock.systemUTC());
    }

    static TransferKeys keys(ZoneSettings settings) throws IOException {
        return settings.keyFile().isEmpty()
                ? TransferKeys.none()
                : TransferKeys.read(Path.of(settings.keyFile()));
    }

    @Override
    public void start() {
        if (settings.port() == 0) return;
        var at = new InetSocketAddress(settings.address(), settings.port());
        try {
            var tcp = new ServerSocket();
            tcp.setReuseAddress(true);
            tcp.bind(at, BACKLOG);
            streams = tcp;
            var udp = new DatagramSocket(at);
            datagrams = udp;
            running = true;
            Thread.ofPlatform().daemon().name("zone-tcp").start(() -> accept(tcp));
            Thread.ofPlatform().daemon().name("zone-udp").start(() -> receive(udp));
        } catch (IOException taken) {
            stop();
            throw new UncheckedIOException("coopmesh.zone.port cannot be opened: " + at, taken);
        }
        log.atInfo().addKeyValue("at", at).log("zone is served");
    }

    private void accept(ServerSocket tcp) {
        while (running) {
            try {
                Socket peer = tcp.accept();
                if (room.tryAcquire()) {
                    Thread.ofVirtual().name("zone-transfer").start(() -> serveAndLeave(peer));
                } else {
                    log.atWarn().addKeyValue("most", CONNECTIONS_MAX).log("zone has no room");
                    peer.close();
                }
            } catch (IOException failed) {
                if (running) log.atWarn().setCause(failed).log("zone connection not taken");
            }
        }
    }

    private void serveAndLeave(Socket peer) {
        Thread limit =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                Thread.sleep(CONNECTION_MAX);
                                peer.close(); // Ends a write that nobody reads.
                            } catch (InterruptedException | IOException over) {
                                // It has ended by itself.
                            }
                        });
        try (peer) {
            serve(peer);
        } catch (IOException | RuntimeException ended) {
            log.atDebug().addKeyValue("why", ended.getMessage()).log("zone connection ended");
        } finally {
            limit.interrupt();
            room.release();
        }
    }

    private void serve(Socket peer) throws IOException {
        peer.setSoTimeout((int) SILENCE_MAX.toMillis());
        peer.setTcpNoDelay(true);
        var in = new DataInputStream(peer.getInputStream());
        var out = new DataOutputStream(new BufferedOutputStream(peer.getOutputStream()));
        String who = peer.getInetAddress().getHostAddress();
        for (int i = 0; i < QUESTIONS_A_CONNECTION_MAX; i++) {
            int length = in.readUnsignedShort();
            if (length > QUESTION_BYTES_MAX) return;
            Iterator<byte[]> messages = answers.answer(in.readNBytes(length), true, who);
            if (!messages.hasNext()) return;
            while (messages.hasNext()) {
                byte[] message = messages.next();
                out.writeShort(message.length);
                out.write(message);
            }
            out.flush();
        }
    }

    private void receive(DatagramSocket udp) {
        var packet = new DatagramPacket(new byte[QUESTION_BYTES_MAX], QUESTION_BYTES_MAX);
        long second = 0;
        int answered = 0;
        while (running) {
            try {
                packet.setLength(QUESTION_BYTES_MAX);
                udp.receive(packet);
                long now = System.nanoTime() / Duration.ofSeconds(1).toNanos();
                if (now != second) answered = 0;
                second = now;
                if (answered++ >= DATAGRAMS_A_SECOND_MAX) continue;
                Iterator<byte[]> messages =
                        answers.answer(
                                Arrays.copyOf(packet.getData(), packet.getLength()),
                                false,
                                packet.getAddress().getHostAddress());
                if (!messages.hasNext()) continue;
                byte[] message = messages.next();
                if (message.length > DATAGRAM_BYTES_MAX) continue;
                udp.send(new DatagramPacket(message, message.length, packet.getSocketAddress()));
            } catch (IOException | RuntimeException failed) {
                if (running) log.atWarn().setCause(failed).log("zone question not answered");
            }
        }
    }

    @Override
    public void stop() {
        running = false;
        try {
            if (streams != null) streams.close();
        } catch (IOException closing) {
            log.atDebug().addKeyValue("why", closing.getMessage()).log("zone port not closed");
        }
        if (datagrams != null) datagrams.close();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
