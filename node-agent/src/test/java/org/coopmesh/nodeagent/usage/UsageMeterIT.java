package org.coopmesh.nodeagent.usage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.coopmesh.nodeagent.access.TestRules;
import org.coopmesh.nodeagent.netfilter.Lab;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Windows against real packets; the truth is counted by other rules at the client itself. */
@EnabledIf(value = "org.coopmesh.nodeagent.netfilter.Lab#possible", disabledReason = Lab.NEEDS)
class UsageMeterIT {

    private static final String INTERNET = "198.51.100.1";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static Lab lab;

    @TempDir Path folder;

    @BeforeAll
    static void up() throws Exception {
        lab = Lab.up();
        for (String client : List.of("clientA", "clientB")) {
            lab.sh(
                    client,
                    "nft add table inet truth;"
                            + "nft add chain inet truth o '{ type filter hook output priority 0; }';"
                            + "nft add chain inet truth i '{ type filter hook input priority -400; }';"
                            + "nft add counter inet truth iu; nft add counter inet truth id;"
                            + "nft add counter inet truth lu; nft add counter inet truth ld;"
                            + "nft add rule inet truth o ip daddr 198.51.100.0/24 counter name iu;"
                            + "nft add rule inet truth o ip6 daddr 2001:db8::/64 counter name iu;"
                            + "nft add rule inet truth o ip daddr 10.0.0.0/8 counter name lu;"
                            + "nft add rule inet truth i ip saddr 198.51.100.0/24 counter name id;"
                            + "nft add rule inet truth i ip6 saddr 2001:db8::/64 counter name id;"
                            + "nft add rule inet truth i ip saddr 10.0.0.0/8 counter name ld");
        }
    }

    @AfterAll
    static void down() {
        if (lab != null) {
            lab.close();
        }
    }

    @BeforeEach
    void clean() throws Exception {
        lab.sh("router", "nft flush ruleset");
        for (String client : List.of("clientA", "clientB")) {
            lab.sh(client, "nft reset counters");
        }
    }

    private static long truth(String client, String counter) throws Exception {
        String text = lab.sh(client, "nft list counter inet truth " + counter);
        return Long.parseLong(text.replaceAll("(?s).*bytes (\\d+).*", "$1"));
    }

