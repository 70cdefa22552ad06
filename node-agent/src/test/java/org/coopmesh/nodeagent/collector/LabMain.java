package org.coopmesh.nodeagent.collector;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.net.DatagramPacket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.coopmesh.contracts.membership.v1.CollectedRouter;
import org.coopmesh.contracts.membership.v1.ReportTopologyRequest;

/** One inhabitant of {@link RespondLabIT}, as a process in a namespace of its own; speaks its mind on standard output. */
final class LabMain {
    private static final String DEVICE = "mesh0";

    private LabMain() {}

    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "agent" -> agent(arguments[1]);
            case "router" -> router(arguments[1], arguments[2], arguments[3].equals("old"));
            case "hostile" -> hostile(arguments[1]);
            case "ask" ->
                    ask(arguments[1], arguments[2], arguments[3], Integer.parseInt(arguments[4]));
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    /** Collects and answers, as an agent does, only more often. */
    private static void agent(String nodeId) throws Exception {
        var collector =
                new RouterCollector(
                        List.of(DEVICE),
                        nodeId,
                        new RouterCollector.Times(
                                Duration.ofMillis(1_500),
                                Duration.ofMillis(800),
                                Duration.ofMillis(400)),
                        System::nanoTime);
        var responder =
                new Responder(
                        List.of(DEVICE),
                        nodeId,
                        "lab",
                        "",
                        ReportTopologyRequest::getDefaultInstance);
        start(collector::run);
        start(responder::run);
        while (true) {
            for (CollectedRouter router : collector.untold()) {
                System.out.printf(
                        "HEARD %s %s rx=%d clients=%d neighbour=%s%n",
                        router.getRouterId(),
                        router.getHostname(),
                        router.getFigures().getRxBytes(),
                        router.getFigures().getClients(),
                        router.getNeighboursCount() == 0
                                ? "-"
                                : router.getNeighbours(0).getRouterId());
            }
            collector.told();
            Thread.sleep(100);
        }
    }

    /** What runs until the process ends. */
    private interface Duty {
        void run() throws InterruptedException;
    }

    private static void start(Duty duty) {
        Thread.ofPlatform()
                .start(() -> {
                    try {
                        duty.run();
                    } catch (InterruptedException ended) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    /** A small router on a plain socket; an old one knows no {@code GET} and only the link's group. */
    private static void router(String id, String hostname, boolean old) throws Exception {
        String neighbour = id.endsWith("2") ? "06:aa:bb:cc:00:03" : "06:aa:bb:cc:00:02";
        String own = id.endsWith("2") ? "06:aa:bb:cc:00:02" : "06:aa:bb:cc:00:03";
        String all =
                Samples.ALL
                        .replace("06:aa:bb:cc:00:02", "own")
                        .replace("06:aa:bb:cc:00:03", neighbour)
                        .replace("own", own)
                        .replace("06:aa:bb:cc:00:01", neighbour)
                        .replace("02:aa:bb:cc:00:02", "02" + own.substring(2))
                        .replace("0a:aa:bb:cc:00:02", "0a" + own.substring(2))
                        .replace(Samples.ID, id)
                        .replace("mill-lane-7", hostname);
        JsonObject parts = JsonParser.parseString(all).getAsJsonObject();
        listen(
                old,
                (socket, question, from) -> {
                    System.out.println("ASKED " + question);
                    if (!old && question.startsWith("GET ")) {
                        send(socket, Samples.deflated(all), from);
                    } else if (parts.has(question)) {
                        send(socket, Samples.plain(parts.get(question).toString()), from);
                    }
                });
    }

    /** Whatever can be sent in answer, and in the name of {@code victim}. */
    private static void hostile(String victim) throws Exception {
        byte[] good = Samples.deflated(Samples.ALL.replace(Samples.ID, victim));
        listen(
                false,
                (socket, question, from) -> {
                    if (!question.startsWith("GET ")) return;
                    send(socket, Samples.router(victim, "thief"), from);
                    send(socket, Deflated.pack(new byte[8 << 20]), from);
                    send(socket, Arrays.copyOf(good, good.length / 2), from);
                    send(socket, new byte[40_000], from);
                    send(
                            socket,
                            Samples.deflated(Samples.ALL.replace("mill-lane-7", "a\\u0007")),
                            from);
                    for (int i = 0; i < 500; i++) {
                        send(socket, Samples.router("%012x".formatted(i + 0xbad0000), "x"), from);
                    }
                    System.out.println("SPOILED");
                });
    }

    /** Asks, and counts what comes back within two seconds. */
    private static void ask(String device, String address, String question, int times)
            throws Exception {
        NetworkInterface by = NetworkInterface.getByName(device);
        byte[] bytes = question.getBytes(StandardCharsets.US_ASCII);
        try (var socket = new MulticastSocket(0)) {
            socket.setNetworkInterface(by);
            InetAddress scoped =
                    Inet6Address.getByAddress(
                            null, InetAddress.getByName(address).getAddress(), by.getIndex());
            for (int i = 0; i < times; i++) {
                send(socket, bytes, new InetSocketAddress(scoped, MeshPort.PORT));
            }
            socket.setSoTimeout(2_000);
            var packet = new DatagramPacket(new byte[65_536], 65_536);
            int answers = 0;
            int length = 0;
            try {
                while (true) {
                    socket.receive(packet);
                    answers++;
                    length += packet.getLength();
                    System.out.println(
                            "FROM "
                                    + packet.getAddress().getHostAddress()
                                    + " port "
                                    + packet.getPort());
                }
            } catch (SocketTimeoutException over) {
                System.out.printf(
                        "ANSWERS %d BYTES %d ASKED %d%n", answers, length, times * bytes.length);
            }
        }
    }

    /** Takes a question. */
    private interface Asked {
        void by(MulticastSocket socket, String question, InetSocketAddress from) throws Exception;
    }

    private static void listen(boolean linkOnly, Asked asked) throws Exception {
        NetworkInterface device = NetworkInterface.getByName(DEVICE);
        try (var socket = new MulticastSocket(MeshPort.PORT)) {
            socket.joinGroup(
                    new InetSocketAddress(InetAddress.getByName("ff02::2:1001"), 0), device);
            if (!linkOnly) {
                socket.joinGroup(
                        new InetSocketAddress(InetAddress.getByName("ff05::2:1001"), 0), device);
            }
            System.out.println("READY");
            var packet = new DatagramPacket(new byte[2_048], 2_048);
            while (true) {
                socket.receive(packet);
                String question =
                        new String(
                                packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII);
                asked.by(socket, question, (InetSocketAddress) packet.getSocketAddress());
            }
        }
    }

    private static void send(MulticastSocket socket, byte[] bytes, InetSocketAddress to)
            throws java.io.IOException {
        socket.send(new DatagramPacket(bytes, bytes.length, to));
    }
}
