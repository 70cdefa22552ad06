package org.coopmesh.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.journey.LivingVillage.eventually;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.coopmesh.quickstart.Browser;
import org.coopmesh.quickstart.Installation;
import org.coopmesh.quickstart.Mesh;
import org.coopmesh.quickstart.Quickstart;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Each part is replaced by another process, as a cluster does it, while people read, write and sign in through the gateway. */
@Tag("apart")
class RollingUpgradeJourneyIT {
    private static final int SLOT = 5;
    private static final ZoneId ZONE = ZoneId.of("Europe/Madrid");
    private static final Duration FAREWELL = Duration.ofSeconds(5);
    private static final Duration BETWEEN_CALLS = Duration.ofMillis(200);
    private static final Duration BETWEEN_SIGN_INS = Duration.ofSeconds(5);
    private static final String CENT = "0.01";
    private static final String NET_OF_BANNED = "198.18.";
    private static final int ZONE_PORT = 15300;
    // What is outside the co-op listens in between
    private static final int PORTS_APART = 30;

    /** A part, the port of its pages, and that of its nodes or 0. */
    private record Part(String name, int port, int nodePort) {}

    private static final List<Part> PARTS =
            List.of(
                    new Part("membership-service", 8081, 9081),
                    new Part("billing-service", 8082, 9082),
                    new Part("abuse-reporting", 8083, 0),
                    new Part("gateway", 8080, 0));

    @TempDir Path folder;
    private Installation at;
    private final Map<String, List<Balancer>> balancers = new HashMap<>();
    private final Map<String, AtomicInteger> answered = new ConcurrentHashMap<>();
    private final Queue<String> failed = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean over = new AtomicBoolean();

    @Test
    void everyPartIsReplacedUnderLoadAndNoCallFailsAndNothingIsDoneTwice() throws Exception {
        Path state = Files.createDirectories(folder.resolve("village"));
        at = new Installation(Path.of("..").toAbsolutePath().normalize(), state, SLOT, true);
        try (var village = Quickstart.start(at, System.out::println)) {
            PARTS.forEach(part -> putBehindBalancers(village, part));
            String payer = village.village().payerId("elena");
            String elena = signedIn(village, "elena").memberId();

            List<Thread> people = new ArrayList<>();
            people.add(busy(village, "alba", alba -> call("members", alba.get("/api/members"))));
            people.add(busy(village, "david", david -> call("nodes", david.get("/api/nodes"))));
            people.add(busy(village, "farid", farid -> call("session", farid.get("/api/session"))));
            people.add(
                    busy(village, "bruno", bruno -> call("invoices", bruno.get("/api/invoices"))));
            people.add(busy(village, "carla", carla -> call("cases", carla.get("/api/cases"))));
            people.add(busy(village, "alba", alba -> note(alba, elena)));
            people.add(busy(village, "bruno", bruno -> payCent(village, bruno, payer)));
            people.add(busy(village, "carla", carla -> ban(village, carla)));
            people.add(Thread.startVirtualThread(() -> signInAgainAndAgain(village)));

            for (Part part : PARTS) {
                replace(village, part);
            }
            over.set(true);
            for (Thread person : people) {
                person.join();
            }

            System.out.println("FIGURE rolling.calls " + answered + " | failed " + failed.size());
            assertThat(failed).isEmpty();
            assertThat(answered.keySet())
                    .contains(
                            "members",
                            "nodes",
                            "session",
                            "invoices",
                            "cases",
                            "note",
                            "payment",
                            "ban",
                            "sign-in");
            assertThat(all(village, "alba", "/api/members/" + elena + "/notes?limit=200"))
                    .hasSize(count("note"));
            assertThat(all(village, "bruno", "/api/payments?limit=200&payerId=" + payer))
                    .filteredOn(paid -> paid.path("amount").path("amount").asString().equals(CENT))
                    .hasSize(count("payment"));
            assertThat(all(village, "carla", "/api/bans?limit=200"))
                    .filteredOn(ban ->
                            ban.path("target").path("value").asString().startsWith(NET_OF_BANNED))
                    .hasSize(count("ban"));
            eventually(
                    "every node enforces the newest list",
                    () ->
                            signedIn(village, "alba")
                                            .get("/api/access/list")
                                            .ok()
                                            .path("nodes")
                                            .path("current")
                                            .asInt()
                                    == Mesh.ROUTERS.size());
        } finally {
            for (Balancer balancer : balancers.values().stream().flatMap(List::stream).toList()) {
                balancer.close();
            }
        }
    }

    /** What stood at the ports of a part stands behind a balancer at the same ports. */
    private void putBehindBalancers(Quickstart village, Part part) {
        start(village, part, 1);
        village.endService(part.name());
        var both = new ArrayList<Balancer>();
        both.add(new Balancer(new InetSocketAddress("127.0.0.1", at.port(part.port()))));
        if (part.nodePort() != 0) {
            both.add(
                    new Balancer(
                            new InetSocketAddress(at.nodePortAddress(), at.port(part.nodePort()))));
        }
        balancers.put(part.name(), both);
        send(part, 1);
    }

