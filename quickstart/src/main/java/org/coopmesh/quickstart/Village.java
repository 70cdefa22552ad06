package org.coopmesh.quickstart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The demo co-op, made through the front door as real people would make it. What was done is remembered, so a second start
 * goes on where the first one stopped.
 */
public final class Village {
    private static final ZoneId ZONE = ZoneId.of("Europe/Madrid");
    private static final int PREPARE_DAYS = 12;
    // A bill is due after 14 days; two more and it is overdue for everyone to see
    private static final int OVERDUE_AFTER_DAYS = 17;
    private static final int PAY_AFTER_DAYS = 4;
    private static final Duration STEP = Duration.ofDays(4);
    private static final Duration STEP_TAKES = Duration.ofMillis(1_200);
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** Someone who lives here. Obvious demo data. */
    public record Person(String key, String name, List<String> roles, String plan, String router) {
        /** The address they sign in with. */
        public String email() {
            return key + "@village.example";
        }

        /** The account they pay from. */
        public String iban() {
            return Treasurer.iban(key);
        }
    }

    /** The people, the board first. Elena does not pay her bill. */
    public static final List<Person> PEOPLE =
            List.of(
                    new Person("alba", "Alba Board", List.of("board", "network"), "home", "n1"),
                    new Person("bruno", "Bruno Treasurer", List.of("treasurer"), "home", "n2"),
                    new Person("carla", "Carla Moderator", List.of("moderator"), "light", "n3"),
                    new Person("david", "David Member", List.of(), "home", "n4"),
                    new Person("elena", "Elena Member", List.of(), "light", "n5"),
                    new Person("farid", "Farid Member", List.of(), "light", "n6"));

    private final Installation at;
    private final Secrets memory;
    private final DemoClock clock;
    private final Treasurer treasurer;
    private final Map<String, Browser> browsers = new LinkedHashMap<>();

    Village(Installation at, Secrets memory, DemoClock clock, Bank bank) {
        this.at = at;
        this.memory = memory;
        this.clock = clock;
        this.treasurer = new Treasurer(this, bank);
    }

    /** The password of everyone here. */
    public String password() {
        String password = memory.kept("village.password");
        if (password.isEmpty()) {
            password = "mesh-" + memory.of("village").substring(0, 8);
            memory.keep("village.password", password);
        }
        return password;
    }

    /** A browser in which {@code key} ("alba", "bruno", …) is signed in. */
    public synchronized Browser as(String key) {
        return browsers.computeIfAbsent(
                key, k -> new Browser(at.publicUrl()).signIn(person(k).email(), password()));
    }

    /** The member id of {@code key}. */
    public String memberId(String key) {
        return memory.kept("member." + key);
    }

    /** The id under which the register keeps the node of {@code router}. */
    public String nodeId(String router) {
        return memory.kept("node." + router);
    }

    /** A node that has not enrolled: the id under which the register keeps it, and the code that it enrols with. */
    public record NewNode(String id, String code) {}

    /** Registers one more node, of the owner and on the site of {@code router}. */
    public NewNode nodeBeside(String router, String name) {
        JsonNode beside = as("alba").get("/api/nodes/" + nodeId(router)).ok();
        JsonNode made =
                as("alba")
                        .post(
                                "/api/nodes",
                                Map.of(
                                        "ownerId",
                                        beside.path("ownerId").asString(),
                                        "siteId",
                                        beside.path("siteId").asString(),
                                        "name",
                                        name,
                                        "gateway",
                                        false))
                        .ok();
        return new NewNode(
                made.path("id").asString(), made.path("enrolment").path("code").asString());
    }

    /** More address space than the village's own 256 networks; {@code poolV4} is CIDR. */
    public void widen(String poolV4) {
        as("alba")
                .post(
                        "/api/coop/pools",
                        Map.of("poolsV4", List.of(poolV4), "reason", "more nodes are to come"))
                .ok();
    }

    /** An attachment at the node's own site, by the node's id. */
    public String attachmentAt(String nodeId) {
        JsonNode node = as("alba").get("/api/nodes/" + nodeId).ok();
        return as("alba")
                .post(
                        "/api/nodes/" + nodeId + "/attachments",
                        Map.of("siteId", node.path("siteId").asString()))
                .ok()
                .path("id")
                .asString();
    }

