package org.coopmesh.nodeagent.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.coopmesh.nodeagent.access.TestLists.A;
import static org.coopmesh.nodeagent.access.TestLists.B;
import static org.coopmesh.nodeagent.access.TestLists.NODE;
import static org.coopmesh.nodeagent.access.TestLists.attachment;
import static org.coopmesh.nodeagent.access.TestLists.ban;
import static org.coopmesh.nodeagent.access.TestLists.between;
import static org.coopmesh.nodeagent.access.TestLists.full;
import static org.coopmesh.nodeagent.access.TestLists.garden;
import static org.coopmesh.nodeagent.access.TestLists.gone;
import static org.coopmesh.nodeagent.access.TestLists.list;
import static org.coopmesh.nodeagent.access.TestLists.rules;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.coopmesh.contracts.membership.v1.AccessRule;
import org.coopmesh.nodeagent.access.AccessList.Change;
import org.coopmesh.nodeagent.netfilter.Lab;
import org.coopmesh.nodeagent.netfilter.MeshTable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Rules against real packets through a router with a bridged LAN. */
@EnabledIf(value = "org.coopmesh.nodeagent.netfilter.Lab#possible", disabledReason = Lab.NEEDS)
class FirewallIT {

    private static final String INTERNET4 = "198.51.100.1";
    private static final String INTERNET6 = "2001:db8::1";
    private static final String PORTAL = "10.200.0.1";

    /** Longer than a busy machine takes to apply a change and to start a ping. */
    private static final Duration SOON = Duration.ofSeconds(8);

    /** As finely as the kernel tells the time of an element's end, and more. */
    private static final Duration TICK = Duration.ofMillis(100);

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration IMPATIENCE = Duration.ofMillis(700);

    private static final AccessList BOTH_FULL =
            list(full(A, 1), full(B, 2), garden(PORTAL + "/32"));

    private static Lab lab;

    @BeforeAll
    static void up() throws Exception {
        lab = Lab.up();
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
    }

    private interface WithFirewall {
        void accept(Firewall firewall) throws Exception;
    }

    private static void with(WithFirewall test) throws Exception {
        lab.on(
                "router",
                () -> {
                    try (Firewall firewall = Firewall.nftables("coopmesh", false, true)) {
                        test.accept(firewall);
                    }
                    return null;
                });
    }

    private static AccessList apply(Firewall firewall, AccessList before, Change... changes)
            throws EnforcementFailed {
        AccessList after = before.with(List.of(changes));
        firewall.change(rules(after), between(before, List.of(changes)), Instant.now());
        return after;
    }

    @Test
    void banStopsPacketsBothWaysAndUnbanRestoresThem() throws Exception {
        with(firewall -> {
            firewall.replace(rules(BOTH_FULL), Instant.now());
            for (String banned :
                    List.of(
                            "10.201.1.10/32",
                            INTERNET4 + "/32",
                            "10.201.1.0/28",
                            "198.51.100.0/24")) {
                assertThat(lab.reaches("clientA", INTERNET4)).isTrue();

                AccessList with = apply(firewall, BOTH_FULL, ban(banned));

                assertThat(lab.pings("clientA", INTERNET4)).as(banned).isFalse();
                assertThat(lab.pings("internet", "10.201.1.10")).as(banned).isFalse();
                apply(firewall, with, gone(ban(banned)));
                assertThat(lab.reaches("clientA", INTERNET4)).as("not " + banned).isTrue();
            }
            for (String banned :
                    List.of("fd42:201:1::10/128", INTERNET6 + "/128", "fd42:201:1::/64")) {
                assertThat(lab.reaches("clientA", INTERNET6)).isTrue();

                AccessList with = apply(firewall, BOTH_FULL, ban(banned));

                assertThat(lab.pings("clientA", INTERNET6)).as(banned).isFalse();
                apply(firewall, with, gone(ban(banned)));
                assertThat(lab.reaches("clientA", INTERNET6)).as("not " + banned).isTrue();
            }
        });
    }

