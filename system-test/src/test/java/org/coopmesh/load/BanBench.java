package org.coopmesh.load;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.coopmesh.quickstart.Installation;
import org.coopmesh.quickstart.Mesh;
import org.coopmesh.quickstart.Namespace;
import org.coopmesh.quickstart.Quickstart;
import tools.jackson.databind.JsonNode;

/**
 * How long it takes from the click to the kernel, on the real village: a ban until every node has said that its kernel has it,
 * a ban until the last packet of a flow of one each millisecond has passed, a payment until the lane is open, and a list of
 * others with a hundred thousand addresses.
 */
final class BanBench {
    private static final int SLOT = 2;

    /** As a service has it in operation; a village's own is made for six nodes. */
    private static final String HEAP = "384m";

    private static final int WARM_UP = 20;
    private static final int BANS = 100;
    private static final int FLOWS = 20;
    private static final int MONTHS = 3;
    private static final int SIMULATED = 1_000;
    private static final int STOCK_BANS = 20;
    private static final String STOCK_SET = "crowdsec-blacklists";
    private static final int PROBE_PORT = 9_999;
    private static final long GIVE_UP_NANOS = Duration.ofSeconds(20).toNanos();
    private static final int LISTED = 100_000;
    private static final long LIST_GIVE_UP_NANOS = Duration.ofMinutes(5).toNanos();
    private static final ZoneId ZONE = ZoneId.of("Europe/Madrid");
    private static final List<String> PAYERS = List.of("bruno", "carla", "david", "elena", "farid");

    private final Quickstart village;
    private final Figures figures;
    private volatile long lastArrival;
    private int registered;

    /** Of those, how many listen. */
    private int simulated;

    private BanBench(Quickstart village, Figures figures) {
        this.village = village;
        this.figures = figures;
    }

    static void main(String[] args) throws Exception {
        if (!Mesh.possible()) {
            System.err.println("needs Linux, root, ip, nft, babeld and ping");
            System.exit(2);
        }
        boolean listOnly = args.length == 1 && args[0].equals("list");
        if (args.length > 0 && !listOnly) {
            System.err.println("nothing, or: list");
            System.exit(2);
        }
        System.setProperty(Quickstart.HEAP, HEAP);
        Path home = Path.of(System.getProperty("coopmesh.home", "..")).toAbsolutePath();
        Path state = VillageFolder.fresh(home, "ban");
        try (Quickstart village =
                Quickstart.start(new Installation(home, state, SLOT, false), System.err::println)) {
            village.letTrafficFlow(false);
            var bench = new BanBench(village, new Figures("ban"));
            bench.everyonePays();
            if (!listOnly) {
                bench.bansAndPayments();
            }
            bench.listOnEveryNode();
            bench.bansOnEveryNode("6_beside_100000", "203.0.113.");
        }
        System.exit(0);
    }

    private void bansAndPayments() throws Exception {
        String lan = village.village().lan("n6").routerV4();
        bansOnEveryNode("6", lan.substring(0, lan.lastIndexOf('.') + 1));
        lastPacket();
        paymentOpens();
        try (var nodes = simulatedNodes()) {
            simulated = SIMULATED;
            bansOnEveryNode("1006", "192.0.2.");
        }
        simulated = 0; // Registered still, but they do not listen any more.
        stockBouncer();
    }

    /** A list of others with a hundred thousand addresses, from the moment it is enforced. */
    private void listOnEveryNode() throws Exception {
        var text = new StringBuilder();
        for (int i = 0; i < LISTED; i++) {
            text.append(listed(i)).append('\n');
        }
        String list =
                village.village()
                        .as("alba")
                        .post(
                                "/api/outside-lists",
                                Map.of("name", "bench", "kind", "upload", "entriesMax", LISTED))
                        .ok()
                        .path("id")
                        .asString();
        long handedIn = System.nanoTime();
        village.village()
                .as("alba")
                .putText("/api/outside-lists/" + list + "/content", text.toString())
                .ok();
        String settings =
                LISTED + " addresses of a list of others, to the receipts of 6 nodes' kernels";
        figures.tell(
                "ban.list_taken_ms.100000", millisSince(handedIn), "ms", "read, sieved and kept");
        long enforced = System.nanoTime();
        village.village()
                .as("alba")
                .put("/api/outside-lists/" + list + "/enforced", Map.of("enforced", true))
                .ok();
        figures.tell("ban.list_stated_ms.100000", millisSince(enforced), "ms", settings);
        int last = LISTED - 1;
        for (int i = 0; i < LISTED; i += LISTED / 10 - 1) {
            last = i;
            String key = "ban:" + listed(i) + "/32";
            awaitLong(key, () -> onNodes(key) == nodes());
        }
        figures.tell(
                "ban.list_on_nodes_s.100000",
                millisSince(enforced) / 1e3,
                "s",
                settings + ", looked at up to entry " + last);
    }

