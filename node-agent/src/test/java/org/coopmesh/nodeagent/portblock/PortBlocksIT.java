package org.coopmesh.nodeagent.portblock;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.coopmesh.nodeagent.netfilter.Flows;
import org.coopmesh.nodeagent.netfilter.Lab;
import org.coopmesh.nodeagent.netfilter.MeshTable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Port blocks against real packets through a gateway with two attachments. */
@Timeout(900)
@EnabledIf(value = "org.coopmesh.nodeagent.netfilter.Lab#possible", disabledReason = Lab.NEEDS)
class PortBlocksIT {
    private static final String INTERNET = "198.51.100.1";
    private static final Ipv4 OUTSIDE = Ipv4.parse("198.51.100.254");
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration IMPATIENCE = Duration.ofMillis(500);
    private static final int UDP = 7_000;
    private static final int TCP = 7_001;
    private static final PortBlocks BLOCKS =
            new PortBlocks(
                    Ipv4.Range.parse("10.201.0.0/20"), 24, List.of(OUTSIDE), 20_000, 29_999, 64);
    private static final PortBlocks.Block A = BLOCKS.block(1);
    private static final PortBlocks.Block B = BLOCKS.block(2);

    private static Lab lab;
    @TempDir Path directory;

    @BeforeAll
    static void up() throws Exception {
        lab = Lab.up();
        DatagramSocket datagrams = lab.on("internet", () -> new DatagramSocket(UDP));
        lab.start("internet", () -> tellPorts(datagrams));
        ServerSocket streams = lab.on("internet", () -> new ServerSocket(TCP, 500));
        lab.start("internet", () -> tellPorts(streams));
        // A flow that the kernel forgets in the middle of a test gives its port back.
        lab.sh("router", "sysctl -qw net.netfilter.nf_conntrack_udp_timeout=600");
        lab.sh(
                "internet",
                """
                nft -f - <<'END'
                table ip seen {
                  set ids { typeof icmp id; flags dynamic; size 1000; }
                  chain in { type filter hook input priority 0; icmp type echo-request add @ids { icmp id }; }
                }
                END
                """);
    }

    @AfterAll
    static void down() {
        if (lab != null) lab.close();
    }

    @BeforeEach
    void clean() throws Exception {
        lab.sh("router", "nft flush ruleset");
        lab.on("router", () -> endAll());
        lab.sh("internet", "nft flush set ip seen ids");
    }

    private static int endAll() throws Exception {
        try (var flows = new Flows()) {
            return flows.end(flow -> true);
        }
    }

    /** Answers each datagram with the port that it came from. */
    private static Void tellPorts(DatagramSocket socket) throws Exception {
        try (socket) {
            while (true) {
                var packet = new DatagramPacket(new byte[100], 100);
                socket.receive(packet);
                byte[] port = Integer.toString(packet.getPort()).getBytes(StandardCharsets.UTF_8);
                socket.send(new DatagramPacket(port, port.length, packet.getSocketAddress()));
            }
        }
    }

    private static Void tellPorts(ServerSocket server) throws Exception {
        try (server) {
            while (true) {
                try (Socket socket = server.accept()) {
                    socket.getOutputStream()
                            .write((socket.getPort() + "\n").getBytes(StandardCharsets.UTF_8));
                }
            }
        }
    }

