package org.coopmesh.journey;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.coopmesh.quickstart.Browser;
import org.coopmesh.quickstart.Installation;
import org.coopmesh.quickstart.Mesh;
import org.coopmesh.quickstart.Namespace;
import org.coopmesh.quickstart.Quickstart;
import org.coopmesh.quickstart.Traffic;
import tools.jackson.databind.JsonNode;

/** One quickstart for all journeys of this process: started by the first that needs it, ended with the JVM. */
final class LivingVillage {
    /** The build runs journeys in two processes, and each takes a slot for itself; villages of their own have those between. */
    private static final List<Integer> SLOTS = List.of(1, 9);

    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final Duration OVERDUE_AFTER = Duration.ofDays(17);
    private static final Duration LONGER_THAN_A_WINDOW = Duration.ofSeconds(6);
    // A report may come a window late on a busy machine
    private static final int WINDOWS_AT_REST = 3;
    static final ZoneId ZONE = ZoneId.of("Europe/Madrid");
    // 1 Mbit/s is 125,000 bytes per second; a full lane in the lab carries a hundred times that
    static final double NARROW_BYTES_PER_SECOND_MAX = 200_000;
    static final double FULL_BYTES_PER_SECOND_MIN = 1_500_000;
    private static Quickstart quickstart;
    private static FileLock mine;

    private LivingVillage() {}