    /** Moves packets, and waits until every answer has come: what is under way is not counted yet. */
    private static void moveAtClientA() throws Exception {
        lab.sh("clientA", "ping -n -q -i 0.01 -c 20 -s 1000 " + INTERNET);
        lab.sh("clientA", "ping -n -q -i 0.01 -c 10 -s 500 2001:db8::1");
        lab.sh("clientA", "ping -n -q -i 0.01 -c 5 10.201.1.1");
        lab.sh("clientA", "ping -n -q -i 0.01 -c 7 10.200.0.1");
        lab.sh("clientA", "ping -n -q -i 0.01 -c 3 10.201.2.10");
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() ->
                        truth("clientA", "id") == 20 * 1028 + 10 * 548
                                && truth("clientA", "ld") == 15 * 84);
    }

    @Test
    void bytesAreThoseThatTheClientsThemselvesCounted() throws Exception {
        WindowCounts window =
                lab.on(
                        "router",
                        () -> {
                            try (var firewall = TestRules.enforceTwoAttachments("coopmesh");
                                    var counters =
                                            Counters.nftables(
                                                    "coopmesh",
                                                    Optional.of("wan"),
                                                    java.util.Map.of())) {
                                var meter = new UsageMeter(counters, Instant::now);
                                moveAtClientA();
                                return meter.close(Instant.now().plusMillis(1));
                            }
                        });

        Map<String, AttachmentCounts> counts = new TreeMap<>();
        window.attachments().forEach(a -> counts.put(a.attachmentId(), a));
        AttachmentCounts a = counts.get(TestRules.A);
        AttachmentCounts b = counts.get(TestRules.B);
        assertThat(a.own()).isTrue();
        assertThat(b.own()).isFalse();
        assertThat(a.internetUp())
                .isEqualTo(truth("clientA", "iu"))
                .isEqualTo(20 * 1028 + 10 * 548);
        assertThat(a.internetDown())
                .isEqualTo(truth("clientA", "id"))
                .isEqualTo(20 * 1028 + 10 * 548);
        assertThat(a.localUp()).isEqualTo(truth("clientA", "lu")).isEqualTo(15 * 84);
        assertThat(a.localDown()).isEqualTo(truth("clientA", "ld")).isEqualTo(15 * 84);
        assertThat(a.packetsUp()).isEqualTo(45);
        assertThat(b.localDown()).isEqualTo(truth("clientB", "ld")).isEqualTo(3 * 84);
        assertThat(b.internetDown()).isZero();
        assertThat(window.uplink().orElseThrow().sent())
                .isGreaterThanOrEqualTo(a.internetUp() + 7 * 84);
    }

    @Test
    void droppedPacketsAreNotCounted() throws Exception {
        WindowCounts window =
                lab.on(
                        "router",
                        () -> {
                            try (var firewall =
                                            TestRules.enforceTwoAttachmentsAndBan(
                                                    "coopmesh", INTERNET);
                                    var counters =
                                            Counters.nftables(
                                                    "coopmesh",
                                                    Optional.empty(),
                                                    java.util.Map.of())) {
                                var meter = new UsageMeter(counters, Instant::now);
                                lab.trySh("clientA", "ping -n -q -i 0.01 -W 1 -c 5 " + INTERNET);
                                return meter.close(Instant.now().plusMillis(1));
                            }
                        });

        assertThat(window.attachments())
                .allSatisfy(a -> assertThat(a.internetUp() + a.internetDown()).isZero());
    }

    @Test
    void newListAndRepairLeaveCountersAsTheyAre() throws Exception {
        lab.on(
                "router",
                () -> {
                    try (var firewall = TestRules.enforceTwoAttachments("coopmesh");
                            var counters =
                                    Counters.nftables(
                                            "coopmesh", Optional.empty(), java.util.Map.of())) {
                        var meter = new UsageMeter(counters, Instant::now);
                        lab.sh("clientA", "ping -n -q -c 1 " + INTERNET);
                        TestRules.replaceWithTwoAttachments(firewall);
                        lab.sh("router", "nft flush table inet coopmesh");
                        TestRules.replaceWithTwoAttachments(firewall);
                        lab.sh("clientA", "ping -n -q -c 1 " + INTERNET);

                        var first = meter.close(Instant.now().plusMillis(1));
                        lab.sh("router", "nft delete table inet coopmesh");
                        TestRules.replaceWithTwoAttachments(firewall);
                        var second = meter.close(Instant.now().plusMillis(2));

                        assertThat(first.attachments().getFirst().internetUp()).isEqualTo(2 * 84);
                        assertThat(second.bootId()).isNotEqualTo(first.bootId());
                        assertThat(second.attachments().getFirst().internetUp()).isZero();
                    }
                    return null;
                });
    }

    @Test
    void detachedAttachmentIsReportedOnceMoreAndThenForgotten() throws Exception {
        lab.on(
                "router",
                () -> {
                    try (var firewall = TestRules.enforceTwoAttachments("coopmesh");
                            var counters =
                                    Counters.nftables(
                                            "coopmesh", Optional.empty(), java.util.Map.of())) {
                        var meter = new UsageMeter(counters, Instant::now);
                        lab.sh("clientA", "ping -n -q -c 1 " + INTERNET);
                        TestRules.replaceWithNothing(firewall);
                        Instant now = Instant.now();

                        var first = meter.close(now.plusMillis(1));
                        var second = meter.close(now.plusMillis(2));

                        assertThat(first.attachments())
                                .singleElement()
                                .satisfies(a -> assertThat(a.internetUp()).isEqualTo(84));
                        assertThat(second.attachments()).isEmpty();
                        assertThat(lab.sh("router", "nft list counters"))
                                .doesNotContain(TestRules.A);
                    }
                    return null;
                });
    }

    @Test
    void renamedInterfaceCountsOnAndItsSuccessorFromItsOwnZero() throws Exception {
        lab.on(
                "router",
                () -> {
                    lab.sh(
                            "router",
                            "ip link add link0 type veth peer name link0p;"
                                    + " sysctl -qw net.ipv6.conf.link0.disable_ipv6=1;"
                                    + " ip addr add 192.0.2.1/30 dev link0; ip link set link0 up;"
                                    + " ip link set link0p netns "
                                    + lab.namespace("clientB"));
                    lab.sh(
                            "clientB",
                            "sysctl -qw net.ipv6.conf.link0p.disable_ipv6=1;"
                                    + " ip addr add 192.0.2.2/30 dev link0p; ip link set link0p up");
                    try (var firewall = TestRules.enforceTwoAttachments("coopmesh");
                            var counters =
                                    Counters.nftables(
                                            "coopmesh",
                                            Optional.empty(),
                                            Map.of("link0", "a".repeat(64)))) {
                        lab.sh("router", "ping -n -q -c 1 -w 30 192.0.2.2");
                        // Neighbours may ask for each other at any moment: what a window holds lies
                        // between what was read before and after its end.
                        long[] beforeStart = atLink("link0");
                        var meter = new UsageMeter(counters, Instant::now);
                        long[] afterStart = atLink("link0");
                        lab.sh("router", "ping -n -q -i 0.01 -c 20 -w 30 -s 1000 192.0.2.2");
                        lab.sh(
                                "router",
                                "ip link set link0 down; ip link set link0 name other;"
                                        + " ip link set other up");
                        lab.sh("router", "ping -n -q -w 30 -i 0.01 -c 10 -s 1000 192.0.2.2");

                        long[] beforeEnd = atLink("other");
                        LinkCounts first =
                                meter.close(Instant.now().plusMillis(1)).links().getFirst();
                        long[] afterEnd = atLink("other");
                        lab.sh("router", "ip link del other");
                        comesUpAnew();
                        long[] least = atLink("link0");
                        LinkCounts successor =
                                meter.close(Instant.now().plusMillis(2)).links().getFirst();
                        long[] most = atLink("link0");

                        assertThat(first.interfaceName()).isEqualTo("link0");
                        assertThat(first.neighbourNodeId()).isEqualTo("a".repeat(64));
                        assertThat(first.received())
                                .isBetween(
                                        beforeEnd[0] - afterStart[0], afterEnd[0] - beforeStart[0]);
                        assertThat(first.sent())
                                .isBetween(
                                        beforeEnd[1] - afterStart[1], afterEnd[1] - beforeStart[1])
                                .isGreaterThan(30 * 1_028);
                        assertThat(successor.sent()).isBetween(least[1], most[1]);
                    }
                    return null;
                });
    }

    private static void comesUpAnew() throws Exception {
        lab.sh(
                "router",
                "ip link add link0 type veth peer name link0p;"
                        + " ip addr add 192.0.2.1/30 dev link0; ip link set link0p netns "
                        + lab.namespace("clientB")
                        + "; sysctl -qw net.ipv6.conf.link0.disable_ipv6=1;"
                        + " ip link set link0 up");
        lab.sh(
                "clientB",
                "sysctl -qw net.ipv6.conf.link0p.disable_ipv6=1;"
                        + " ip addr add 192.0.2.2/30 dev link0p; ip link set link0p up");
        lab.sh("router", "ping -n -q -i 0.01 -c 5 -w 30 -s 1000 192.0.2.2");
    }

    private static long[] atLink(String name) throws Exception {
        String[] said =
                lab.sh("router", "cd /sys/class/net/" + name + "/statistics; cat rx_bytes tx_bytes")
                        .split("\\s+", -1);
        return new long[] {Long.parseLong(said[0]), Long.parseLong(said[1])};
    }

    /** A process that closes windows all the time is killed again and again while bytes flow. */
    @Test
    void killedMeterMissesNoByteAndCountsNoneTwice() throws Exception {
        lab.on(
                "router",
                () -> {
                    TestRules.enforceTwoAttachments("coopmesh").close();
                    return null;
                });
        Process flood =
                new ProcessBuilder(
                                "ip",
                                "netns",
                                "exec",
                                lab.namespace("clientA"),
                                "ping",
                                "-n",
                                "-q",
                                "-i",
                                "0.002",
                                "-s",
                                "800",
                                INTERNET)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            for (int life = 0; life < 4; life++) {
                Process meter = meter();
                awaitMoreWindows();
                Thread.sleep(300 + life * 137L);
                meter.destroyForcibly().waitFor();
            }
        } finally {
            flood.destroy();
            flood.waitFor();
        }
        Process last = meter();
        awaitMoreWindows();
        last.destroyForcibly().waitFor();

        List<String> windows = Files.readAllLines(folder.resolve("windows"));
        long reported =
                windows.stream().mapToLong(line -> Long.parseLong(line.split(" ")[1])).sum();
        System.out.printf("%d windows over five lives, %d bytes%n", windows.size(), reported);
        assertThat(windows.stream().map(line -> line.split(" ")[0]).distinct()).hasSize(1);
        assertThat(reported).isEqualTo(truth("clientA", "iu")).isPositive();
    }

    /** A virtual machine may take its time to start; what it counts is judged, not how soon. */
    private void awaitMoreWindows() throws Exception {
        Path windows = folder.resolve("windows");
        long before = Files.exists(windows) ? Files.readAllLines(windows).size() : 0;
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() ->
                        Files.exists(windows) && Files.readAllLines(windows).size() > before + 2);
    }

    private Process meter() throws Exception {
        return new ProcessBuilder(
                        "ip",
                        "netns",
                        "exec",
                        lab.namespace("router"),
                        ProcessHandle.current().info().command().orElse("java"),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        EndlessMeter.class.getName(),
                        folder.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
                .start();
    }
}
