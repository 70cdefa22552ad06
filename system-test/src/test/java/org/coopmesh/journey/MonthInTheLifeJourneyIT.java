package org.coopmesh.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.journey.LivingVillage.ZONE;
import static org.coopmesh.journey.LivingVillage.as;
import static org.coopmesh.journey.LivingVillage.eventually;
import static org.coopmesh.quickstart.Village.PEOPLE;
import static org.coopmesh.quickstart.Village.person;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.coopmesh.quickstart.Bank;
import org.coopmesh.quickstart.MailSink.Taken;
import org.coopmesh.quickstart.Quickstart;
import org.coopmesh.quickstart.Village.Person;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A treasurer's month at real pages: bills out, money in by every way, some of it back, moderators paid, nothing left over. */
class MonthInTheLifeJourneyIT {
    private static final Path FILES = Path.of("target/bank").toAbsolutePath();
    private static final Pattern LINK = Pattern.compile("https?://\\S+/pay/\\S+");
    private static final BigDecimal TOO_MUCH = new BigDecimal("5.00");
    private static final int DAY_OF_REMINDERS = 17;
    private static final int DEATHS_MIN = 4;

    private Quickstart village;
    private Bank bank;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(RealBrowser.possible(), RealBrowser.NEEDS);
        village = LivingVillage.get();
        bank = village.bank();
        Files.createDirectories(FILES);
    }

    /** Whatever came of it: a co-op that reminds later narrows later, and others wait for that. */
    @AfterEach
    void nobodyIsRemindedAnyMore() {
        if (village != null) Month.remindNobody();
    }

    @Test
    void aMonthEndsWithNothingUnexplained() throws Exception {
        LivingVillage.everyonePays();
        at("alba", "setRates", "50", "12", "3");
        at("carla", "logHours", person("carla").iban(), "0:30");
        at("farid", "signMandate", person("farid").iban());
        at("bruno", "sayReminders", "1", "2", "10", "waits");
        int mailsBefore = village.mails().taken.size();
        YearMonth month = YearMonth.from(now());

        moveTo(month.plusMonths(1).atDay(1), 3);
        Map<String, String> links = new HashMap<>();
        for (Person each : PEOPLE) {
            eventually(
                    "a mail with the bill for " + each.key(), () -> link(each, mailsBefore, links));
        }

        // Four ways, and cash; Alba rounds up
        JsonNode bill = RealBrowser.nobody(village, "readBill", links.get("alba"));
        assertThat(bill.path("iban").asString().replace(" ", "")).isEqualTo(Bank.IBAN);
        bank.transfer(
                person("alba").name(),
                person("alba").iban(),
                new BigDecimal(open("alba").path("open").path("amount").asString()).add(TOO_MUCH),
                bill.path("reference").asString());
        String session =
                RealBrowser.nobody(village, "payAt", links.get("david"), "Card")
                        .path("provider")
                        .asString();
        RealBrowser.nobody(village, "payAt", links.get("carla"), "Bitcoin");
        at("bruno", "pay", open("bruno").path("id").asString());
        JsonNode run = at("bruno", "proposeCollection");
        at("alba", "approve", run.path("path").asString());
        Path debits = FILES.resolve("debits.xml");
        at("bruno", "fetchCollection", run.path("path").asString(), debits.toString());

        // The moderator
        String pay = at("bruno", "drawUpPay").path("path").asString();
        at("alba", "approve", pay);
        Path salaries = FILES.resolve("pay.xml");
        at("bruno", "makePayFile", pay, salaries.toString());
        assertThat(bank.pay(Files.readAllBytes(salaries))).isEqualByComparingTo("6.00");
        handIn(now(), 2);
        assertThat(isPaid("alba")).isTrue();
        assertThat(credit("alba")).isEqualByComparingTo(TOO_MUCH);

        // Collected, told by the bank; then the bank of one takes it back, and so does another's
        // card
        LocalDate collected = LocalDate.parse(run.path("day").asString());
        moveTo(collected, 12);
        eventually("farid's bill counts as paid", () -> isPaid("farid"));
        List<String> collections = bank.collect(Files.readAllBytes(debits));
        handIn(collected, 0);
        moveTo(collected.plusDays(1), 12);
        bank.takeBack(collections.getFirst(), "AM04");
        handIn(collected.plusDays(1), 0);
        village.providers().dispute(session, "lost");
        eventually("david owes again", () -> !isPaid("david"));
        assertThat(isPaid("farid")).isFalse();

        // Who still owes is reminded, once the bank has told that they have not paid
        // Weekends may have moved the collection beyond the day
        LocalDate planned = month.plusMonths(1).atDay(DAY_OF_REMINDERS);
        LocalDate reminding = planned.isAfter(now()) ? planned : now().plusDays(1);
        moveTo(reminding, 12);
        handIn(reminding, 0);
        eventually("elena is reminded", () -> reminders("elena", mailsBefore) > 0);
        eventually("david is reminded", () -> reminders("david", mailsBefore) > 0);
        assertThat(reminders("alba", mailsBefore)).isZero();
        at("farid", "revokeMandate");
        for (String late : List.of("david", "elena", "farid")) {
            String reference =
                    RealBrowser.nobody(village, "readBill", links.get(late))
                            .path("reference")
                            .asString();
            bank.transfer(
                    person(late).name(),
                    person(late).iban(),
                    new BigDecimal(open(late).path("open").path("amount").asString()),
                    reference);
        }
        moveTo(reminding.plusDays(1), 12);
        handIn(reminding.plusDays(1), 0);

        for (Person each : PEOPLE) {
            assertThat(isPaid(each.key())).as(each.key()).isTrue();
        }
        JsonNode report = at("bruno", "readReport");
        assertThat(report.path("clean").asBoolean()).as(report.path("text").asString()).isTrue();
        assertThat(amount(as("bruno").get("/api/ledger/trial-balance").ok().path("sum")))
                .isEqualByComparingTo(BigDecimal.ZERO);
        at("bruno", "sayReminders", "", "", "0", "goes on");
    }

    @Test
    void aMonthInWhichServicesDieEndsLikeAnyOther() {
        village.letTrafficFlow(false);
        LivingVillage.everyonePays();
        LivingVillage.meteredAtRest(village.clock().now().minus(Duration.ofDays(1)));
        // What has flowed until now is billed, so that the months to compare have their dues only
        moveTo(YearMonth.from(now()).plusMonths(1).atDay(1), 3);
        for (Person each : PEOPLE) {
            eventually("a bill for " + each.key(), () -> !isPaid(each.key()));
        }
        LivingVillage.everyonePays();
        Month.End calm = Month.live(village);

        Month.End stormy;
        int deaths;
        try (var reaper = new Reaper(village, System.nanoTime())) {
            stormy = Month.live(village);
            deaths = reaper.deaths();
        } finally {
            village.letTrafficFlow(true);
        }

        System.out.println(deaths + " deaths in a month, mails in doubt: " + stormy.doubtful());
        assertThat(deaths).isGreaterThanOrEqualTo(DEATHS_MIN);
        assertThat(calm.unexplained()).isEqualTo("0.00");
        assertThat(calm.trialBalance()).isEqualTo("0.00");
        assertThat(stormy.moved()).isEqualTo(calm.moved());
        assertThat(stormy.open()).isEqualTo(calm.open());
        assertThat(stormy.unexplained()).isEqualTo("0.00");
        assertThat(stormy.trialBalance()).isEqualTo("0.00");
        // A mail may wait for a person after its sender died; none comes twice
        Map<String, Long> expected = withoutReminders(calm.mails());
        Map<String, Long> came = withoutReminders(stormy.mails());
        assertThat(expected).containsAllEntriesOf(came);
        var missing = new TreeSet<>(expected.keySet());
        missing.removeAll(came.keySet());
        assertThat(missing).hasSizeLessThanOrEqualTo((int) stormy.doubtful());
        assertThat(stormy.mails())
                .allSatisfy((mail, times) -> {
                    if (mail.endsWith(Month.REMINDER)) assertThat(times).as(mail).isEqualTo(1);
                });
    }

    /** Which of them comes depends on where weekends lie. */
    private static Map<String, Long> withoutReminders(Map<String, Long> mails) {
        var others = new HashMap<>(mails);
        others.keySet().removeIf(mail -> mail.endsWith(Month.REMINDER));
        return others;
    }

    private JsonNode at(String who, String... deed) throws Exception {
        return RealBrowser.person(village, who, deed);
    }

    private LocalDate now() {
        return LocalDate.ofInstant(village.clock().now(), ZONE);
    }

    private void moveTo(LocalDate day, int hour) {
        Duration step =
                Duration.between(
                        village.clock().now(), day.atTime(hour, 0).atZone(ZONE).toInstant());
        village.clock().forward(step);
    }

    private void handIn(LocalDate day, int confirmed) throws Exception {
        Path file = FILES.resolve("statement-" + day + ".xml");
        Files.write(file, bank.statement(day));
        at("bruno", "handIn", file.toString(), Integer.toString(confirmed));
    }

    private List<Taken> mails(String who, int from) {
        List<Taken> taken = village.mails().taken;
        return taken.subList(from, taken.size()).stream()
                .filter(mail -> mail.to().equals(person(who).email()))
                .toList();
    }

    private boolean link(Person who, int from, Map<String, String> links) {
        for (Taken mail : mails(who.key(), from)) {
            Matcher link = LINK.matcher(mail.words());
            if (mail.subject().startsWith("Invoice") && link.find()) {
                links.put(who.key(), link.group());
                return true;
            }
        }
        return false;
    }

    private long reminders(String who, int from) {
        return mails(who, from).stream()
                .filter(mail -> mail.subject().toLowerCase().contains("remind"))
                .count();
    }

    private static JsonNode open(String who) {
        List<JsonNode> open = LivingVillage.open(who);
        assertThat(open).as("what " + who + " owes").hasSize(1);
        return open.getFirst();
    }

    private static boolean isPaid(String who) {
        return LivingVillage.open(who).isEmpty();
    }

    private static BigDecimal credit(String who) {
        JsonNode payer = as(who).get("/api/bill/mine").ok().path("payers").path(0);
        return amount(payer.path("credit").path("amount"));
    }

    private static BigDecimal amount(JsonNode text) {
        return new BigDecimal(text.asString());
    }
}