    private static String listed(int number) {
        return "45." + (number >> 16) + "." + (number >> 8 & 255) + "." + (number & 255);
    }

    private void bansOnEveryNode(String among, String network) throws Exception {
        var took = new double[BANS];
        for (int i = 0; i < WARM_UP + BANS; i++) {
            String address = network + (100 + i);
            long clicked = System.nanoTime();
            ban(address);
            await("ban of " + address, () -> onNodes("ban:" + address + "/32") == nodes());
            if (i >= WARM_UP) {
                took[i - WARM_UP] = millisSince(clicked);
            }
        }
        Arrays.sort(took);
        String settings =
                BANS
                        + " bans one after the other, click to the receipts of "
                        + nodes()
                        + " nodes, six of them of a kernel, polled over REST each 5 ms";
        figures.tell("ban.p50_ms." + among, Figures.quantile(took, 0.5), "ms", settings);
        figures.tell("ban.p99_ms." + among, Figures.quantile(took, 0.99), "ms", settings);
    }

    /** One datagram each millisecond from the client to the Internet host; the ban must end it. */
    private void lastPacket() throws Exception {
        Installation at = village.installation();
        var internet =
                Namespace.call(
                        at.namespace(Mesh.INTERNET),
                        () ->
                                new DatagramSocket(
                                        new InetSocketAddress(
                                                InetAddress.getByName("0.0.0.0"), PROBE_PORT)));
        var client = Namespace.call(at.namespace("c6b"), () -> new DatagramSocket());
        Thread.ofPlatform().daemon().start(() -> receive(internet));
        Thread.ofPlatform().daemon().start(() -> send(client, at.internetAddress()));
        String address = village.mesh().clients().get("c6b");
        var took = new double[FLOWS];
        for (int i = 0; i < FLOWS; i++) {
            await("the flow", () -> System.nanoTime() - lastArrival < 20_000_000);
            long clicked = System.nanoTime();
            String ban = ban(address);
            await("the end of the flow", () -> System.nanoTime() - lastArrival > 300_000_000);
            took[i] = (lastArrival - clicked) / 1e6;
            village.village()
                    .as("carla")
                    .post("/api/bans/" + ban + "/lift", Map.of("reason", "Measured"))
                    .ok();
        }
        client.close();
        internet.close();
        Arrays.sort(took);
        String settings =
                FLOWS + " bans, click to the last packet of 1 per ms through a real router";
        figures.tell("ban.last_packet_p50_ms", Figures.quantile(took, 0.5), "ms", settings);
        figures.tell("ban.last_packet_max_ms", took[took.length - 1], "ms", settings);
    }

    private void paymentOpens() throws Exception {
        var took = new ArrayList<Double>();
        for (int month = 0; month < MONTHS; month++) {
            everyoneFallsOverdue();
            for (String payer : PAYERS) {
                String router =
                        "n"
                                + (List.of("alba", "bruno", "carla", "david", "elena", "farid")
                                                .indexOf(payer)
                                        + 1);
                String key = "attachment:" + village.village().lan(router).attachmentId();
                await(payer + " is narrowed", () -> !rule(router).equals("full"));
                await("the kernels know", () -> onNodes(key) == nodes());
                long paid = System.nanoTime();
                pay(payer);
                await(
                        payer + " is open",
                        () -> rule(router).equals("full") && onNodes(key) == nodes());
                took.add(millisSince(paid));
            }
            pay("alba");
        }
        double[] sorted = took.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        String settings =
                sorted.length
                        + " payments, recorded to the receipts of 6 nodes' kernels, polled over REST";
        figures.tell("access.restore_p50_ms", Figures.quantile(sorted, 0.5), "ms", settings);
        figures.tell("access.restore_max_ms", sorted[sorted.length - 1], "ms", settings);
    }