    @Test
    void whatIsOfTheNodesOwnHouseholdIsTold() throws Exception {
        with(firewall -> {
            AccessList list =
                    list(
                            full(A, 1),
                            attachment(B, "ff".repeat(32), 2, AccessRule.ACCESS_RULE_FULL, 0));
            firewall.replace(rules(list), Instant.now());
            String own =
                    lab.sh(
                            "router",
                            "nft list set inet coopmesh own4; nft list set inet coopmesh own6");
            assertThat(own).contains("10.201.1.0/24", "fd42:201:1::/64").doesNotContain("201.2");

            apply(firewall, list, gone(full(A, 1)));

            assertThat(lab.sh("router", "nft list set inet coopmesh own4"))
                    .doesNotContain("elements");
        });
    }

    @Test
    void nodeItselfDoesNotReachTheBanned() throws Exception {
        with(firewall -> {
            firewall.replace(rules(BOTH_FULL), Instant.now());
            assertThat(lab.reaches("router", "203.0.113.7")).isTrue();

            apply(firewall, BOTH_FULL, ban("203.0.113.7/32"), ban("203.0.113.8/29"));

            assertThat(lab.pings("router", "203.0.113.7")).isFalse();
            assertThat(lab.pings("router", "203.0.113.9")).isFalse();
            assertThat(lab.reaches("router", INTERNET4)).isTrue();
        });
    }

    @Test
    void banEndsByItselfInTheKernel() throws Exception {
        with(firewall -> {
            firewall.replace(rules(BOTH_FULL), Instant.now());
            Instant soon = Instant.now().plus(SOON);
            apply(
                    firewall,
                    BOTH_FULL,
                    ban("203.0.113.7/32", Optional.of(soon)),
                    ban("203.0.113.8/29", Optional.of(soon)));
            assertThat(lab.pings("clientA", "203.0.113.7")).isFalse();

            assertThat(lab.reaches("clientA", "203.0.113.7")).isTrue();
            assertThat(Instant.now()).isAfterOrEqualTo(soon.minus(TICK));
            assertThat(lab.reaches("clientA", "203.0.113.9")).isTrue();
        });
    }

    @Test
    void endedBanCanBeLiftedAndBannedAgain() throws Exception {
        with(firewall -> {
            firewall.replace(rules(BOTH_FULL), Instant.now());
            Optional<Instant> soon = Optional.of(Instant.now().plusMillis(300));
            AccessList list =
                    apply(
                            firewall,
                            BOTH_FULL,
                            ban("203.0.113.7/32", soon),
                            ban("203.0.113.8/29", soon));
            Thread.sleep(500);

            list = apply(firewall, list, gone(ban("203.0.113.7/32")), gone(ban("203.0.113.8/29")));
            list = apply(firewall, list, ban("203.0.113.7/32"), ban("203.0.113.8/29"));

            assertThat(lab.pings("clientA", "203.0.113.7")).isFalse();
            assertThat(lab.pings("clientA", "203.0.113.9")).isFalse();
            Optional<Instant> later = Optional.of(Instant.now().plusSeconds(600));
            apply(firewall, list, ban("203.0.113.7/32", later), ban("203.0.113.8/29", later));
            assertThat(lab.pings("clientA", "203.0.113.7")).isFalse();
            assertThat(lab.sh("router", "nft list set inet coopmesh ban4")).contains("expires");
        });
    }

    @Test
    void narrowBanOutlivesTheWideOneAroundIt() throws Exception {
        with(firewall -> {
            firewall.replace(rules(BOTH_FULL), Instant.now());
            Instant soon = Instant.now().plus(SOON);
            apply(
                    firewall,
                    BOTH_FULL,
                    ban("203.0.113.0/24", Optional.of(soon)),
                    ban("203.0.113.8/30"));
            assertThat(lab.pings("clientA", "203.0.113.7")).isFalse();

            assertThat(lab.reaches("clientA", "203.0.113.7")).isTrue();
            assertThat(Instant.now()).isAfterOrEqualTo(soon.minus(TICK));
            assertThat(lab.pings("clientA", "203.0.113.9")).isFalse();
        });
    }

