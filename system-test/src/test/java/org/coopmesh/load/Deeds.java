package org.coopmesh.load;

import static org.coopmesh.quickstart.Village.PEOPLE;

import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.coopmesh.quickstart.Browser;
import org.coopmesh.quickstart.Quickstart;
import org.coopmesh.quickstart.Village.Person;
import tools.jackson.databind.JsonNode;

/**
 * What people do meanwhile. Each repeats what was not answered, with the same key, until it is; what was answered must be there in
 * the end, once.
 */
final class Deeds {
    static final String BANNED = "198.18.";
    private static final ZoneId ZONE = ZoneId.of("Europe/Madrid");
    private static final Duration PATIENCE = Duration.ofMinutes(15);
    private static final int PAUSE_MILLIS_MAX = 1_500;
    private static final int LIFTED_EACH = 3;
    private static final int VOTING_DAYS = 60;
    private static final List<String> CHOICES = List.of("yes", "no", "abstain");

    private final Quickstart village;
    private final Random random;
    private final List<Thread> people = new ArrayList<>();
    private final Queue<String> refused = new ConcurrentLinkedQueue<>();
    private final AtomicInteger repeated = new AtomicInteger();
    private final AtomicLong cents = new AtomicLong();
    private final AtomicInteger payments = new AtomicInteger();
    private final AtomicInteger notes = new AtomicInteger();
    private final Set<String> banned = ConcurrentHashMap.newKeySet();
    private final Set<String> lifted = ConcurrentHashMap.newKeySet();
    private final Map<String, AtomicInteger> votes = new ConcurrentHashMap<>();
    private volatile boolean over;
    private volatile String proposal = "";
    private volatile String payer = "";

    Deeds(Quickstart village, long seed) {
        this.village = village;
        this.random = new Random(seed);
    }

    /** A person at a browser of their own, who signs in anew where that is wanted. */
    private final class Someone {
        private final String key;
        private Browser browser;

        private Someone(String key) {
            this.key = key;
        }

        private Browser there() {
            if (browser == null) {
                browser =
                        new Browser(village.installation().publicUrl())
                                .signIn(key + "@village.example", village.village().password());
            }
            return browser;
        }

        /** Acts until there is an answer. */
        private Browser.Answer insists(String what, Function<Browser, Browser.Answer> act) {
            Instant giveUp = Instant.now().plus(PATIENCE);
            boolean again = false;
            Object last = "nothing";
            while (Instant.now().isBefore(giveUp)) {
                try {
                    Browser.Answer answer = act.apply(there());
                    int status = answer.status();
                    last = status + " " + answer.text();
                    if (status / 100 == 2 || again && status == 409) return answer;
                    if (status == 401 || status == 403 && again) {
                        browser = null;
                    } else if (status < 500 && status != 429) {
                        refused.add(what + ": " + last);
                        return answer;
                    }
                } catch (UncheckedIOException | IllegalStateException away) {
                    last = away;
                    browser = null;
                }
                again = true;
                repeated.incrementAndGet();
                pause(PAUSE_MILLIS_MAX);
            }
            refused.add(what + " was never answered: " + last);
            throw new IllegalStateException(what + ": " + last);
        }
    }

    /** Opens a vote, and lets everybody do their part until {@link #end}. */
    void begin() {
        var alba = new Someone("alba");
        alba.insists(
                "terms",
                at ->
                        at.put(
                                "/api/assembly/terms",
                                Map.of(
                                        "terms",
                                        Map.of(
                                                "quorumPercent",
                                                10,
                                                "majority",
                                                "simple",
                                                "rulesMajority",
                                                "two-thirds",
                                                "seconders",
                                                1,
                                                "discussionDays",
                                                0,
                                                "votingDays",
                                                VOTING_DAYS),
                                        "reason",
                                        "A long vote")));
        proposal =
                alba.insists(
                                "proposal",
                                at ->
                                        at.post(
                                                "/api/assembly/proposals",
                                                Map.of(
                                                        "title", "A bench by the mill",
                                                        "text", "To sit on.",
                                                        "change", Map.of("kind", "resolution"))))
                        .body()
                        .path("id")
                        .asString();
        new Someone("bruno")
                .insists(
                        "second",
                        at ->
                                at.post(
                                        "/api/assembly/proposals/" + proposal + "/seconds",
                                        Map.of()));
        village.clock().forward(Duration.ofDays(1));
        while (!shown(alba).path("state").asString().equals("voting")) pause(PAUSE_MILLIS_MAX);

        String elena = new Someone("elena").there().memberId();
        payer = village.village().payerId("farid");
        each("bruno", this::pays);
        each("carla", this::bans);
        each("alba", someone -> notes(someone, elena));
        for (Person person : PEOPLE) {
            int wait = random.nextInt(120_000);
            String choice = CHOICES.get(random.nextInt(CHOICES.size()));
            acts(person.key(), () -> votes(person.key(), choice, wait));
        }
    }

