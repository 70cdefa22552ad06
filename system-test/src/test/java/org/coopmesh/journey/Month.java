package org.coopmesh.journey;

import static org.coopmesh.journey.LivingVillage.ZONE;
import static org.coopmesh.journey.LivingVillage.as;
import static org.coopmesh.quickstart.Village.PEOPLE;
import static org.coopmesh.quickstart.Village.person;

import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.coopmesh.quickstart.Bank;
import org.coopmesh.quickstart.Browser;
import org.coopmesh.quickstart.MailSink.Taken;
import org.coopmesh.quickstart.Quickstart;
import org.coopmesh.quickstart.Village.Person;
import tools.jackson.databind.JsonNode;

/**
 * A month of bills and money in which everybody does their part, however often it takes: whoever gets no answer looks what is
 * there, and tries again.
 */
final class Month {
    private static final Duration PATIENCE = Duration.ofMinutes(8);
    private static final String TOO_MUCH = "5.00";
    static final String REMINDER = "eminder";
    private static final int DAY_OF_REMINDERS = 17;
    private static final int GRACE_DAYS = 10;
    private static final int MINUTES = 30;

    private final Quickstart village;
    private final Bank bank;
    private final YearMonth month;
    private final int mailsBefore;
    private final Map<String, BigDecimal> balancesBefore;

    private Month(Quickstart village) {
        this.village = village;
        giveAlbaCredit();
        noMailWaits();
        this.bank = village.bank();
        this.month = YearMonth.from(now()).plusMonths(1);
        this.mailsBefore = village.mails().taken.size();
        this.balancesBefore = balances();
    }

    /**
     * How it stands when all is done.
     *
     * @param moved by account of the book, what the month has changed
     * @param open by person, what they owe
     * @param mails by recipient and what it is about, how many came
     * @param doubtful mails whose sender died in the middle: they wait for a person, since nothing is mailed twice
     * @param unexplained what the bank's report cannot explain
     */
    record End(
            Map<String, BigDecimal> moved,
            Map<String, String> open,
            Map<String, Long> mails,
            long doubtful,
            String trialBalance,
            String unexplained) {}

    /** Lives through the month after this one. Everybody has paid, and nothing flows. */
    static End live(Quickstart village) {
        var month = new Month(village);
        month.prepare();
        month.billsGoOut();
        String session = month.moneyComes();
        month.moderatorIsPaid();
        month.someGoesBack(session);
        month.theLatePay();
        return month.end();
    }

    private void prepare() {
        insist("reminders are said", () -> policy(1, 2, GRACE_DAYS));
        // By hours alone: a case of another journey may be closed in either month
        String first = YearMonth.from(now()).toString();
        until(
                "rates are set",
                () ->
                        ask("alba", "/api/payroll/rate-cards")
                                .path("items")
                                .valueStream()
                                .anyMatch(card -> card.path("firstMonth").asString().equals(first)),
                () ->
                        as("alba")
                                .post(
                                        "/api/payroll/rate-cards",
                                        Map.of(
                                                "firstMonth",
                                                first,
                                                "share",
                                                "0.5",
                                                "perHour",
                                                euros("12.00"),
                                                "perCase",
                                                euros("0.00"))));
        insist(
                "carla says where she is paid",
                () ->
                        as("carla")
                                .put(
                                        "/api/payroll/mine/account",
                                        Map.of(
                                                "name",
                                                person("carla").name(),
                                                "iban",
                                                person("carla").iban())));
        String hours = UUID.randomUUID().toString();
        insist(
                "carla logs half an hour",
                () ->
                        as("carla")
                                .put(
                                        "/api/hours/" + hours,
                                        Map.of(
                                                "workedOn",
                                                now().toString(),
                                                "minutes",
                                                MINUTES,
                                                "what",
                                                "Talked two neighbours out of a quarrel")));
        until(
                "farid has a mandate",
                () ->
                        ask("farid", "/api/direct-debit/mine")
                                .path("mandates")
                                .valueStream()
                                .anyMatch(each -> each.path("state").asString().equals("active")),
                () -> {
                    var mandate = new HashMap<String, Object>();
                    mandate.put("payerId", payer("farid"));
                    mandate.put("debtorName", person("farid").name());
                    mandate.put("iban", person("farid").iban());
                    mandate.put("once", false);
                    mandate.put("noticeDays", 2);
                    mandate.put("agreed", true);
                    return as("farid").post("/api/direct-debit/mandates", mandate);
                });
    }