    @Test
    void banStandsBeforeEveryAcceptOfEstablishedFlows() throws Exception {
        lab.sh(
                "router",
                "nft add table inet fw4; nft add chain inet fw4 forward"
                        + " '{ type filter hook forward priority -200; policy accept; }';"
                        + " nft add rule inet fw4 forward ct state established accept");
        with(firewall -> {
            firewall.replace(rules(BOTH_FULL), Instant.now());
            try (Stream stream = Stream.download("clientA", INTERNET4, 9010)) {
                await().atMost(PATIENCE).until(stream::flows);

                apply(firewall, BOTH_FULL, ban("10.201.1.10/32"));

                // What had arrived before is still read; without a ban it would go on for ever.
                await().atMost(PATIENCE)
                        .until(() -> stream.bytesWithin(Duration.ofMillis(400)) == 0);
            }
        });
    }

    @Test
    void walledMayReachGardenNodeAndNamesOnly() throws Exception {
        with(firewall -> {
            firewall.replace(rules(BOTH_FULL), Instant.now());
            apply(
                    firewall,
                    BOTH_FULL,
                    attachment(A, NODE, 1, AccessRule.ACCESS_RULE_WALLED_GARDEN, 0));

            assertThat(lab.reaches("clientA", PORTAL)).isTrue();
            assertThat(lab.reaches("clientA", "10.201.1.1")).isTrue();
            assertThat(lab.reaches("clientA", "fd42:201:1::1")).isTrue();
            assertThat(lab.pings("clientA", INTERNET4)).isFalse();
            assertThat(lab.pings("clientA", INTERNET6)).isFalse();
            assertThat(lab.pings("clientA", "10.201.2.10")).isFalse();
            assertThat(lab.reaches("clientB", INTERNET4)).isTrue();
            assertThat(lab.trySh("clientA", "ping -n -c 1 -W 1 " + INTERNET4))
                    .contains("Packet filtered");
            assertThat(connects("clientA", PORTAL, 9020)).isEqualTo("connected");
            assertThat(connects("clientA", INTERNET4, 9021)).isEqualTo("refused");
            assertThat(connects("clientA", INTERNET6, 9022)).isEqualTo("refused");
            for (String resolver : List.of(INTERNET4, INTERNET6)) {
                assertThat(asks("clientA", resolver, 53, PATIENCE)).isTrue();
                assertThat(asks("clientA", resolver, 54, IMPATIENCE)).isFalse();
            }
        });
    }