    /** Who gives up before the end is found in the end. */
    private void acts(String key, Runnable deeds) {
        people.add(
                Thread.startVirtualThread(() -> {
                    try {
                        deeds.run();
                    } catch (RuntimeException e) {
                        refused.add(key + " gave up: " + e);
                    }
                }));
    }

    private interface Deed {
        void once(Someone someone);
    }

    private void each(String key, Deed deed) {
        var someone = new Someone(key);
        acts(
                key,
                () -> {
                    while (!over) {
                        deed.once(someone);
                        pause(random.nextInt(PAUSE_MILLIS_MAX));
                    }
                });
    }

    private void pays(Someone bruno) {
        int amount = 1 + random.nextInt(99);
        String key = UUID.randomUUID().toString();
        String day = village.clock().now().atZone(ZONE).toLocalDate().toString();
        var payment = new HashMap<String, Object>();
        payment.put("payerId", payer);
        payment.put("amount", BigDecimal.valueOf(amount, 2).toString());
        payment.put("currency", "EUR");
        payment.put("method", "cash");
        payment.put("receivedOn", day);
        payment.put("note", NOTE);
        var answer =
                bruno.insists(
                        "payment",
                        at -> at.post("/api/payments", payment, Map.of("Idempotency-Key", key)));
        if (answer.status() / 100 == 2) {
            payments.incrementAndGet();
            cents.addAndGet(amount);
        }
    }

    private void bans(Someone carla) {
        int number = banned.size() * 2;
        String address = BANNED + (number >> 8) + "." + (number & 255);
        String until = village.clock().now().plus(Duration.ofDays(90)).toString();
        var answer =
                carla.insists(
                        "ban",
                        at ->
                                at.post(
                                        "/api/bans",
                                        Map.of(
                                                "target",
                                                Map.of("kind", "address", "value", address),
                                                "reason",
                                                "Scans the mesh",
                                                "permanent",
                                                false,
                                                "until",
                                                until)));
        banned.add(address);
        if (banned.size() % LIFTED_EACH != 0 || answer.status() / 100 != 2) return;
        String ban = answer.body().path("id").asString();
        carla.insists(
                "lift", at -> at.post("/api/bans/" + ban + "/lift", Map.of("reason", "Mistaken")));
        lifted.add(address);
    }

    private void notes(Someone alba, String member) {
        String text = "Heard at the well " + notes.get();
        // Without a key of its own: whoever got no answer looks first
        alba.insists(
                "note",
                at -> {
                    JsonNode newest =
                            at.get("/api/members/" + member + "/notes?limit=1")
                                    .ok()
                                    .path("items")
                                    .path(0);
                    return newest.path("text").asString("").equals(text)
                            ? new Browser.Answer(200, newest, text)
                            : at.post("/api/members/" + member + "/notes", Map.of("text", text));
                });
        notes.incrementAndGet();
    }

    private void votes(String key, String choice, int wait) {
        pause(wait);
        var someone = new Someone(key);
        var voter = new Voter(shown(someone).path("ballotKey").asString(), proposal, choice);
        var signed =
                someone.insists(
                        "signature",
                        at ->
                                at.post(
                                        "/api/assembly/proposals/" + proposal + "/signature",
                                        voter.paper()));
        var ballot = voter.ballot(signed.body().path("signature").asString());
        someone.insists(
                "ballot",
                at ->
                        new Browser(village.installation().publicUrl())
                                .post("/api/assembly/ballots", ballot));
        votes.computeIfAbsent(choice, each -> new AtomicInteger()).incrementAndGet();
    }