    private void everyoneFallsOverdue() {
        everyonePays();
        ZonedDateTime now = village.clock().now().atZone(ZONE);
        ZonedDateTime billed =
                YearMonth.from(now).plusMonths(1).atDay(1).atStartOfDay(ZONE).plusHours(3);
        village.clock().forward(Duration.between(now, billed));
        for (String payer : PAYERS) {
            await("a bill for " + payer, () -> !open(payer).isEmpty());
        }
        village.clock().forward(Duration.ofDays(17));
    }

    private void everyonePays() {
        pay("alba");
        PAYERS.forEach(this::pay);
        await(
                "everyone is open",
                () -> Mesh.ROUTERS.stream().allMatch(router -> rule(router).equals("full")));
    }

    private String ban(String address) {
        return village.village()
                .as("carla")
                .post(
                        "/api/bans",
                        Map.of(
                                "target", Map.of("kind", "address", "value", address),
                                "reason", "Measured",
                                "until",
                                        village.clock().now().plus(Duration.ofHours(6)).toString()))
                .ok()
                .path("id")
                .asString();
    }

    private int onNodes(String key) {
        return village.village()
                .as("alba")
                .get("/api/access/coverage?key=" + key)
                .ok()
                .path("onNodes")
                .asInt();
    }

    private int nodes() {
        return Mesh.ROUTERS.size() + simulated;
    }

    /** A thousand more, on the gateway's site. */
    private SimulatedNodes simulatedNodes() throws Exception {
        Installation at = village.installation();
        var nodes =
                new SimulatedNodes(
                        new InetSocketAddress(at.nodePortAddress(), at.port(9_081)),
                        at.state().resolve("keys/ca.crt").toFile());
        long began = System.nanoTime();
        nodes.join(SIMULATED, () -> village.village().nodeBeside("n1", "s" + registered++));
        figures.tell(
                "ban.simulated_nodes_enrolled_s",
                millisSince(began) / 1e3,
                "s",
                SIMULATED
                        + " nodes, each registered, with keys, certificate and stream of its own");
        return nodes;
    }

    /** Debian's CrowdSec bouncer, polling each second as it is shipped to at best, in the namespace of a router. */
    private void stockBouncer() throws Exception {
        Path binary =
                village.installation().home().resolve(".coopmesh/tools/crowdsec-firewall-bouncer");
        if (!Files.isExecutable(binary)) {
            System.err.println("no crowdsec-firewall-bouncer: ./coopmesh test fetches it");
            return;
        }
        Installation at = village.installation();
        String key =
                village.village()
                        .as("alba")
                        .post("/api/bouncers", Map.of("name", "bench"))
                        .ok()
                        .path("key")
                        .asString();
        Path scratch = Files.createDirectories(at.state().resolve("bouncer"));
        Path settings = scratch.resolve("bouncer.yaml");
        try (var door = new ServerSocket(0, 50, InetAddress.getByName(at.nodePortAddress()))) {
            Thread.ofVirtual().start(() -> handOn(door, URI.create(at.publicUrl()).getPort()));
            Files.writeString(
                    settings,
                    """
                    mode: nftables
                    pid_dir: %s
                    update_frequency: 1s
                    daemonize: false
                    log_mode: stdout
                    api_url: http://%s:%d/
                    api_key: %s
                    deny_action: DROP
                    supported_decisions_types: [ban]
                    blacklists_ipv4: %s
                    nftables:
                      ipv4: {enabled: true, set-only: false, table: crowdsec, chain: crowdsec-chain}
                      ipv6: {enabled: false}
                    """
                            .formatted(
                                    scratch,
                                    at.nodePortAddress(),
                                    door.getLocalPort(),
                                    key,
                                    STOCK_SET));
            Process bouncer =
                    new ProcessBuilder(
                                    "ip",
                                    "netns",
                                    "exec",
                                    at.namespace("n1"),
                                    binary.toString(),
                                    "-c",
                                    settings.toString())
                            .redirectErrorStream(true)
                            .redirectOutput(scratch.resolve("bouncer.log").toFile())
                            .start();
            try {
                var took = new double[STOCK_BANS];
                for (int i = -1; i < STOCK_BANS; i++) {
                    String address = "198.18.0." + (i + 2);
                    long clicked = System.nanoTime();
                    ban(address);
                    await("ban of " + address + " at the bouncer", () -> stockHas(at, address));
                    if (i >= 0) {
                        took[i] = millisSince(clicked);
                    }
                }
                Arrays.sort(took);
                String how =
                        STOCK_BANS
                                + " bans, click to the set of crowdsec-firewall-bouncer that polls each second";
                figures.tell("ban.bouncer_p50_ms", Figures.quantile(took, 0.5), "ms", how);
                figures.tell("ban.bouncer_max_ms", took[took.length - 1], "ms", how);
            } finally {
                bouncer.destroy();
                bouncer.waitFor();
            }
        }
    }