    private static Browser.Answer policy(Integer reminderAfter, Integer lastAfter, int graceDays) {
        var policy = new HashMap<String, Object>();
        policy.put("reminderAfter", reminderAfter);
        policy.put("lastAfter", lastAfter);
        policy.put("graceDays", graceDays);
        policy.put("waitForBank", false);
        return as("bruno").put("/api/billing/dunning/policy", policy);
    }

    /** As a new co-op begins. */
    static void remindNobody() {
        insist("nobody is reminded any more", () -> policy(null, null, 0));
    }

    private void billsGoOut() {
        moveTo(month.atDay(1), 3);
        for (Person each : PEOPLE) {
            await("a bill for " + each.key(), () -> bill(each.key()) != null);
        }
        await(
                "a mail for each bill",
                () ->
                        PEOPLE.stream()
                                .allMatch(each ->
                                        mails().containsKey(
                                                        each.key()
                                                                + ": Invoice from Village Mesh")));
    }

    /** Of her last month; so that each month begins alike. */
    private void giveAlbaCredit() {
        BigDecimal credit =
                new BigDecimal(
                        ask("alba", "/api/bill/mine")
                                .path("payers")
                                .path(0)
                                .path("credit")
                                .path("amount")
                                .asString());
        BigDecimal missing = new BigDecimal(TOO_MUCH).subtract(credit);
        if (missing.signum() <= 0) return;
        String key = UUID.randomUUID().toString();
        insist(
                "alba pays ahead",
                () ->
                        as("bruno")
                                .post(
                                        "/api/payments",
                                        Map.of(
                                                "payerId",
                                                payer("alba"),
                                                "amount",
                                                missing.toString(),
                                                "currency",
                                                "EUR",
                                                "method",
                                                "cash",
                                                "receivedOn",
                                                now().toString()),
                                        Map.of("Idempotency-Key", key)));
    }

    /** @return what David's card payment is called at the provider */
    private String moneyComes() {
        JsonNode alba = bill("alba");
        bank.transfer(
                person("alba").name(),
                person("alba").iban(),
                open(alba).add(new BigDecimal(TOO_MUCH)),
                reference(alba));
        String session = checkout("david", "stripe");
        village.providers().pay(session);
        village.providers()
                .arrive(checkout("carla", "btcpay"), open(bill("carla")).toString(), true);
        JsonNode bruno = bill("bruno");
        String key = UUID.randomUUID().toString();
        insist(
                "bruno pays in cash",
                () ->
                        as("bruno")
                                .post(
                                        "/api/payments",
                                        Map.of(
                                                "payerId",
                                                payer("bruno"),
                                                "invoiceId",
                                                bruno.path("id").asString(),
                                                "amount",
                                                open(bruno).toString(),
                                                "currency",
                                                "EUR",
                                                "method",
                                                "cash",
                                                "receivedOn",
                                                now().toString()),
                                        Map.of("Idempotency-Key", key)));
        for (String each : List.of("bruno", "carla", "david")) {
            await(each + " has paid", () -> bill(each) == null);
        }
        handIn(now());
        confirmAll();
        await("alba has paid", () -> bill("alba") == null);
        return session;
    }

