package org.coopmesh.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.journey.LivingVillage.eventually;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.InitialDirContext;
import org.coopmesh.quickstart.Installation;
import org.coopmesh.quickstart.Mesh;
import org.coopmesh.quickstart.Quickstart;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A neighbour from the join page to a name that others reach, in a village of its own: it grows, and all its servers end. */
@Tag("apart")
class NewcomerJourneyIT {
    private static final int SLOT = 2;
    private static final Path NSD = Path.of("/usr/sbin/nsd");
    private static final String NAME = "greta.village.mesh";
    private static final Duration JOINED_WITHIN = Duration.ofMinutes(5);
    private static final ZoneId ZONE = ZoneId.of("Europe/Madrid");

    @TempDir Path folder;
    private int nameServerPort;

    @Test
    void aNeighbourJoinsAddsANodeAndIsReachedByNameAlsoWithoutAnyServer() throws Exception {
        assumeTrue(Mesh.possible(), Mesh.NEEDS);
        assumeTrue(RealBrowser.possible(), RealBrowser.NEEDS);
        assumeTrue(Files.isExecutable(NSD), "needs nsd");
        Path state = Files.createDirectories(folder.resolve("village"));
        var at = new Installation(Path.of("..").toAbsolutePath().normalize(), state, SLOT, true);
        Path hosts = state.resolve("nodes/n1/state/hosts.coopmesh");
        Process nameServer = null;
        JsonNode lan;
        try (var village = Quickstart.start(at, System.out::println)) {
            nameServer = nsd(village);
            String password = village.village().password();
            Instant began = Instant.now();
            RealBrowser.nobody(village, "join", "Greta", "greta@village.example", password);
            RealBrowser.person(village, "alba", "takeIn", "Greta");

            JsonNode keys = RealBrowser.person(village, "greta", "usePasskey", "Greta's phone");
            assertThat(keys.path("keys").asInt()).isEqualTo(1);

            String conf =
                    RealBrowser.person(village, "greta", "addNode", "Mill roof")
                            .path("conf")
                            .asString();
            village.addBox("greta", conf);
            RealBrowser.person(village, "greta", "seeNode", "Mill roof");
            RealBrowser.person(village, "bruno", "pay", firstBill(village, "Greta"));
            Duration took = Duration.between(began, Instant.now());
            System.out.printf(
                    "FIGURE newcomer.paid_with_node_s %d s | from the join page to a member with a live node and a paid bill, limit %d%n",
                    took.toSeconds(), JOINED_WITHIN.toSeconds());
            assertThat(took).isLessThan(JOINED_WITHIN);
            lan = attached(village, "Mill roof");
            String address = lan.path("routerV4").asString();

            RealBrowser.person(village, "greta", "takeName", "greta");

            eventually(
                    "the neighbourhood's name server answers",
                    () -> resolved().equals(List.of(address)));
            eventually("a neighbour's node has kept it", () -> read(hosts).contains(NAME));
        } finally {
            if (nameServer != null) {
                end(nameServer);
            }
        }

        // Every server is gone; what the neighbour's node has kept is not
        assertThat(byHostsFile(hosts))
                .contains(NAME)
                .containsAnyOf(lan.path("routerV4").asString(), lan.path("routerV6").asString());
    }

    /** What a C library answers in a place where nothing but that file could tell. */
    private static String byHostsFile(Path hosts) throws Exception {
        String place = "cm" + SLOT + "-dark";
        Path etc = Files.createDirectories(Path.of("/etc/netns", place));
        try {
            Files.copy(hosts, etc.resolve("hosts"));
            run("ip", "netns", "add", place);
            return run("ip", "netns", "exec", place, "getent", "hosts", NAME);
        } finally {
            run("ip", "netns", "delete", place);
            Files.deleteIfExists(etc.resolve("hosts"));
            Files.delete(etc);
        }
    }