    private static boolean stockHas(Installation at, String address) {
        try {
            Process list =
                    new ProcessBuilder(
                                    "ip",
                                    "netns",
                                    "exec",
                                    at.namespace("n1"),
                                    "nft",
                                    "get",
                                    "element",
                                    "ip",
                                    "crowdsec",
                                    STOCK_SET,
                                    "{ " + address + " }")
                            .redirectErrorStream(true)
                            .start();
            list.getInputStream().readAllBytes();
            return list.waitFor() == 0;
        } catch (java.io.IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The gateway listens where a browser on this machine finds it; a firewall elsewhere comes through here. */
    private static void handOn(ServerSocket door, int port) {
        try {
            while (true) {
                Socket from = door.accept();
                var to = new Socket("127.0.0.1", port);
                Thread.ofVirtual().start(() -> copy(from, to));
                Thread.ofVirtual().start(() -> copy(to, from));
            }
        } catch (java.io.IOException closed) {
            // Measured
        }
    }

    private static void copy(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (java.io.IOException gone) {
            // As connections do
        }
    }

    private String rule(String router) {
        return village.village()
                .as("alba")
                .get("/api/nodes/" + village.village().nodeId(router))
                .ok()
                .path("attachments")
                .path(0)
                .path("rule")
                .asString();
    }

    private List<JsonNode> open(String person) {
        return village.village()
                .as("bruno")
                .get("/api/invoices?limit=200&payerId=" + village.village().payerId(person))
                .ok()
                .path("items")
                .valueStream()
                .filter(invoice -> !invoice.path("state").asString().equals("paid"))
                .toList();
    }

    private void pay(String person) {
        for (JsonNode invoice : open(person)) {
            var payment = new HashMap<String, Object>();
            payment.put("payerId", invoice.path("payerId").asString());
            payment.put("invoiceId", invoice.path("id").asString());
            payment.put("amount", invoice.path("open").path("amount").asString());
            payment.put("currency", "EUR");
            payment.put("method", "cash");
            payment.put("receivedOn", LocalDate.ofInstant(village.clock().now(), ZONE).toString());
            village.village().as("bruno").post("/api/payments", payment).ok();
        }
    }

    private void receive(DatagramSocket socket) {
        try {
            var packet = new DatagramPacket(new byte[16], 16);
            while (true) {
                socket.receive(packet);
                lastArrival = System.nanoTime();
            }
        } catch (java.io.IOException closed) {
            // Measured
        }
    }

    private static void send(DatagramSocket socket, String address) {
        try {
            var packet =
                    new DatagramPacket(
                            new byte[16], 16, InetAddress.getByName(address), PROBE_PORT);
            while (!socket.isClosed()) {
                try {
                    socket.send(packet);
                } catch (java.io.IOException refusedOnTheWay) {
                    // A banned sender may hear that it is
                }
                Thread.sleep(1);
            }
        } catch (java.net.UnknownHostException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Where a hundred thousand facts are on their way. */
    private static void awaitLong(String what, BooleanSupplier holds) throws InterruptedException {
        long start = System.nanoTime();
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() - start > LIST_GIVE_UP_NANOS) {
                throw new IllegalStateException(what + ": not in time");
            }
            Thread.sleep(100);
        }
    }

    /** Asking takes what those who work need. */
    private static void pause() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static double millisSince(long start) {
        return (System.nanoTime() - start) / 1e6;
    }

    private static void await(String what, BooleanSupplier holds) {
        long start = System.nanoTime();
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() - start > GIVE_UP_NANOS) {
                throw new IllegalStateException(what + ": not in time");
            }
            pause();
        }
    }
}