    /** What one router was given. */
    public record Lan(String attachmentId, String routerV4, String routerV6) {}

    /** The LAN of {@code router}. */
    public Lan lan(String router) {
        return new Lan(
                memory.kept("attachment." + router),
                memory.kept("lan-v4." + router),
                memory.kept("lan-v6." + router));
    }

    /** Who is called {@code key}. */
    public static Person person(String key) {
        return PEOPLE.stream()
                .filter(person -> person.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("nobody is called " + key));
    }

    /** Puts the clock back to where the story begins; before any service starts, and once. */
    void beginInThePast() {
        once(
                "began",
                () -> {
                    Instant begin =
                            closedMonthEnd()
                                    .atStartOfDay(ZONE)
                                    .minusDays(PREPARE_DAYS)
                                    .plusHours(9)
                                    .toInstant();
                    clock.set(Duration.between(Instant.now(), begin));
                });
    }

    /** The newest first-of-month whose bills, unpaid, are overdue by today. */
    private static LocalDate closedMonthEnd() {
        LocalDate latest = LocalDate.now(ZONE).minusDays(OVERDUE_AFTER_DAYS);
        return YearMonth.from(latest).atDay(1);
    }

    /** The co-op, its rules, its plans. */
    void constitute() {
        once(
                "constituted",
                () -> {
                    Person first = PEOPLE.getFirst();
                    var coop = new LinkedHashMap<String, Object>();
                    coop.put("name", "Village Mesh");
                    coop.put("currency", "EUR");
                    coop.put("timeZone", ZONE.getId());
                    coop.put("poolsV4", List.of(at.poolV4()));
                    coop.put("poolsV6", List.of(at.poolV6()));
                    coop.put("garden", List.of(at.coreAddress() + "/32"));
                    coop.put(
                            "rulesText",
                            "Share fairly. Leave other people's traffic alone. Pay your dues or ask for a hold.");
                    coop.put(
                            "board",
                            Map.of(
                                    "name", first.name(),
                                    "email", first.email(),
                                    "password", password()));
                    JsonNode made =
                            new Browser(at.publicUrl())
                                    .post("/api/coop", coop, Map.of("Setup-Code", setupCode()))
                                    .ok();
                    memory.keep("member." + first.key(), made.path("memberId").asString());
                });
        once("roles alba", () -> grant(PEOPLE.getFirst()));
        once(
                "plan home",
                () -> plan("home", "Home", "One price, everything in it", "18.00", 500, "0.02"));
        once(
                "plan light",
                () ->
                        plan(
                                "light",
                                "Light",
                                "A small share, then per gigabyte",
                                "6.00",
                                0,
                                "0.50"));
    }