    private void moderatorIsPaid() {
        String of = month.minusMonths(1).toString();
        Supplier<JsonNode> run =
                () ->
                        ask("bruno", "/api/payroll/runs")
                                .path("items")
                                .valueStream()
                                .filter(each -> each.path("month").asString().equals(of))
                                .findFirst()
                                .orElse(null);
        // What a treasurer looks at first: hours reach billing by Kafka, which may have been away
        await(
                "the hours are in the preview",
                () ->
                        ask("bruno", "/api/payroll/preview?month=" + of)
                                .path("lines")
                                .valueStream()
                                .anyMatch(line -> line.path("minutes").asLong() >= MINUTES));
        until(
                "the month is drawn up",
                () -> run.get() != null,
                () -> as("bruno").post("/api/payroll/runs", Map.of("month", of)));
        String path = "/api/payroll/runs/" + run.get().path("id").asString();
        until(
                "it is approved",
                () -> run.get().path("state").asString().equals("approved"),
                () -> as("alba").post(path + "/approval", Map.of()));
        String key = UUID.randomUUID().toString();
        JsonNode transfer =
                insist(
                        "a file for the bank",
                        () ->
                                as("bruno")
                                        .post(
                                                path + "/transfers",
                                                Map.of("executeOn", now().toString()),
                                                Map.of("Idempotency-Key", key)));
        String file = path + "/transfers/" + transfer.path("id").asString();
        bank.pay(download("bruno", file));
        until(
                "it is paid",
                () ->
                        !run.get().path("lines").path(0).path("paid").isMissingNode()
                                && !run.get().path("lines").path(0).path("paid").isNull(),
                () -> as("bruno").post(file + "/payment", Map.of("paidOn", now().toString())));
    }

    private void someGoesBack(String session) {
        Supplier<JsonNode> run =
                () ->
                        ask("bruno", "/api/direct-debit/runs")
                                .path("items")
                                .valueStream()
                                .filter(each ->
                                        each.path("collectOn")
                                                .asString()
                                                .startsWith(month.toString()))
                                .findFirst()
                                .orElse(null);
        String day = ask("bruno", "/api/direct-debit/preview").path("collectOn").asString();
        until(
                "a collection is proposed",
                () -> run.get() != null,
                () -> as("bruno").post("/api/direct-debit/runs", Map.of("collectOn", day)));
        String path = "/api/direct-debit/runs/" + run.get().path("id").asString();
        until(
                "it is approved",
                () -> run.get().path("state").asString().equals("approved"),
                () -> as("alba").post(path + "/approval", Map.of()));
        LocalDate collected = LocalDate.parse(day);
        // The file of pay is on the statement of the day after it was made
        moveTo(now().plusDays(1), 12);
        handIn(now());
        confirmAll();
        moveTo(collected, 12);
        await("farid counts as paid", () -> bill("farid") == null);
        List<String> ids = bank.collect(download("bruno", path + "/file"));
        handIn(collected);
        moveTo(collected.plusDays(1), 12);
        bank.takeBack(ids.getFirst(), "AM04");
        handIn(collected.plusDays(1));
        village.providers().dispute(session, "lost");
        await("david owes again", () -> bill("david") != null);
        await("farid owes again", () -> bill("farid") != null);
    }

    private void theLatePay() {
        // Weekends may have moved the collection beyond it
        LocalDate tomorrow = now().plusDays(1);
        LocalDate reminding = month.atDay(DAY_OF_REMINDERS);
        moveTo(reminding.isBefore(tomorrow) ? tomorrow : reminding, 12);
        // Farid is not: his bank is asked once more
        for (String each : List.of("david", "elena")) {
            await(
                    each + " is reminded",
                    () ->
                            mails().keySet().stream()
                                    .anyMatch(mail ->
                                            mail.startsWith(each) && mail.endsWith(REMINDER)));
        }
        until(
                "farid ends the mandate",
                () ->
                        ask("farid", "/api/direct-debit/mine")
                                .path("mandates")
                                .valueStream()
                                .noneMatch(each -> each.path("state").asString().equals("active")),
                () ->
                        as("farid")
                                .post(
                                        "/api/direct-debit/mandates/"
                                                + ask("farid", "/api/direct-debit/mine")
                                                        .path("mandates")
                                                        .valueStream()
                                                        .filter(each ->
                                                                each.path("state")
                                                                        .asString()
                                                                        .equals("active"))
                                                        .findFirst()
                                                        .orElseThrow()
                                                        .path("id")
                                                        .asString()
                                                + "/revocation",
                                        Map.of()));
        for (String each : List.of("david", "elena", "farid")) {
            JsonNode bill = bill(each);
            bank.transfer(person(each).name(), person(each).iban(), open(bill), reference(bill));
        }
        moveTo(now(), 18);
        handIn(now());
        for (Person each : PEOPLE) {
            await(each.key() + " has paid", () -> bill(each.key()) == null);
        }
    }