    private JsonNode shown(Someone someone) {
        return someone.insists("the vote", at -> at.get("/api/assembly/proposals/" + proposal))
                .body();
    }

    /** Nobody begins anything any more; returns when all that was begun is answered. */
    void end() throws InterruptedException {
        over = true;
        for (Thread person : people) person.join();
    }

    int repeated() {
        return repeated.get();
    }

    /** What should be, beside what is. */
    void check(Findings findings) {
        var alba = new Someone("alba");
        var bruno = new Someone("bruno");
        var carla = new Someone("carla");
        findings.same("refused or never answered", List.of(), List.copyOf(refused));

        List<JsonNode> mine =
                all(bruno, "/api/payments?limit=200&payerId=" + payer).stream()
                        .filter(paid -> paid.path("note").asString("").equals(NOTE))
                        .toList();
        findings.same("payments", payments.get(), mine.size());
        findings.same(
                "cents paid",
                cents.get(),
                mine.stream()
                        .mapToLong(paid ->
                                new BigDecimal(paid.path("amount").path("amount").asString())
                                        .movePointRight(2)
                                        .longValueExact())
                        .sum());
        findings.same(
                "sum of the book",
                "0.00",
                bruno.insists("sum", at -> at.get("/api/ledger/trial-balance"))
                        .body()
                        .path("sum")
                        .asString());
        var bills = new TreeMap<String, Integer>();
        all(bruno, "/api/invoices?limit=200")
                .forEach(bill ->
                        bills.merge(
                                bill.path("payerId").asString()
                                        + " "
                                        + bill.path("periodFrom").asString(),
                                1,
                                Integer::sum));
        findings.same(
                "bills twice for a month",
                List.of(),
                bills.entrySet().stream()
                        .filter(bill -> bill.getValue() > 1)
                        .map(Map.Entry::getKey)
                        .toList());

        var standing = new TreeSet<>(banned);
        standing.removeAll(lifted);
        var held = new TreeSet<String>();
        var twice = new ArrayList<String>();
        for (JsonNode ban : all(carla, "/api/bans?limit=200&state=active")) {
            String address = ban.path("target").path("value").asString().replace("/32", "");
            if (address.startsWith(BANNED) && !held.add(address)) twice.add(address);
        }
        findings.same("bans", standing, held);
        findings.same("bans twice", List.of(), twice);
        findings.bansOnEveryRouter(village, standing);

        String elena = new Someone("elena").there().memberId();
        findings.same(
                "notes",
                notes.get(),
                all(alba, "/api/members/" + elena + "/notes?limit=200").stream()
                        .filter(note ->
                                note.path("text").asString().startsWith("Heard at the well"))
                        .toList()
                        .size());
        for (String letters : List.of("membership", "billing", "abuse")) {
            findings.same(
                    "dead letters of " + letters,
                    0,
                    alba.insists(letters, at -> at.get("/api/" + letters + "/dead-letters"))
                            .body()
                            .path("items")
                            .size());
        }
        countVotes(alba, findings);
    }

    private void countVotes(Someone alba, Findings findings) {
        village.clock().forward(Duration.ofDays(VOTING_DAYS));
        Instant giveUp = Instant.now().plus(PATIENCE);
        JsonNode result = shown(alba).path("result");
        while (!result.has("yes") && Instant.now().isBefore(giveUp)) {
            pause(PAUSE_MILLIS_MAX);
            result = shown(alba).path("result");
        }
        for (String choice : CHOICES) {
            findings.same(
                    "votes of " + choice,
                    votes.getOrDefault(choice, new AtomicInteger()).get(),
                    result.path(choice).asInt(-1));
        }
    }

    private static final String NOTE = "Found in the till";

    private List<JsonNode> all(Someone someone, String path) {
        var items = new ArrayList<JsonNode>();
        String after = "";
        do {
            String page = path + after;
            JsonNode read = someone.insists(path, at -> at.get(page)).body();
            read.path("items").forEach(items::add);
            after = read.path("next").isString() ? "&after=" + read.path("next").asString() : "";
        } while (!after.isEmpty());
        return items;
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