    static synchronized Quickstart get() {
        assumeTrue(Mesh.possible(), Mesh.NEEDS);
        if (quickstart == null) {
            try {
                int slot = takeSlot();
                Path state = Path.of("target/village-" + slot).toAbsolutePath();
                if (!Boolean.getBoolean("village.keep")) {
                    forget(state);
                }
                Files.createDirectories(state);
                quickstart = Quickstart.start(at(state, slot), System.out::println);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            Runtime.getRuntime().addShutdownHook(new Thread(() -> quickstart.close()));
        }
        return quickstart;
    }

    /** What an earlier run has lived through would be told as if it were this one's. */
    private static void forget(Path state) throws IOException {
        if (!Files.exists(state)) {
            return;
        }
        try (var files = Files.walk(state)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Everything ends and starts again on what it had kept. */
    static synchronized Quickstart restart() {
        Installation at = get().installation();
        quickstart.close();
        quickstart = Quickstart.start(at, System.out::println);
        return quickstart;
    }

    private static Installation at(Path state, int slot) {
        return new Installation(Path.of("..").toAbsolutePath().normalize(), state, slot, false);
    }

    /** The first that no other process holds; it is held until this one ends. */
    private static int takeSlot() throws IOException {
        for (int slot : SLOTS) {
            FileChannel file =
                    FileChannel.open(Path.of("target/village-" + slot + ".lock"), CREATE, WRITE);
            mine = file.tryLock();
            if (mine != null) return slot;
            file.close();
        }
        throw new IllegalStateException("more processes than slots " + SLOTS);
    }

    static Browser as(String person) {
        return get().village().as(person);
    }

    static void eventually(String what, BooleanSupplier holds) {
        Awaitility.await(what)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(200))
                .until(holds::getAsBoolean);
    }

    /** Everyone pays what they owe, and the kernel of every router knows it. */
    static void everyonePays() {
        for (String person : List.of("alba", "bruno", "carla", "david", "elena", "farid")) {
            pay(person);
        }
        eventually(
                "everyone has the full lane",
                () -> Mesh.ROUTERS.stream().allMatch(router -> rule(router).equals("full")));
        awaitNewestListEverywhere();
    }

    /** Lets time pass until a bill of {@code person} is overdue; all others pay theirs. */
    static void letFallOverdue(String person) {
        everyonePays();
        int before = invoices(person).size();
        letThisMonthBeBilled();
        eventually("a new bill for " + person, () -> invoices(person).size() > before);
        for (String other : List.of("alba", "bruno", "carla", "david", "elena", "farid")) {
            if (!other.equals(person)) {
                eventually("a bill for " + other, () -> !open(other).isEmpty());
                pay(other);
            }
        }
        get().clock().forward(OVERDUE_AFTER);
    }

    /** Lets time pass until this month is over and due to be billed. */
    static void letThisMonthBeBilled() {
        ZonedDateTime now = get().clock().now().atZone(ZONE);
        ZonedDateTime billed =
                YearMonth.from(now).plusMonths(1).atDay(1).atStartOfDay(ZONE).plusHours(3);
        get().clock().forward(Duration.between(now, billed));
    }

    /** A treasurer records that {@code person} paid everything, in cash. */
    static void pay(String person) {
        String payer = get().village().payerId(person);
        for (JsonNode invoice : open(person)) {
            var payment = new HashMap<String, Object>();
            payment.put("payerId", payer);
            payment.put("invoiceId", invoice.path("id").asString());
            payment.put("amount", invoice.path("open").path("amount").asString());
            payment.put("currency", "EUR");
            payment.put("method", "cash");
            payment.put("receivedOn", get().clock().now().atZone(ZONE).toLocalDate().toString());
            as("bruno").post("/api/payments", payment).ok();
        }
    }

    /** The invoices that {@code person} has not paid in full. */
    static List<JsonNode> open(String person) {
        return invoices(person).stream()
                .filter(invoice -> !invoice.path("state").asString().equals("paid"))
                .toList();
    }

    private static List<JsonNode> invoices(String person) {
        String payer = get().village().payerId(person);
        return as("bruno")
                .get("/api/invoices?limit=200&payerId=" + payer)
                .ok()
                .path("items")
                .valueStream()
                .toList();
    }

    /** What the register says a router's LAN may do. */
    static String rule(String router) {
        JsonNode node = as("alba").get("/api/nodes/" + get().village().nodeId(router)).ok();
        return node.path("attachments").path(0).path("rule").asString();
    }

    /** Every node has said that its kernel enforces the newest list. */
    static void awaitNewestListEverywhere() {
        eventually(
                "all nodes enforce the newest list",
                () -> {
                    JsonNode nodes = as("alba").get("/api/access/list").ok().path("nodes");
                    return nodes.path("current").asInt() == Mesh.ROUTERS.size();
                });
    }

    /** What billing knows once nothing moves any more: bytes by router since {@code from}. */
    static Map<String, Long> meteredAtRest(Instant from) {
        var last = new HashMap<String, Long>();
        var rested = new AtomicInteger();
        eventually(
                "the meters rest",
                () -> {
                    var now = new HashMap<String, Long>();
                    Mesh.ROUTERS.forEach(router -> now.put(router, billedBytes(router, from)));
                    rested.set(now.equals(last) ? rested.get() + 1 : 0);
                    last.putAll(now);
                    pause(LONGER_THAN_A_WINDOW);
                    return rested.get() == WINDOWS_AT_REST;
                });
        return last;
    }

    private static void pause(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The full lane is there, as soon as the machine has time for it. */
    static void eventuallyFast(String client) {
        eventually(
                client + " has the full lane",
                () -> bytesPerSecond(client, 3_000_000) > FULL_BYTES_PER_SECOND_MIN);
    }

    /** Fetches from the Internet host as {@code client}: bytes per second. */
    static double bytesPerSecond(String client, long bytes) {
        Installation at = get().installation();
        Instant started = Instant.now();
        long got =
                Namespace.call(at.namespace(client), () -> Traffic.fetch("198.51.100.10", bytes));
        return got * 1e9 / Duration.between(started, Instant.now()).toNanos();
    }

    /** Bytes that billing knows of for the LAN of {@code router}, both ways, since {@code from}. */
    static long billedBytes(String router, Instant from) {
        String attachment = get().village().lan(router).attachmentId();
        long bytes = 0;
        String path =
                "/api/usage?attachmentId=%s&from=%s&to=%s&step=day&limit=200"
                        .formatted(attachment, from, get().clock().now().plus(Duration.ofDays(2)));
        for (JsonNode usage : as("bruno").get(path).ok().path("items")) {
            bytes += usage.path("internetDown").asLong() + usage.path("internetUp").asLong();
        }
        return bytes;
    }
}