    private End end() {
        remindNobody();
        noMailWaits();
        var moved = new TreeMap<String, BigDecimal>();
        balances()
                .forEach((account, balance) -> {
                    BigDecimal by =
                            balance.subtract(balancesBefore.getOrDefault(account, BigDecimal.ZERO));
                    // A run has a clearing account of its own
                    if (by.signum() != 0) moved.merge(account, by, BigDecimal::add);
                });
        var open = new TreeMap<String, String>();
        for (Person each : PEOPLE) {
            JsonNode bill = bill(each.key());
            open.put(each.key(), bill == null ? "nothing" : open(bill).toString());
        }
        String account =
                ask("bruno", "/api/bank/accounts").path("items").path(0).path("id").asString();
        JsonNode report =
                ask(
                        "bruno",
                        "/api/bank/report?accountId=%s&from=%s&to=%s"
                                .formatted(account, month.atDay(1), now()));
        return new End(
                moved,
                open,
                mails(),
                ask("bruno", "/api/billing/mail").path("counts").path("doubtful").asLong(0),
                ask("bruno", "/api/ledger/trial-balance").path("sum").asString(),
                report.path("together").path("unexplained").path("amount").asString());
    }

    private void noMailWaits() {
        await(
                "no mail waits",
                () -> {
                    JsonNode counts = ask("bruno", "/api/billing/mail").path("counts");
                    return counts.path("waiting").asLong(0) == 0
                            && counts.path("sending").asLong(0) == 0;
                });
    }

    private LocalDate now() {
        return LocalDate.ofInstant(village.clock().now(), ZONE);
    }

    private void moveTo(LocalDate day, int hour) {
        village.clock()
                .forward(
                        Duration.between(
                                village.clock().now(),
                                day.atTime(hour, 0).atZone(ZONE).toInstant()));
    }

    /** The page of a provider, opened as often as it takes; only the last one is used. */
    private String checkout(String who, String provider) {
        String id = bill(who).path("id").asString();
        String page =
                insist(
                                who + " goes to " + provider,
                                () ->
                                        as(who).post(
                                                        "/api/payments/checkout",
                                                        Map.of(
                                                                "invoiceId",
                                                                id,
                                                                "provider",
                                                                provider)))
                        .path("page")
                        .asString();
        return page.substring(page.lastIndexOf('/') + 1);
    }

    private void handIn(LocalDate day) {
        byte[] statement = bank.statement(day);
        insist(
                "the statement of " + day,
                () -> as("bruno").upload("/api/bank/files?name=" + day + ".xml", statement));
    }

    /** Puts each entry that waits where it is suggested, as a treasurer does with the key Enter. */
    private void confirmAll() {
        Supplier<JsonNode> waiting =
                () -> ask("bruno", "/api/bank/entries?state=open").path("items").path(0);
        until(
                "no entry of the bank waits",
                () -> waiting.get().isMissingNode(),
                () -> {
                    JsonNode entry = waiting.get();
                    var places = new ArrayList<Map<String, Object>>();
                    for (JsonNode place : entry.path("suggestions").path(0).path("places")) {
                        var sent = new HashMap<String, Object>();
                        place.forEachEntry((field, value) -> {
                            if (value.isString()) sent.put(field, value.asString());
                        });
                        sent.put("amount", place.path("amount").path("amount").asString());
                        places.add(sent);
                    }
                    String id = entry.path("id").asString();
                    return as("bruno")
                            .post(
                                    "/api/bank/bookings",
                                    Map.of("partIds", List.of(id), "places", places),
                                    Map.of("Idempotency-Key", "confirm-" + id));
                });
    }

    private JsonNode bill(String who) {
        List<JsonNode> open =
                ask("bruno", "/api/invoices?limit=200&payerId=" + payer(who))
                        .path("items")
                        .valueStream()
                        .filter(invoice -> !invoice.path("state").asString().equals("paid"))
                        .toList();
        if (open.size() > 1) throw new AssertionError(who + " has more than one open bill");
        return open.isEmpty() ? null : open.getFirst();
    }