    private void replace(Quickstart village, Part part) {
        start(village, part, 2);
        send(part, 2);
        village.removeReplica(part.name() + "-1");
        backends(part, 1).forEach(Balancer::remove);
    }

    private void start(Quickstart village, Part part, int replica) {
        var settings = new HashMap<String, String>();
        settings.put("server.port", String.valueOf(port(part.port(), replica)));
        settings.put("coopmesh.farewell", FAREWELL.toString());
        if (part.nodePort() != 0) {
            settings.put("spring.grpc.server.port", String.valueOf(port(part.nodePort(), replica)));
        }
        if (part.name().equals("membership-service")) {
            settings.put("coopmesh.zone.port", String.valueOf(port(ZONE_PORT, replica)));
        }
        village.startReplica(part.name(), part.name() + "-" + replica, settings);
    }

    private int port(int base, int replica) {
        return at.port(base) + PORTS_APART * replica;
    }

    private void send(Part part, int replica) {
        var backends = backends(part, replica);
        backends.forEach(Balancer::add);
        eventually(
                part.name() + " is sent calls",
                () ->
                        backends.entrySet().stream()
                                .allMatch(each -> each.getKey().sendsTo(each.getValue())));
    }

    private Map<Balancer, Balancer.Backend> backends(Part part, int replica) {
        List<Balancer> both = balancers.get(part.name());
        int health = port(part.port(), replica);
        var backends = new LinkedHashMap<Balancer, Balancer.Backend>();
        backends.put(
                both.getFirst(),
                new Balancer.Backend(new InetSocketAddress("127.0.0.1", health), health));
        if (part.nodePort() != 0) {
            backends.put(
                    both.getLast(),
                    new Balancer.Backend(
                            new InetSocketAddress(
                                    at.nodePortAddress(), port(part.nodePort(), replica)),
                            health));
        }
        return backends;
    }

    private Browser signedIn(Quickstart village, String person) {
        return new Browser(at.publicUrl())
                .signIn(person + "@village.example", village.village().password());
    }

    private Thread busy(Quickstart village, String person, Consumer<Browser> doing) {
        Browser browser = signedIn(village, person);
        return Thread.startVirtualThread(() -> {
            while (!over.get()) {
                attempt(person, () -> doing.accept(browser));
                pause(BETWEEN_CALLS);
            }
        });
    }

    private void signInAgainAndAgain(Quickstart village) {
        while (!over.get()) {
            attempt(
                    "a sign-in",
                    () -> {
                        signedIn(village, "farid");
                        count("sign-in", 1);
                    });
            pause(BETWEEN_SIGN_INS);
        }
    }

    private void attempt(String who, Runnable attempt) {
        try {
            attempt.run();
        } catch (RuntimeException e) {
            failed.add(LocalTime.now() + " " + who + ": " + e + " (" + e.getCause() + ")");
        }
    }

    private void call(String what, Browser.Answer answer) {
        if (answer.status() / 100 == 2) count(what, 1);
        else
            failed.add(LocalTime.now() + " " + what + ": " + answer.status() + " " + answer.text());
    }

    private void note(Browser alba, String elena) {
        String text = "Seen at the works " + count("note");
        call("note", alba.post("/api/members/" + elena + "/notes", Map.of("text", text)));
    }

    private void payCent(Quickstart village, Browser bruno, String payer) {
        call(
                "payment",
                bruno.post(
                        "/api/payments",
                        Map.of(
                                "payerId",
                                payer,
                                "amount",
                                CENT,
                                "currency",
                                "EUR",
                                "method",
                                "cash",
                                "receivedOn",
                                village.clock().now().atZone(ZONE).toLocalDate().toString())));
    }

    private void ban(Quickstart village, Browser carla) {
        int next = count("ban");
        call(
                "ban",
                carla.post(
                        "/api/bans",
                        Map.of(
                                "target",
                                Map.of(
                                        "kind",
                                        "address",
                                        "value",
                                        NET_OF_BANNED
                                                + next / 250
                                                + "."
                                                + (1 + next % 250)
                                                + "/32"),
                                "permanent",
                                false,
                                "until",
                                village.clock().now().plus(Duration.ofDays(1)).toString(),
                                "reason",
                                "Scans the mesh")));
    }

    private int count(String what) {
        return answered.getOrDefault(what, new AtomicInteger()).get();
    }

    private void count(String what, int more) {
        answered.computeIfAbsent(what, key -> new AtomicInteger()).addAndGet(more);
    }

    /** All that a list holds, page by page. */
    private List<JsonNode> all(Quickstart village, String person, String path) {
        Browser browser = signedIn(village, person);
        var items = new ArrayList<JsonNode>();
        JsonNode page = browser.get(path).ok();
        page.path("items").forEach(items::add);
        while (page.path("next").isString()) {
            page = browser.get(path + "&after=" + page.path("next").asString()).ok();
            page.path("items").forEach(items::add);
        }
        return items;
    }

    private static void pause(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