    private String setupCode() {
        try {
            return Files.readString(at.state().resolve("membership/setup-code")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("membership-service wrote no set-up code", e);
        }
    }

    private void plan(
            String code,
            String name,
            String description,
            String flat,
            int includedGb,
            String perGb) {
        var plan = new LinkedHashMap<String, Object>();
        plan.put("code", code);
        plan.put("name", name);
        plan.put("description", description);
        plan.put("effectiveOn", today().withDayOfMonth(1).toString());
        plan.put("flat", money(flat));
        plan.put("includedGb", includedGb);
        plan.put("perGb", money(perGb));
        plan.put("currency", "EUR");
        eventually("plan " + code, () -> as("alba").post("/api/plans", plan).status() / 100 == 2);
    }

    private static Map<String, String> money(String amount) {
        return Map.of("amount", amount, "currency", "EUR");
    }

    /** Neighbours apply and are taken in. */
    void join() {
        for (Person person : PEOPLE) {
            if (person.key().equals("alba")) {
                continue;
            }
            once("applied " + person.key(), () -> apply(person));
            once(
                    "approved " + person.key(),
                    () ->
                            as("alba")
                                    .post(
                                            "/api/members/" + memberId(person.key()) + "/approve",
                                            Map.of("reason", "A neighbour we know"))
                                    .ok());
            once("roles " + person.key(), () -> grant(person));
        }
        once(
                "site alba",
                () -> {
                    var site = new LinkedHashMap<String, Object>();
                    site.put("memberId", memberId("alba"));
                    site.put("name", "House of Alba");
                    site.put("address", "Mill Lane 1");
                    site.put("planCode", person("alba").plan());
                    JsonNode made = as("alba").post("/api/sites", site).ok();
                    memory.keep("site.alba", made.path("id").asString());
                });
    }

    /** The treasurer says who the co-op is, everybody where their bills go. */
    void keepBooks() {
        once("treasurer", treasurer::introduce);
        once("addresses", treasurer::takeAddresses);
    }

    private void apply(Person person) {
        var application = new LinkedHashMap<String, Object>();
        application.put("name", person.name());
        application.put("email", person.email());
        application.put("password", password());
        application.put("planCode", person.plan());
        application.put(
                "rulesVersion",
                new Browser(at.publicUrl()).get("/api/coop").ok().path("rulesVersion").asInt());
        application.put(
                "site",
                Map.of(
                        "name", "House of " + person.name().split(" ")[0],
                        "address", "Mill Lane " + (PEOPLE.indexOf(person) + 1),
                        "latitude", 41.5 + PEOPLE.indexOf(person) * 0.003,
                        "longitude", 2.1 + PEOPLE.indexOf(person) * 0.004));
        JsonNode applied = new Browser(at.publicUrl()).post("/api/applications", application).ok();
        memory.keep("member." + person.key(), applied.path("memberId").asString());
    }

    private void grant(Person person) {
        if (person.roles().isEmpty()) {
            return;
        }
        as("alba")
                .put(
                        "/api/members/" + memberId(person.key()) + "/roles",
                        Map.of("roles", person.roles(), "reason", "Elected by the assembly"))
                .ok();
        // A token holds the roles it was made with
        browsers.remove(person.key());
    }

    /** Registers a node for everyone's router, with the addresses of its LAN. */
    void registerNodes(Agents agents) {
        for (Person person : PEOPLE) {
            String router = person.router();
            once("node " + router, () -> register(person, agents));
            once(
                    "lan " + router,
                    () -> {
                        JsonNode lan =
                                as("alba")
                                        .post(
                                                "/api/nodes/" + nodeId(router) + "/attachments",
                                                Map.of("siteId", siteId(person)))
                                        .ok();
                        memory.keep("attachment." + router, lan.path("id").asString());
                        memory.keep("lan-v4." + router, lan.path("routerV4").asString());
                        memory.keep("lan-v6." + router, lan.path("routerV6").asString());
                    });
        }
    }

    private void register(Person person, Agents agents) {
        var node = new LinkedHashMap<String, Object>();
        node.put("ownerId", memberId(person.key()));
        node.put("siteId", siteId(person));
        node.put("name", person.router());
        node.put("gateway", Mesh.GATEWAYS.contains(person.router()));
        JsonNode made = as("alba").post("/api/nodes", node).ok();
        memory.keep("node." + person.router(), made.path("id").asString());
        JsonNode enrolment = made.path("enrolment");
        agents.configure(
                person.router(),
                enrolment.path("code").asString(),
                enrolment.path("caFingerprint").asString());
    }

    private String siteId(Person person) {
        String known = memory.kept("site." + person.key());
        if (!known.isEmpty()) {
            return known;
        }
        JsonNode member = as("alba").get("/api/members/" + memberId(person.key())).ok();
        String id = member.path("sites").path(0).path("id").asString();
        memory.keep("site." + person.key(), id);
        return id;
    }

    /** Waits until every router's agent has enrolled and reported. */
    void awaitNodes() {
        eventually(
                "all nodes up",
                () -> {
                    int up = 0;
                    for (JsonNode node : as("alba").get("/api/nodes").ok().path("items")) {
                        if (node.path("live").asString().equals("up")) {
                            up++;
                        }
                    }
                    return up >= PEOPLE.size();
                });
    }

    /** Everybody's node is called as they are: alba.village.mesh. */
    void nameNodes() {
        for (Person person : PEOPLE) {
            once(
                    "name " + person.key(),
                    () ->
                            as(person.key())
                                    .post(
                                            "/api/names",
                                            Map.of(
                                                    "label",
                                                    person.key(),
                                                    "nodeId",
                                                    nodeId(person.router())))
                                    .ok());
        }
    }

    /** Lets every agent know who is at the other end of its links; their ids are there once all have enrolled. */
    void introduceNeighbours(Agents agents) {
        once(
                "neighbours",
                () -> {
                    for (Person person : PEOPLE) {
                        String router = person.router();
                        var links = new LinkedHashMap<String, String>();
                        Mesh.links(router)
                                .forEach((name, other) -> links.put(name, identity(other)));
                        agents.tellLinks(router, links);
                    }
                    agents.stop();
                    agents.startDead();
                });
    }

    /** The id under which the node of {@code router} signs what it reports. */
    public String identity(String router) {
        return as("alba").get("/api/nodes/" + nodeId(router)).ok().path("nodeId").asString();
    }

    /** Lives the weeks until today: a month ends, bills go out, all but Elena pay. */
    void liveUntilToday(Progress progress) {
        once(
                "lived",
                () -> {
                    Instant billed = closedMonthEnd().atStartOfDay(ZONE).plusHours(3).toInstant();
                    Instant paid = billed.plus(Duration.ofDays(PAY_AFTER_DAYS));
                    walkTo(billed);
                    awaitInvoices();
                    progress.step("a month ended, its bills went out");
                    walkTo(paid);
                    payAllBut("elena");
                    progress.step("all but Elena paid");
                    walkTo(null);
                });
    }

    /** Moves on in steps, so that windows are counted on the way; null: until now. */
    private void walkTo(@Nullable Instant goal) {
        while (true) {
            Duration left =
                    goal == null ? clock.offset().negated() : Duration.between(clock.now(), goal);
            if (!left.isPositive()) {
                return;
            }
            clock.forward(left.compareTo(STEP) < 0 ? left : STEP);
            pause(STEP_TAKES);
        }
    }

    private void awaitInvoices() {
        eventually(
                "everyone has an invoice",
                () -> as("bruno").get("/api/invoices").ok().path("items").size() >= PEOPLE.size());
    }

    private void payAllBut(String debtor) {
        for (Person person : PEOPLE) {
            if (person.key().equals(debtor)) {
                continue;
            }
            for (JsonNode invoice : owing(person.key())) {
                treasurer.transfer(person.key(), invoice);
            }
        }
        treasurer.handIn(today());
        eventually(
                "what was transferred stands in the book",
                () ->
                        PEOPLE.stream()
                                .filter(person -> !person.key().equals(debtor))
                                .allMatch(person -> owing(person.key()).isEmpty()));
    }

    private List<JsonNode> owing(String key) {
        return as("bruno")
                .get("/api/invoices?limit=200&payerId=" + payerId(key))
                .ok()
                .path("items")
                .valueStream()
                .filter(invoice -> !invoice.path("state").asString().equals("paid"))
                .toList();
    }

    /** Who pays for {@code key}. */
    public String payerId(String key) {
        return as("alba").get("/api/members/" + memberId(key)).ok().path("payerId").asString();
    }

    /** A neighbour complains, without saying who they are. */
    void complain(String aboutAddress) {
        once(
                "complaint",
                () -> {
                    var report = new LinkedHashMap<String, Object>();
                    report.put("category", "spam");
                    report.put("address", aboutAddress);
                    report.put("observedAt", clock.now().toString());
                    report.put(
                            "description",
                            "Hundreds of mails an hour come from this address since last night.");
                    new Browser(at.publicUrl()).post("/api/reports", report).ok();
                });
    }

    private LocalDate today() {
        return clock.now().atZone(ZONE).toLocalDate();
    }

    private void once(String step, Runnable doing) {
        String key = "done." + step.replace(' ', '-');
        if (memory.kept(key).isEmpty()) {
            doing.run();
            memory.keep(key, "yes");
        }
    }

    /** Facts travel between services; what rests on one is there a moment later. */
    static void eventually(String what, BooleanSupplier check) {
        Instant giveUp = Instant.now().plus(PATIENCE);
        var failures = new ArrayList<String>();
        while (true) {
            try {
                if (check.getAsBoolean()) {
                    return;
                }
            } catch (IllegalStateException notYet) {
                failures.add(String.valueOf(notYet.getMessage()));
            }
            if (Instant.now().isAfter(giveUp)) {
                throw new IllegalStateException(
                        what
                                + ": not within "
                                + PATIENCE.toSeconds()
                                + " s"
                                + (failures.isEmpty() ? "" : "; " + failures.getLast()));
            }
            pause(Duration.ofMillis(250));
        }
    }

    static void pause(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** A new id for what a test makes. */
    public static String newId() {
        return UUID.randomUUID().toString();
    }
}