    private static BigDecimal open(JsonNode bill) {
        return new BigDecimal(bill.path("open").path("amount").asString());
    }

    private String reference(JsonNode bill) {
        return ask("bruno", "/api/invoices/" + bill.path("id").asString() + "/document")
                .path("reference")
                .asString();
    }

    private String payer(String who) {
        return ask("alba", "/api/members/" + village.village().memberId(who))
                .path("payerId")
                .asString();
    }

    private Map<String, Long> mails() {
        var found = new TreeMap<String, Long>();
        List<Taken> taken = village.mails().taken;
        for (Taken mail : List.copyOf(taken.subList(mailsBefore, taken.size()))) {
            String about =
                    mail.subject()
                            .replaceAll("20\\d\\d-\\d{6} ?", "")
                            .replaceAll(" on \\d+ \\w+ \\d{4}| M-\\w+-\\d+", "")
                            .replaceAll(": invoice.*", "");
            found.merge(mail.to().replaceFirst("@.*", "") + ": " + about, 1L, Long::sum);
        }
        return found;
    }

    private Map<String, BigDecimal> balances() {
        var balances = new HashMap<String, BigDecimal>();
        String after = "";
        while (after != null) {
            JsonNode page = ask("bruno", "/api/ledger/accounts?limit=200&after=" + after);
            for (JsonNode account : page.path("items")) {
                balances.put(
                        account.path("id").asString(),
                        new BigDecimal(account.path("balance").path("amount").asString()));
            }
            after = page.path("next").isString() ? page.path("next").asString() : null;
        }
        return balances;
    }

    private static Map<String, String> euros(String amount) {
        return Map.of("amount", amount, "currency", "EUR");
    }

    private byte[] download(String who, String path) {
        var found = new String[1];
        await(
                path,
                () -> {
                    Browser.Answer answer = as(who).get(path);
                    found[0] = answer.text();
                    return answer.status() == 200;
                });
        return found[0].getBytes(StandardCharsets.UTF_8);
    }

    private JsonNode ask(String who, String path) {
        return insist(path, () -> as(who).get(path));
    }

    /** Asks until there is an answer; what is refused stays refused. */
    private static JsonNode insist(String what, Supplier<Browser.Answer> act) {
        var last = new AtomicReference<Object>();
        await(
                what,
                last,
                () -> {
                    Browser.Answer answer = heard(last, act);
                    if (answer.status() >= 500 || answer.status() == 429) return false;
                    if (answer.status() >= 400) {
                        throw new AssertionError(what + ": " + answer.status() + answer.text());
                    }
                    return true;
                });
        return ((Browser.Answer) last.get()).body();
    }

    /** Looks whether it is done, and does it where it is not. */
    private static void until(String what, BooleanSupplier done, Supplier<Browser.Answer> act) {
        var last = new AtomicReference<Object>();
        await(
                what,
                last,
                () -> {
                    if (done.getAsBoolean()) return true;
                    heard(last, act);
                    return done.getAsBoolean();
                });
    }

    private static Browser.Answer heard(
            AtomicReference<Object> last, Supplier<Browser.Answer> act) {
        try {
            Browser.Answer answer = act.get();
            last.set(answer);
            return answer;
        } catch (RuntimeException e) {
            last.set(e);
            throw e;
        }
    }

    private static void await(String what, BooleanSupplier holds) {
        await(what, new AtomicReference<>("not looked at"), holds);
    }

    /** @param last what was heard last, told when patience ends */
    private static void await(String what, AtomicReference<Object> last, BooleanSupplier holds) {
        try {
            Awaitility.await(what)
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(300))
                    .ignoreExceptionsInstanceOf(UncheckedIOException.class)
                    .until(holds::getAsBoolean);
        } catch (ConditionTimeoutException e) {
            Object heard = last.get();
            throw new AssertionError(
                    "%s: not after %s, last heard: %s".formatted(what, PATIENCE, heard),
                    heard instanceof RuntimeException cause ? cause : e);
        }
    }
}