    @Test
    void walledAreLedToThePortalAndPhonesAreTold() throws Exception {
        with(firewall -> {
            AccessList walled =
                    BOTH_FULL.with(
                            List.of(
                                    attachment(
                                            A, NODE, 1, AccessRule.ACCESS_RULE_WALLED_GARDEN, 0)));
            firewall.replace(rules(walled), Instant.now());
            Prefix[] wall = {Prefix.parse("10.201.1.0/24"), Prefix.parse("fd42:201:1::/64")};
            try (var portal =
                    new CaptivePortal(
                            URI.create("https://pay.example.org/now"),
                            client ->
                                    java.util.Arrays.stream(wall)
                                            .anyMatch(p -> p.contains(Address.of(client))))) {
                lab.start(
                        "router",
                        () -> {
                            portal.run();
                            return null;
                        });

                // On a busy machine its thread begins later than this one goes on.
                String api = "/captive-portal";
                await().atMost(PATIENCE)
                        .until(() -> !asksFor("clientA", "10.201.1.1", 8908, api).isEmpty());
                for (String host : List.of(INTERNET4, "[" + INTERNET6 + "]")) {
                    assertThat(asksFor("clientA", host, 80, "/generate_204"))
                            .startsWith("HTTP/1.1 302 ")
                            .contains("Location: https://pay.example.org/now\r\n")
                            .contains("no-store");
                }
                assertThat(asksFor("clientA", "10.201.1.1", 8908, "/captive-portal"))
                        .contains("Content-Type: application/captive+json")
                        .endsWith(
                                "{\"captive\":true,\"user-portal-url\":\"https://pay.example.org/now\"}");
                assertThat(asksFor("clientB", "10.201.2.1", 8908, "/captive-portal"))
                        .contains("\"captive\":false");
                assertThat(asksFor("clientB", "10.201.2.1", 8908, "/else"))
                        .startsWith("HTTP/1.1 404 ");
                assertThat(connects("clientA", INTERNET4, 443)).isEqualTo("refused");
                assertThat(connects("clientA", PORTAL, 80)).isEqualTo("connected");
                assertThat(connects("clientB", INTERNET4, 80)).isEqualTo("connected");
                // The garden is no client of this node, and nobody else of the Internet may ask.
                assertThat(asksFor("internet", "198.51.100.254", 8908, api, IMPATIENCE)).isEmpty();

                // A client that says nothing, or too much, keeps nobody waiting.
                List<Socket> idle = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    idle.add(
                            lab.on(
                                    "clientA",
                                    () -> new Socket(InetAddress.getByName("10.201.1.1"), 8908)));
                }
                assertThat(asksFor("clientB", "10.201.2.1", 8908, "/" + "x".repeat(9_000)))
                        .startsWith("HTTP/1.1 400 ");
                assertThat(asksFor("clientB", "10.201.2.1", 8908, "/captive-portal"))
                        .contains("\"captive\":false");
                for (Socket socket : idle) {
                    socket.close();
                }
            }
        });
    }

    /** The whole answer to a request over plain HTTP; empty where there is none. */
    private static String asksFor(String from, String host, int port, String path)
            throws Exception {
        return asksFor(from, host, port, path, PATIENCE);
    }

    private static String asksFor(
            String from, String host, int port, String path, Duration patience) throws Exception {
        int millis = (int) patience.toMillis();
        return lab.on(
                from,
                () -> {
                    try (var socket = new Socket()) {
                        socket.setSoTimeout(millis);
                        socket.connect(
                                new InetSocketAddress(InetAddress.getByName(host), port), millis);
                        socket.getOutputStream()
                                .write(
                                        ("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n")
                                                .getBytes(
                                                        java.nio.charset.StandardCharsets
                                                                .US_ASCII));
                        var answer = new java.io.ByteArrayOutputStream();
                        try {
                            socket.getInputStream().transferTo(answer);
                        } catch (IOException reset) {
                            // What came before counts.
                        }
                        return answer.toString(java.nio.charset.StandardCharsets.US_ASCII);
                    } catch (IOException none) {
                        return "";
                    }
                });
    }

    @Test
    void wallEndsARunningDownloadAtOnce() throws Exception {
        with(firewall -> {
            firewall.replace(rules(BOTH_FULL), Instant.now());
            try (Stream stream = Stream.download("clientA", INTERNET4, 9030)) {
                await().atMost(PATIENCE).until(stream::flows);

                apply(
                        firewall,
                        BOTH_FULL,
                        attachment(A, NODE, 1, AccessRule.ACCESS_RULE_WALLED_GARDEN, 0));

                assertThat(stream.ended(PATIENCE)).isTrue();
            }
        });
    }

    @Test
    void droppedReachesTheGardenAndNothingElse() throws Exception {
        with(firewall -> {
            firewall.replace(rules(BOTH_FULL), Instant.now());
            AccessList list =
                    apply(
                            firewall,
                            BOTH_FULL,
                            attachment(A, NODE, 1, AccessRule.ACCESS_RULE_DROP, 0));

            assertThat(lab.reaches("clientA", PORTAL)).isTrue();
            assertThat(lab.pings("clientA", INTERNET4)).isFalse();
            assertThat(lab.pings("clientA", INTERNET6)).isFalse();
            assertThat(lab.pings("clientA", "10.201.1.1")).isFalse();
            assertThat(lab.pings("internet", "10.201.1.10")).isFalse();
            apply(firewall, list, full(A, 1));
            assertThat(lab.reaches("clientA", INTERNET4)).isTrue();
            assertThat(lab.reaches("clientA", INTERNET6)).isTrue();
        });
    }

    @Test
    void slowLaneIsAboutAsFastAsItSaysInEachDirection() throws Exception {
        with(firewall -> {
            firewall.replace(rules(BOTH_FULL), Instant.now());
            for (int kbit : List.of(1_000, 4_000)) {
                String host = kbit == 1_000 ? INTERNET4 : INTERNET6;
                apply(
                        firewall,
                        BOTH_FULL,
                        attachment(A, NODE, 1, AccessRule.ACCESS_RULE_SLOW_LANE, kbit));
                for (boolean down : List.of(true, false)) {
                    try (Stream lane = Stream.between("clientA", host, 9040, down)) {
                        lane.bytesWithin(Duration.ofMillis(2500)); // The bucket is full at first.
                        // A machine that lets one of both ends wait takes from a measurement, and
                        // a lane of another rate never passes it.
                        await().atMost(Duration.ofMinutes(2))
                                .untilAsserted(() -> {
                                    double measured = lane.kbitPerSecond(Duration.ofSeconds(4));
                                    System.out.printf(
                                            "slow lane %d kbit/s, %s %s: %.0f kbit/s of TCP%n",
                                            kbit, host, down ? "down" : "up", measured);
                                    assertThat(measured).isBetween(kbit * 0.75, kbit * 1.25);
                                });
                    }
                }
                assertWithoutLane("clientB", INTERNET4, 9041);
                assertWithoutLane("clientA", PORTAL, 9042);
            }
        });
    }

    @Test
    void rateChangesAndReturnsToFullWithoutRemains() throws Exception {
        with(firewall -> {
            firewall.replace(rules(BOTH_FULL), Instant.now());
            AccessList list =
                    apply(
                            firewall,
                            BOTH_FULL,
                            attachment(A, NODE, 1, AccessRule.ACCESS_RULE_SLOW_LANE, 1000));
            list =
                    apply(
                            firewall,
                            list,
                            attachment(A, NODE, 1, AccessRule.ACCESS_RULE_SLOW_LANE, 2000));
            assertThat(lab.sh("router", "nft list limits"))
                    .contains("lane." + A + ".up.250000")
                    .doesNotContain("125000");

            apply(firewall, list, full(A, 1));

            assertThat(lab.sh("router", "nft list limits")).doesNotContain("lane.");
        });
    }

    @Test
    void prefixMovesFromOneAttachmentToAnotherInOneChange() throws Exception {
        with(firewall -> {
            AccessList list = list(full(A, 1));
            firewall.replace(rules(list), Instant.now());

            apply(firewall, list, gone(full(A, 1)), full(B, 1));

            assertThat(lab.sh("router", "nft list map inet coopmesh internet_up4"))
                    .contains("10.201.1.0/24", B)
                    .doesNotContain(A);
        });
    }

    @Test
    void flushedTableIsRestoredAndTold() throws Exception {
        with(firewall -> {
            AccessList list = BOTH_FULL.with(List.of(ban("10.201.1.10/32")));
            firewall.replace(rules(list), Instant.now());
            long times = 0;
            for (String harm :
                    List.of(
                            "nft flush ruleset",
                            "nft flush table inet coopmesh",
                            "nft delete table inet coopmesh",
                            "nft flush chain inet coopmesh from_source",
                            "nft replace rule inet coopmesh from_source handle $(nft -a list chain inet"
                                    + " coopmesh from_source | sed -n 's/.*@ban4 drop.*handle //p')"
                                    + " ip saddr @ban4 accept",
                            "nft chain inet coopmesh from_source '{ policy drop; }'")) {
                assertThat(firewall.check(rules(list), Instant.now())).isEmpty();
                lab.sh("router", harm);
                if (harm.contains("chain")) {
                    assertThat(lab.pings("clientA", INTERNET4)).as(harm).isFalse();
                } else {
                    assertThat(lab.reaches("clientA", INTERNET4)).as(harm).isTrue();
                }

                var restored = firewall.check(rules(list), Instant.now());

                assertThat(restored).as(harm).isPresent();
                times++;
                assertThat(restored.get().setSizes()).containsEntry("restored", times);
                assertThat(lab.pings("clientA", INTERNET4)).as(harm).isFalse();
                assertThat(lab.reaches("clientB", INTERNET4)).as(harm).isTrue();
            }
        });
    }

    @Test
    void elementsThatSomebodyEditedAreRestored() throws Exception {
        AccessList list = BOTH_FULL.with(List.of(ban("10.201.1.10/32"), ban("203.0.113.8/29")));
        lab.on(
                "router",
                () -> {
                    try (Firewall firewall =
                            new NftablesFirewall(
                                    MeshTable.open("coopmesh"), false, false, Duration.ZERO)) {
                        firewall.replace(rules(list), Instant.now());
                        String right = lab.sh("router", "nft list table inet coopmesh");
                        for (String harm :
                                List.of(
                                        "delete element inet coopmesh ban4 { 10.201.1.10 }",
                                        "flush set inet coopmesh ban4_ranges",
                                        "add element inet coopmesh garden4 { 198.51.100.0/24 }",
                                        "add element inet coopmesh ban4 { 10.201.2.10 }",
                                        "delete element inet coopmesh internet_up4 { 10.201.1.0/24 };"
                                                + " add element inet coopmesh internet_up4"
                                                + " { 10.201.1.0/24 : \"own."
                                                + B
                                                + ".internet_up\" }")) {
                            assertThat(firewall.check(rules(list), Instant.now())).isEmpty();
                            lab.sh("router", "nft '" + harm + "'");

                            var restored = firewall.check(rules(list), Instant.now());

                            assertThat(restored).as(harm).isPresent();
                            assertThat(lab.sh("router", "nft list table inet coopmesh"))
                                    .as(harm)
                                    .isEqualTo(right);
                        }
                    }
                    return null;
                });
    }

    @Test
    void foreignTableIsNeitherTouchedNorMistakenForHarm() throws Exception {
        with(firewall -> {
            firewall.replace(rules(BOTH_FULL), Instant.now());
            lab.sh("router", "nft add table ip other; nft add chain ip other c");
            String before = lab.sh("router", "nft -a list table ip other");

            assertThat(firewall.check(rules(BOTH_FULL), Instant.now())).isEmpty();

            apply(firewall, BOTH_FULL, ban("203.0.113.7/32"));
            firewall.replace(rules(BOTH_FULL), Instant.now());
            assertThat(lab.sh("router", "nft -a list table ip other")).isEqualTo(before);
        });
    }

    @Test
    void largeListIsAppliedFast() throws Exception {
        with(firewall -> {
            for (int size : List.of(10_000, 100_000)) {
                List<Change> bans = new ArrayList<>(TestLists.changes(BOTH_FULL));
                for (int i = 0; i < size; i++) {
                    bans.add(
                            ban(
                                    "11."
                                            + (i >> 16)
                                            + "."
                                            + (i >> 8 & 255)
                                            + "."
                                            + (i & 255)
                                            + "/32"));
                }
                AccessList list = AccessList.EMPTY.with(bans);

                long start = System.nanoTime();
                var enforced = firewall.replace(rules(list), Instant.now());
                double whole = (System.nanoTime() - start) / 1e6;

                assertThat(enforced.setSizes()).containsEntry("ban4", (long) size);
                double[] one = new double[50];
                for (int i = 0; i < one.length; i++) {
                    start = System.nanoTime();
                    list = apply(firewall, list, ban("12.0.0." + i + "/32"));
                    one[i] = (System.nanoTime() - start) / 1e6;
                }
                java.util.Arrays.sort(one);
                System.out.printf(
                        "list of %d bans applied in %.1f ms; one more in %.2f ms (p50), %.2f ms (max)%n",
                        size, whole, one[25], one[49]);
                assertThat(lab.reaches("clientA", INTERNET4)).isTrue();
            }
        });
    }

    /** connected, refused, or silent. */
    private static String connects(String from, String to, int port) throws Exception {
        try (ServerSocket server = listen(port)) {
            return lab.on(
                    from,
                    () -> {
                        try (Socket socket = new Socket()) {
                            socket.connect(
                                    new InetSocketAddress(InetAddress.getByName(to), port),
                                    (int) PATIENCE.toMillis());
                            return "connected";
                        } catch (java.net.ConnectException refused) {
                            return "refused";
                        } catch (IOException silent) {
                            return "silent";
                        }
                    });
        }
    }

    private static boolean asks(String from, String to, int port, Duration patience)
            throws Exception {
        try (var server = lab.on("internet", () -> new java.net.DatagramSocket(port))) {
            lab.start(
                    "internet",
                    () -> {
                        var packet = new java.net.DatagramPacket(new byte[100], 100);
                        server.receive(packet);
                        server.send(packet);
                        return null;
                    });
            return lab.on(
                    from,
                    () -> {
                        try (var socket = new java.net.DatagramSocket()) {
                            socket.setSoTimeout((int) patience.toMillis());
                            var packet =
                                    new java.net.DatagramPacket(
                                            new byte[20], 20, InetAddress.getByName(to), port);
                            socket.send(packet);
                            socket.receive(packet);
                            return true;
                        } catch (IOException none) {
                            return false;
                        }
                    });
        }
    }

    private static ServerSocket listen(int port) throws Exception {
        return lab.on("internet", () -> new ServerSocket(port));
    }

    private static void assertWithoutLane(String client, String host, int port) throws Exception {
        try (Stream stream = Stream.download(client, host, port)) {
            await().atMost(Duration.ofMinutes(2))
                    .until(() -> stream.kbitPerSecond(Duration.ofSeconds(1)) > 100_000);
        }
    }

    /** One TCP flow between a client and the Internet, counted where it arrives. */
    private static final class Stream implements AutoCloseable {

        private final ServerSocket server;
        private final Socket client;
        private final Socket served;
        private final java.util.concurrent.atomic.AtomicLong arrived =
                new java.util.concurrent.atomic.AtomicLong();
        private final CompletableFuture<Void> reading;

        static Stream between(String client, String host, int port, boolean down) throws Exception {
            return new Stream(client, host, port, down);
        }

        static Stream download(String client, String host, int port) throws Exception {
            return new Stream(client, host, port, true);
        }

        private Stream(String clientHost, String host, int port, boolean down) throws Exception {
            server = listen(port);
            client =
                    lab.on(
                            clientHost,
                            () -> {
                                var socket = new Socket();
                                socket.connect(
                                        new InetSocketAddress(InetAddress.getByName(host), port),
                                        (int) PATIENCE.toMillis());
                                return socket;
                            });
            served = server.accept();
            Socket from = down ? served : client;
            Socket to = down ? client : served;
            lab.start(
                    "internet",
                    () -> {
                        byte[] some = new byte[8192];
                        while (true) {
                            from.getOutputStream().write(some);
                        }
                    });
            reading =
                    lab.start(
                            "internet",
                            () -> {
                                byte[] some = new byte[65536];
                                InputStream in = to.getInputStream();
                                int n;
                                while ((n = in.read(some)) >= 0) {
                                    arrived.addAndGet(n);
                                }
                                return null;
                            });
        }

        long bytesWithin(Duration time) throws InterruptedException {
            long before = arrived.get();
            Thread.sleep(time);
            return arrived.get() - before;
        }

        boolean flows() throws InterruptedException {
            return bytesWithin(Duration.ofMillis(100)) > 0;
        }

        /** By the time that really passed: who sleeps on a busy machine sleeps longer. */
        double kbitPerSecond(Duration time) throws InterruptedException {
            long before = arrived.get();
            long start = System.nanoTime();
            Thread.sleep(time);
            long bytes = arrived.get() - before;
            return bytes * 8e6 / (System.nanoTime() - start);
        }

        boolean ended(Duration within) {
            try {
                reading.get(within.toMillis(), TimeUnit.MILLISECONDS);
                return true;
            } catch (java.util.concurrent.ExecutionException reset) {
                return true;
            } catch (Exception running) {
                return false;
            }
        }

        @Override
        public void close() throws IOException {
            client.close();
            served.close();
            server.close();
        }
    }
}