    private static DatagramSocket bound(int port, Duration patience) throws Exception {
        var socket = new DatagramSocket(null);
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(port));
        socket.setSoTimeout((int) patience.toMillis());
        return socket;
    }

    /** The port that the Internet sees of this socket; empty where nothing comes back. */
    private static Optional<Integer> seen(DatagramSocket socket) throws Exception {
        byte[] hello = {1};
        socket.send(new DatagramPacket(hello, 1, InetAddress.ofLiteral(INTERNET), UDP));
        var answer = new DatagramPacket(new byte[100], 100);
        try {
            socket.receive(answer);
        } catch (SocketTimeoutException nothing) {
            return Optional.empty();
        }
        return Optional.of(
                Integer.valueOf(
                        new String(
                                answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8)));
    }

    private static List<Integer> datagramPorts(String host, int from, int count) throws Exception {
        return datagramPorts(host, from, count, PATIENCE);
    }

    private static List<Integer> datagramPorts(String host, int from, int count, Duration patience)
            throws Exception {
        return lab.on(
                host,
                () -> {
                    List<Integer> ports = new ArrayList<>();
                    for (int port = from; port < from + count; port++) {
                        try (var socket = bound(port, patience)) {
                            seen(socket).ifPresent(ports::add);
                        }
                    }
                    return ports;
                });
    }

    private static List<Integer> streamPorts(String host, int from, int count) throws Exception {
        return lab.on(
                host,
                () -> {
                    List<Integer> ports = new ArrayList<>();
                    for (int port = from; port < from + count; port++) {
                        try (var socket = new Socket()) {
                            socket.setReuseAddress(true);
                            socket.bind(new InetSocketAddress(port));
                            socket.connect(
                                    new InetSocketAddress(INTERNET, TCP),
                                    (int) PATIENCE.toMillis());
                            byte[] told = socket.getInputStream().readAllBytes();
                            ports.add(
                                    Integer.valueOf(
                                            new String(told, StandardCharsets.UTF_8).strip()));
                        }
                    }
                    return ports;
                });
    }

    private static List<Integer> echoIds(String host, int... ids) throws Exception {
        lab.sh("internet", "nft flush set ip seen ids");
        for (int id : ids) lab.sh(host, "ping -n -q -c 1 -w 30 -e " + id + " " + INTERNET);
        var listed =
                Pattern.compile("elements = \\{([^}]*)}")
                        .matcher(lab.sh("internet", "nft -n list set ip seen ids"));
        assertThat(listed.find()).isTrue();
        List<Integer> seen = new ArrayList<>();
        for (String id : listed.group(1).split(",")) seen.add(Integer.valueOf(id.strip()));
        return seen;
    }

    private static MeshTable.Structure make() throws Exception {
        return lab.on(
                "router",
                () -> {
                    try (MeshTable table =
                            MeshTable.open("coopmesh", List.of(BlockRules.part(BLOCKS, "wan")))) {
                        MeshTable.Structure done = table.ensure();
                        assertThat(table.has(BlockRules.PART)).isTrue();
                        return done;
                    }
                });
    }

    @Test
    void everyAttachmentLeavesByItsOwnPortsWhateverPortItChose() throws Exception {
        make();

        for (String host : List.of("clientA", "clientB")) {
            PortBlocks.Block own = host.equals("clientA") ? A : B;
            assertThat(datagramPorts(host, 20_050, 30))
                    .as("datagrams of %s", host)
                    .hasSize(30)
                    .allMatch(port -> port >= own.first() && port <= own.last());
            assertThat(streamPorts(host, 20_050, 30))
                    .as("streams of %s", host)
                    .hasSize(30)
                    .allMatch(port -> port >= own.first() && port <= own.last());
            assertThat(echoIds(host, 7, 20_100, 20_150, 60_000))
                    .as("echoes of %s", host)
                    .hasSizeBetween(1, 4)
                    .allMatch(id -> id >= own.first() && id <= own.last());
        }
        for (int port : datagramPorts("clientB", 33_333, 3)) {
            assertThat(BLOCKS.holder(OUTSIDE, port))
                    .contains(new PortBlocks.Holder.Slot(2, Ipv4.Range.parse("10.201.2.0/24")));
        }
    }

    @Test
    void whoHasUsedUpItsPortsTakesNobodyElses() throws Exception {
        make();

        List<Integer> a = datagramPorts("clientA", 40_000, BLOCKS.blockPorts());
        assertThat(datagramPorts("clientA", 45_000, 6, IMPATIENCE)).isEmpty();
        List<Integer> b = datagramPorts("clientB", 40_000, 20);

        assertThat(a).hasSize(BLOCKS.blockPorts()).doesNotHaveDuplicates();
        assertThat(a).allMatch(port -> port >= A.first() && port <= A.last());
        assertThat(b).hasSize(20).allMatch(port -> port >= B.first() && port <= B.last());
    }

    @Test
    void theNodeItselfAndWhoIsNotOfThePoolTakeNobodysPorts() throws Exception {
        make();
        lab.sh("router", "ip addr add 192.168.77.1/24 dev br-lan");
        lab.sh(
                "clientA",
                "ip addr add 192.168.77.10/24 dev eth0; ip route add "
                        + INTERNET
                        + "/32 via 192.168.77.1 src 192.168.77.10");
        try {
            assertThat(datagramPorts("clientA", 20_090, 5))
                    .hasSize(5)
                    .allMatch(port -> port > BLOCKS.lastPort());
        } finally {
            lab.sh(
                    "clientA",
                    "ip route del " + INTERNET + "/32; ip addr del 192.168.77.10/24 dev eth0");
            lab.sh("router", "ip addr del 192.168.77.1/24 dev br-lan");
        }

        assertThat(datagramPorts("router", 20_090, 5))
                .hasSize(5)
                .allMatch(port -> port > BLOCKS.lastPort());
        assertThat(streamPorts("router", 20_090, 5))
                .hasSize(5)
                .allMatch(port -> port > BLOCKS.lastPort());
        assertThat(echoIds("router", 20_090, 20_091)).allMatch(id -> id > BLOCKS.lastPort());
        // What lies outside of all blocks names nobody else, and stays.
        assertThat(datagramPorts("router", 51_820, 1)).containsExactly(51_820);
    }

    @Test
    void flowsThatBeganUnderOtherRulesAreEnded() throws Exception {
        String others =
                "table ip uplink { chain out { type nat hook postrouting priority srcnat; policy accept; oifname \"wan\" masquerade; }; }";
        lab.sh("router", "nft '" + others + "'");
        String before = lab.sh("router", "nft list table ip uplink");
        DatagramSocket socket = lab.on("clientA", () -> bound(35_555, PATIENCE));
        assertThat(lab.on("clientA", () -> seen(socket))).contains(35_555);
        make();
        assertThat(lab.on("clientA", () -> seen(socket))).contains(35_555);
        var epochs = new Epochs(directory.resolve("port-blocks"));
        var keeper =
                new PortKeeper(Optional.of(BLOCKS), epochs, () -> true, InstantSource.system());

        lab.on(
                "router",
                () -> {
                    try (var flows = new Flows()) {
                        // Outside of every block it names the node, which it is not.
                        assertThat(keeper.keep(flows)).isTrue();
                        return null;
                    }
                });

        assertThat(lab.on("clientA", () -> seen(socket)).orElseThrow())
                .isBetween(A.first(), A.last());
        assertThat(keeper.progress().ended()).isEqualTo(1);
        assertThat(epochs.all()).hasSize(1);
        assertThat(lab.sh("router", "nft list table ip uplink")).isEqualTo(before);
        socket.close();
    }

    @Test
    void rulesThatSomebodyTookAwayComeBack() throws Exception {
        lab.on(
                "router",
                () -> {
                    try (MeshTable table =
                            MeshTable.open("coopmesh", List.of(BlockRules.part(BLOCKS, "wan")))) {
                        table.ensure();
                        lab.sh("router", "nft flush chain inet coopmesh port_blocks");
                        assertThat(table.intact()).isFalse();
                        assertThat(table.ensure()).isEqualTo(MeshTable.Structure.REPAIRED);
                    }
                    return null;
                });

        assertThat(datagramPorts("clientA", 41_000, 3))
                .hasSize(3)
                .allMatch(port -> port >= A.first() && port <= A.last());
    }
}
