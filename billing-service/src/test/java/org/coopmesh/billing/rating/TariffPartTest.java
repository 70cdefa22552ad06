package org.coopmesh.billing.rating;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Currency;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.metering.HourOfUse;
import org.coopmesh.billing.metering.Usage;
import org.coopmesh.billing.rating.TariffPart.Counted;
import org.coopmesh.billing.rating.TariffPart.Flat;
import org.coopmesh.billing.rating.TariffPart.Percentile;
import org.coopmesh.billing.rating.TariffPart.Percentile.Direction;
import org.coopmesh.billing.rating.TariffPart.SlidingScale;
import org.coopmesh.billing.rating.TariffPart.TimeOfDay;
import org.coopmesh.billing.rating.TariffPart.TimeOfDay.PriceWindow;
import org.coopmesh.billing.rating.TariffPart.Volume;
import org.coopmesh.billing.subscription.SiteId;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TariffPartTest {
    private static final Currency EUR = Currency.getInstance("EUR");
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final long GB = Plan.BYTES_PER_GB;

    // Sliding scale

    @Property
    void chosenDuesOfTheDaysOfAMonthSumToTheMonthHoweverItIsCut(
            @ForAll @LongRange(min = 5_000_000, max = 50_000_000) long chosen,
            @ForAll @IntRange(min = 1, max = 12) int month,
            @ForAll @Size(max = 8) List<@IntRange(min = 2, max = 28) Integer> cuts) {
        Plan plan = plan(new SlidingScale(money("5"), money("10"), money("50")));
        LocalDate first = YearMonth.of(2027, month).atDay(1);
        var choice = List.of(new DuesChoice(LocalDate.of(2026, 1, 1), new Money(chosen, EUR)));
        var runs = runs(first, cuts);

        Charge.Dues dues =
                (Charge.Dues)
                        only(new PlanDays(site(), plan, runs).charges(counted(choice, List.of())));

        assertThat(dues.amount()).isEqualTo(new Money(chosen, EUR));
        assertThat(dues.days()).isEqualTo(first.lengthOfMonth());
    }

    @Example
    void aChoiceCountsFromItsDayAndNotBefore() {
        Plan plan = plan(new SlidingScale(money("6"), money("9"), money("30")));
        var choices =
                List.of(
                        new DuesChoice(LocalDate.of(2026, 11, 11), money("30")),
                        new DuesChoice(LocalDate.of(2026, 11, 21), money("6")));

        Charge dues = only(days(plan, 1, 31).charges(counted(choices, List.of())));

        // Ten days as suggested, ten at 30, ten at 6, of 30.
        assertThat(dues.amount()).isEqualTo(money("15"));
        assertThat(dues.key().kind()).isEqualTo(Charge.Kind.SCALE);
    }

    @Example
    void aChoiceBelowTheFloorOfALaterVersionCountsAsItsFloor() {
        var scale = new SlidingScale(money("8"), money("10"), money("12"));
        LocalDate day = LocalDate.of(2026, 11, 5);

        assertThat(scale.on(day, List.of(new DuesChoice(day, money("5"))))).isEqualTo(money("8"));
        assertThat(scale.on(day, List.of(new DuesChoice(day, money("20"))))).isEqualTo(money("12"));
        assertThat(scale.on(day, List.of())).isEqualTo(money("10"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SlidingScale(money("8"), money("7"), money("12")));
    }

    // 95th percentile

    @Example
    void thePercentileIsTheOneOfTheOracle() throws Exception {
        JsonNode oracle;
        try (var json = getClass().getResourceAsStream("/oracles/d3_p95_burst.json")) {
            oracle = JsonMapper.builder().build().readTree(json);
        }
        assertThat(oracle.get("index_table").size()).isGreaterThan(6);
        oracle.get("index_table")
                .propertyStream()
                .forEach(row -> {
                    int n = Integer.parseInt(row.getKey());
                    long[] samples = new long[n];
                    Arrays.setAll(samples, i -> i + 1);
                    assertThat(Percentile.ninetyFifth(samples, n))
                            .as("N = " + n)
                            .isEqualTo(row.getValue().get("value_of_1..n").asLong());
                });
        assertThat(Percentile.ninetyFifth(samples(8208, 10, 432, 90), 8640)).isEqualTo(10);
        assertThat(Percentile.ninetyFifth(samples(8207, 10, 433, 90), 8640)).isEqualTo(90);
        JsonNode invoice = oracle.get("invoice");
        var peak =
                new Percentile(
                        invoice.get("commit").asLong() * 1_000_000,
                        money(invoice.get("overage_per_mbps").asString()),
                        Direction.PERCENTILE_OF_SUM);
        assertThat(
                        peak.price(invoice.get("p95").asLong() * 450_000_000, 30, 30)
                                .plus(money(invoice.get("commit_fee").asString())))
                .isEqualTo(money(invoice.get("bill").asString()));
    }

    @Example
    void theDirectionRuleDecidesAsInTheOracle() {
        long[] down = new long[600];
        long[] up = new long[600];
        Arrays.fill(down, 20);
        Arrays.fill(up, 20);
        Arrays.fill(down, 0, 30, 100);
        Arrays.fill(up, 570, 600, 100);

        assertThat(Percentile.rate(Direction.HIGHER_OF_PERCENTILES, down, up, 600)).isEqualTo(20);
        assertThat(Percentile.rate(Direction.PERCENTILE_OF_HIGHER, down, up, 600)).isEqualTo(100);
        assertThat(Percentile.rate(Direction.PERCENTILE_OF_SUM, down, up, 600)).isEqualTo(120);
    }

    @Property
    void hoursWithoutAnyCountAreSamplesOfZero(
            @ForAll @Size(min = 1, max = 50)
                    List<@LongRange(min = 0, max = 1_000_000) Long> counted,
            @ForAll @IntRange(min = 0, max = 50) int silent) {
        int all = counted.size() + silent;
        long[] padded = new long[all];
        long[] known = counted.stream().mapToLong(Long::longValue).toArray();
        System.arraycopy(known, 0, padded, 0, known.length);

        assertThat(Percentile.ninetyFifth(known, all))
                .isEqualTo(Percentile.ninetyFifth(padded, all));
    }

    @Property
    void aPercentileNeverFallsWhenAnHourRises(
            @ForAll @Size(min = 1, max = 60) List<@LongRange(min = 0, max = 1_000) Long> counted,
            @ForAll @IntRange(min = 0, max = 59) int which,
            @ForAll @LongRange(min = 0, max = 1_000) long more) {
        long[] before = counted.stream().mapToLong(Long::longValue).toArray();
        long[] after = before.clone();
        after[which % after.length] += more;

        assertThat(Percentile.ninetyFifth(after, after.length))
                .isGreaterThanOrEqualTo(Percentile.ninetyFifth(before, before.length));
    }

    @Example
    void aPeakIsPaidForByTheDayAndSaysHowItCameAbout() {
        Plan plan = plan(new Percentile(2_000_000, money("3"), Direction.PERCENTILE_OF_SUM));
        var hours = new ArrayList<HourOfUse>();
        for (int h = 0; h < 36; h++) {
            // 12 Mbit/s in both directions together
            hours.add(hour("2026-11-01T00:00:00Z", h, 5_000_000_000L, 400_000_000L, 0));
        }
        var fifteenDays = days(plan, 1, 16);

        Charge.Peak peak =
                (Charge.Peak)
                        only(
                                fifteenDays.charges(
                                        new Counted(sum(hours), hours, List.of(), 360, BERLIN)));

        assertThat(peak.dropped()).isEqualTo(18);
        assertThat(peak.bits()).isEqualTo(12_000_000);
        // (12 − 2) Mbit/s × 3 × 15 of 30 days
        assertThat(peak.amount()).isEqualTo(money("15"));
        assertThat(peak.explanation().inputs())
                .contains(new Explanation.Input("95th percentile", "12 Mbit/s"))
                .contains(new Explanation.Input("committed rate", "2 Mbit/s"));
        assertThat(peak.explanation().result()).isEqualTo("15.00 EUR");
    }

    // Time of day

    @Example
    void theHourThatSpringSkipsAndTheOneThatAutumnRepeatsHaveThePriceOfTheClock() {
        var night = timed(window(EnumSet.allOf(DayOfWeek.class), 2, 3, "0.01"), "0.10");
        // On 2026-10-25 the clock in Berlin shows 2 to 3 twice, on 2027-03-28 never.
        assertThat(priced(night, "2026-10-25T00:00:00Z", BERLIN)).isEqualTo(money("0.01"));
        assertThat(priced(night, "2026-10-25T01:00:00Z", BERLIN)).isEqualTo(money("0.01"));
        assertThat(priced(night, "2026-10-25T02:00:00Z", BERLIN)).isEqualTo(money("0.10"));
        Instant midnight = Instant.parse("2027-03-27T23:00:00Z"); // of a day of 23 hours
        for (int hour = 0; hour < 23; hour++) {
            assertThat(priced(night, midnight.plusSeconds(hour * 3_600L).toString(), BERLIN))
                    .isEqualTo(money("0.10"));
        }
        // Where clocks stand half an hour beside the meter's hours, the beginning of the hour
        // decides.
        assertThat(priced(night, "2026-11-01T21:00:00Z", ZoneId.of("Asia/Kolkata")))
                .isEqualTo(money("0.01"));
    }

    @Example
    void theDayOfTheWeekIsThatOfTheCoopAlsoAtTheTurnOfTheYear() {
        var friday = timed(window(Set.of(DayOfWeek.FRIDAY), 0, 24, "0.01"), "0.10");

        // 2026-12-31T23:30 UTC is Friday, 1 January 2027, in Berlin.
        assertThat(priced(friday, "2026-12-31T23:00:00Z", BERLIN)).isEqualTo(money("0.01"));
        assertThat(priced(friday, "2026-12-31T22:00:00Z", BERLIN)).isEqualTo(money("0.10"));
        assertThat(priced(friday, "2026-12-31T23:00:00Z", ZoneOffset.UTC)).isEqualTo(money("0.10"));
    }

    @Property
    void bytesByTheTimeOfDayAreEachPricedOnceInAnyOrder(
            @ForAll @Size(max = 60) List<@LongRange(min = 0, max = 100_000_000_000L) Long> bytes,
            @ForAll @IntRange(min = 0, max = 23) int from,
            @ForAll long seed) {
        var part = timed(window(EnumSet.allOf(DayOfWeek.class), from, 24, "0.031"), "0.017");
        var hours = new ArrayList<HourOfUse>();
        for (int h = 0; h < bytes.size(); h++) {
            hours.add(hour("2026-11-01T00:00:00Z", h, bytes.get(h), 0, bytes.get(h)));
        }
        var shuffled = new ArrayList<>(hours);
        Collections.shuffle(shuffled, new Random(seed));
        Plan plan = plan(part);

        List<Charge> charges = days(plan, 1, 31).charges(counted(List.of(), hours));
        List<Charge> other = days(plan, 1, 31).charges(counted(List.of(), shuffled));

        assertThat(other).isEqualTo(charges);
        if (!charges.isEmpty()) {
            Charge.Timed timed = (Charge.Timed) only(charges);
            long banded = timed.bands().stream().mapToLong(Charge.Band::internetBytes).sum();
            assertThat(banded).isEqualTo(timed.internetBytes());
            assertThat(
                            timed.bands().stream()
                                    .map(Charge.Band::amount)
                                    .reduce(Money.zero(EUR), Money::plus))
                    .isEqualTo(timed.amount());
            // As much local traffic as Internet traffic: saved is what it would have cost.
            assertThat(timed.saved()).isEqualTo(timed.amount());
        }
    }

    @Property
    void onePriceByTheClockIsAtMostAMicroUnitAWindowFromOnePriceByVolume(
            @ForAll @Size(max = 40) List<@LongRange(min = 0, max = 100_000_000_000L) Long> bytes) {
        var hours = new ArrayList<HourOfUse>();
        for (int h = 0; h < bytes.size(); h++) {
            hours.add(hour("2026-11-01T00:00:00Z", h, bytes.get(h), 0, 0));
        }
        var timed = timed(window(EnumSet.allOf(DayOfWeek.class), 8, 20, "0.05"), "0.05");

        Money byClock = total(days(plan(timed), 1, 31).charges(counted(List.of(), hours)));
        Money byVolume =
                total(
                        days(plan(new Volume(0, money("0.05"))), 1, 31)
                                .charges(counted(List.of(), hours)));

        assertThat(byVolume.minus(byClock).microUnits()).isBetween(0L, 1L);
    }

    // Plans of parts

    @Example
    void payAsYouUseIsASmallFlatPartAndEveryGb() {
        Plan plan = plan(new Flat(money("2")), new Volume(0, money("0.20")));
        var hours = List.of(hour("2026-11-01T00:00:00Z", 0, 3 * GB, 2 * GB, 7 * GB));

        List<Charge> charges = days(plan, 1, 31).charges(counted(List.of(), hours));

        assertThat(total(charges)).isEqualTo(money("3"));
        assertThat(((Charge.Traffic) charges.get(1)).saved()).isEqualTo(money("1.40"));
    }

    @Example
    void pausedDaysCostNeitherFlatNorChosenDues() {
        Plan plan =
                plan(new Flat(money("30")), new SlidingScale(money("3"), money("6"), money("9")));
        var days =
                new PlanDays(
                        site(),
                        plan,
                        List.of(
                                new PlanDays.Run(day(1), day(11), true),
                                new PlanDays.Run(day(11), day(30).plusDays(1), false)));

        assertThat(total(days.charges(counted(List.of(), List.of())))).isEqualTo(money("12"));
    }

    @Property
    void aPlanInMoneyWithoutOrWithThreeDecimalsIsChargedToTheMicroUnit(
            @ForAll @LongRange(min = 0, max = 1_000_000_000L) long flat,
            @ForAll @Size(max = 5) List<@IntRange(min = 2, max = 28) Integer> cuts) {
        for (String code : List.of("JPY", "KWD")) {
            var currency = Currency.getInstance(code);
            Plan plan =
                    new Plan(
                            "home",
                            "Home",
                            "",
                            LocalDate.of(2026, 1, 1),
                            currency,
                            List.of(new Flat(new Money(flat, currency))));

            Money sum = Money.zero(currency);
            for (PlanDays.Run run : runs(day(1), cuts)) {
                for (Charge charge :
                        new PlanDays(site(), plan, List.of(run))
                                .charges(counted(List.of(), List.of()))) {
                    sum = sum.plus(charge.amount());
                }
            }

            assertThat(sum.microUnits()).isEqualTo(flat);
        }
    }

    @Example
    void aPlanPricesBytesOnceAndHasOnePartOfAKind() {
        Flat flat = new Flat(money("1"));
        var timed = timed(window(Set.of(DayOfWeek.MONDAY), 0, 1, "0"), "0");

        assertThatIllegalArgumentException().isThrownBy(() -> plan(flat, flat));
        assertThatIllegalArgumentException().isThrownBy(() -> plan());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plan(new Volume(0, money("1")), timed));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> window(Set.of(DayOfWeek.MONDAY), 22, 6, "0.01"));
    }

    private static Money priced(TimeOfDay part, String hour, ZoneId zone) {
        return part.perGb(part.windowAt(Instant.parse(hour), zone));
    }

    private static TimeOfDay timed(PriceWindow window, String otherwise) {
        return new TimeOfDay(List.of(window), money(otherwise));
    }

    private static PriceWindow window(Set<DayOfWeek> days, int from, int to, String perGb) {
        return new PriceWindow(days, from, to, money(perGb));
    }

    private static HourOfUse hour(String start, int after, long down, long up, long local) {
        return new HourOfUse(Instant.parse(start).plusSeconds(after * 3_600L), down, up, local, 0);
    }

    private static long[] samples(int many, long low, int few, long high) {
        long[] samples = new long[many + few];
        Arrays.fill(samples, low);
        Arrays.fill(samples, 0, few, high);
        return samples;
    }

    private static Usage sum(List<HourOfUse> hours) {
        long down = hours.stream().mapToLong(HourOfUse::internetDown).sum();
        long up = hours.stream().mapToLong(HourOfUse::internetUp).sum();
        long local = hours.stream().mapToLong(HourOfUse::localDown).sum();
        return new Usage(down, up, local, 0, 12 * hours.size(), 0);
    }

    private static Counted counted(List<DuesChoice> choices, List<HourOfUse> hours) {
        return new Counted(sum(hours), hours, choices, 720, BERLIN);
    }

    private static List<PlanDays.Run> runs(LocalDate first, List<Integer> cuts) {
        var starts = new TreeSet<LocalDate>();
        starts.add(first);
        starts.add(first.plusMonths(1));
        cuts.forEach(cut -> starts.add(first.withDayOfMonth(cut)));
        var runs = new ArrayList<PlanDays.Run>();
        for (LocalDate from : starts.headSet(starts.last())) {
            runs.add(new PlanDays.Run(from, starts.higher(from), true));
        }
        return runs;
    }

    private static PlanDays days(Plan plan, int from, int to) {
        return new PlanDays(
                site(), plan, List.of(new PlanDays.Run(day(from), day(1).plusDays(to - 1L), true)));
    }

    private static LocalDate day(int day) {
        return LocalDate.of(2026, 11, day);
    }

    private static SiteId site() {
        return new SiteId(new UUID(1, 2));
    }

    private static Plan plan(TariffPart... parts) {
        return new Plan("home", "Home", "", LocalDate.of(2026, 1, 1), EUR, List.of(parts));
    }

    private static Charge only(List<Charge> charges) {
        assertThat(charges).hasSize(1);
        return charges.getFirst();
    }

    private static Money total(List<Charge> charges) {
        return charges.stream().map(Charge::amount).reduce(Money.zero(EUR), Money::plus);
    }

    private static Money money(String decimal) {
        return Money.parse(decimal, EUR);
    }
}
