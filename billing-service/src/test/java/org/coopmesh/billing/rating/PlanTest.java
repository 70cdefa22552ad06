package org.coopmesh.billing.rating;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Currency;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.metering.Usage;
import org.coopmesh.billing.subscription.SiteId;

class PlanTest {
    private static final Currency EUR = Currency.getInstance("EUR");
    private static final YearMonth NOVEMBER = YearMonth.of(2026, 11);
    private static final long GB = Plan.BYTES_PER_GB;

    @Property
    void partsOfAMonthSumToTheWholeHoweverItIsCut(
            @ForAll @LongRange(min = 0, max = 1_000_000_000_000L) long flatMicro,
            @ForAll @LongRange(min = 0, max = 1_000_000_000_000L) long includedBytes,
            @ForAll @IntRange(min = 1, max = 12) int month,
            @ForAll @Size(max = 10) List<@IntRange(min = 2, max = 28) Integer> cuts) {
        Plan plan = plan(new Money(flatMicro, EUR), includedBytes, money("0.10"));
        LocalDate first = YearMonth.of(2026, month).atDay(1);
        var days = new TreeSet<LocalDate>();
        days.add(first);
        days.add(first.plusMonths(1));
        cuts.forEach(day -> days.add(first.withDayOfMonth(day)));

        Money dues = Money.zero(EUR);
        long included = 0;
        for (LocalDate from : days.headSet(days.last())) {
            LocalDate to = days.higher(from);
            dues = dues.plus(PlanDays.share(plan.flat(), from, to));
            included += PlanDays.share(plan.includedBytes(), from, to);
        }

        assertThat(dues).isEqualTo(plan.flat());
        assertThat(included).isEqualTo(includedBytes);
    }

    @Property
    void aPartIsWithinAMicroUnitOfItsShare(
            @ForAll @LongRange(min = 0, max = 1_000_000_000L) long flatMicro,
            @ForAll @IntRange(min = 1, max = 30) int from,
            @ForAll @IntRange(min = 1, max = 30) int length) {
        int to = Math.min(from + length, 31);
        Plan plan = plan(new Money(flatMicro, EUR), 0, money("0"));

        Money dues =
                PlanDays.share(
                        plan.flat(), NOVEMBER.atDay(from), NOVEMBER.atDay(1).plusDays(to - 1L));

        assertThat(Math.abs(dues.microUnits() * 30 - flatMicro * (to - from))).isLessThan(30);
    }

    @Property
    void aPriceIsNeverMoreThanTheBytesAreWorthAndLessThanAMicroUnitBelow(
            @ForAll @LongRange(min = 0, max = 10_000_000L) long perGbMicro,
            @ForAll @LongRange(min = 0, max = 100_000_000_000L) long bytes) {
        Money price = new TariffPart.Volume(0, new Money(perGbMicro, EUR)).price(bytes);

        assertThat(price.microUnits())
                .isEqualTo(Math.floorDiv(Math.multiplyExact(bytes, perGbMicro), GB));
    }

    @Example
    void petabytesDoNotOverflow() {
        assertThat(new TariffPart.Volume(0, money("0.05")).price(5_000_000_000_000_000L))
                .isEqualTo(money("250000"));
    }

    @Example
    void onlyInternetBytesAboveTheIncludedVolumeCost() {
        var days = days(plan(money("12"), 10 * GB, money("0.10")), run(1, 31, true));

        List<Charge> charges =
                days.charges(counted(new Usage(9 * GB, 3 * GB, 40 * GB, 10 * GB, 288, 2)));

        Charge.Traffic traffic = (Charge.Traffic) charges.get(1);
        assertThat(charges.getFirst().amount()).isEqualTo(money("12"));
        assertThat(traffic.amount()).isEqualTo(money("0.20"));
        assertThat(traffic.saved()).isEqualTo(money("5"));
        assertThat(traffic.usage().windows()).isEqualTo(288);
        assertThat(traffic.usage().gaps()).isEqualTo(2);
    }

    @Example
    void usageWithinTheIncludedVolumeIsShownAtZero() {
        var days = days(plan(money("12"), 10 * GB, money("0.10")), run(1, 31, true));

        List<Charge> charges = days.charges(counted(new Usage(9 * GB, GB, 0, 0, 1, 0)));

        assertThat(charges).hasSize(2);
        assertThat(charges.get(1).amount().isZero()).isTrue();
    }

    @Example
    void pausedDaysCostNoDuesAndIncludeNoVolume() {
        var days =
                days(
                        plan(money("30"), 30 * GB, money("0.10")),
                        run(1, 11, true),
                        run(11, 21, false),
                        run(21, 31, true));

        List<Charge> charges = days.charges(counted(new Usage(21 * GB, 0, 0, 0, 1, 0)));

        Charge.Dues dues = (Charge.Dues) charges.getFirst();
        assertThat(dues.amount()).isEqualTo(money("20"));
        assertThat(dues.days()).isEqualTo(20);
        assertThat(charges.get(1).amount()).isEqualTo(money("0.10"));
    }

    @Example
    void aPlanThatPaysMembersIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> plan(money("-1"), 0, money("0")));
        assertThatIllegalArgumentException().isThrownBy(() -> plan(money("1"), -1, money("0")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plan(money("1"), 0, Money.zero(Currency.getInstance("CHF"))));
    }

    private static TariffPart.Counted counted(Usage usage) {
        return new TariffPart.Counted(usage, List.of(), List.of(), 0, ZoneOffset.UTC);
    }

    private static PlanDays days(Plan plan, PlanDays.Run... runs) {
        return new PlanDays(new SiteId(UUID.randomUUID()), plan, List.of(runs));
    }

    private static PlanDays.Run run(int from, int to, boolean active) {
        return new PlanDays.Run(NOVEMBER.atDay(from), NOVEMBER.atDay(1).plusDays(to - 1L), active);
    }

    private static Plan plan(Money flat, long includedBytes, Money perGb) {
        return new Plan("home", "Home", "", LocalDate.of(2026, 1, 1), flat, includedBytes, perGb);
    }

    private static Money money(String decimal) {
        return Money.parse(decimal, EUR);
    }
}