    /** The month ends; what {@code name} owes for it. */
    private static String firstBill(Quickstart village, String name) {
        String payer =
                village.village()
                        .as("alba")
                        .get("/api/members?q=" + name)
                        .ok()
                        .path("items")
                        .path(0)
                        .path("payerId")
                        .asString();
        ZonedDateTime now = village.clock().now().atZone(ZONE);
        ZonedDateTime billed =
                YearMonth.from(now).plusMonths(1).atDay(1).atStartOfDay(ZONE).plusHours(3);
        village.clock().forward(Duration.between(now, billed));
        var bills = new ArrayList<String>();
        eventually(
                "a bill for " + name,
                () -> {
                    village.village()
                            .as("bruno")
                            .get("/api/invoices?limit=1&payerId=" + payer)
                            .ok()
                            .path("items")
                            .forEach(bill -> bills.add(bill.path("id").asString()));
                    return !bills.isEmpty();
                });
        return bills.getFirst();
    }

    /** Gives the node its LAN, as who runs the network does. */
    private static JsonNode attached(Quickstart village, String name) {
        for (JsonNode node :
                village.village().as("alba").get("/api/nodes?limit=200").ok().path("items")) {
            if (node.path("name").asString().equals(name)) {
                return village.village()
                        .as("alba")
                        .post(
                                "/api/nodes/" + node.path("id").asString() + "/attachments",
                                Map.of("siteId", node.path("siteId").asString()))
                        .ok();
            }
        }
        throw new AssertionError("no node called " + name);
    }

    /** A real name server that has the zone from the co-op, by the co-op's key. */
    private Process nsd(Quickstart village) throws IOException {
        String[] key = Files.readString(village.zoneKeyFile()).strip().split(" ");
        Path conf = folder.resolve("nsd.conf");
        Files.writeString(
                conf,
                """
                server:
                  ip-address: 127.0.0.1
                  port: %1$d
                  username: ""
                  chroot: ""
                  server-count: 1
                  database: ""
                  zonesdir: "%2$s"
                  pidfile: "%2$s/nsd.pid"
                  xfrdfile: "%2$s/xfrd.state"
                  xfrdir: "%2$s"
                  zonelistfile: "%2$s/zone.list"
                  logfile: "%2$s/nsd.log"
                  xfrd-reload-timeout: 0
                remote-control:
                  control-enable: no
                key:
                  name: "%3$s"
                  algorithm: hmac-sha256
                  secret: "%4$s"
                zone:
                  name: "village.mesh"
                  zonefile: "village.mesh.zone"
                  request-xfr: 127.0.0.1@%5$d %3$s
                  allow-notify: 127.0.0.1 %3$s
                """
                        .formatted(
                                village.nameServerPort(),
                                folder,
                                key[0],
                                key[2],
                                village.zonePort()));
        nameServerPort = village.nameServerPort();
        return new ProcessBuilder(NSD.toString(), "-d", "-c", conf.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("nsd.out").toFile())
                .start();
    }

    private static void end(Process nsd) throws InterruptedException {
        List<ProcessHandle> children = nsd.descendants().toList();
        nsd.destroy();
        if (!nsd.waitFor(5, TimeUnit.SECONDS)) {
            nsd.destroyForcibly();
        }
        children.forEach(ProcessHandle::destroyForcibly);
    }

    /** What the name server answers; nothing while it knows nothing. */
    private List<String> resolved() {
        var settings = new Hashtable<String, String>();
        settings.put("java.naming.factory.initial", "com.sun.jndi.dns.DnsContextFactory");
        settings.put("java.naming.provider.url", "dns://127.0.0.1:" + nameServerPort);
        var addresses = new ArrayList<String>();
        try {
            Attribute found =
                    new InitialDirContext(settings)
                            .getAttributes(NAME, new String[] {"A"})
                            .get("A");
            for (int i = 0; found != null && i < found.size(); i++) {
                addresses.add(found.get(i).toString());
            }
        } catch (NamingException notYet) {
            addresses.clear();
        }
        return addresses;
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException beingReplaced) {
            return "";
        }
    }

    private static String run(String... command) throws Exception {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s: %s", String.join(" ", command), told).isZero();
        return told;
    }
}
