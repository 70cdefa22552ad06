package org.coopmesh.billing.invoice;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Currency;
import java.util.List;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.coopmesh.billing.invoice.BillLine.Billed;
import org.coopmesh.billing.invoice.BillLine.Kind;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.metering.Usage;
import org.coopmesh.billing.rating.Charge;
import org.coopmesh.billing.subscription.SiteId;

class BillTest {
    private static final Currency EUR = Currency.getInstance("EUR");
    private static final YearMonth OCTOBER = YearMonth.of(2026, 10);
    private static final SiteId SITE = new SiteId(UUID.randomUUID());

    @Provide
    Arbitrary<Currency> currencies() {
        return Arbitraries.of("EUR", "JPY", "KWD", "BHD").map(Currency::getInstance);
    }

    @Property
    void nothingIsLostAndNothingIsMadeOverAnyRunOfBillsInMoneyOfAnyNumberOfDecimals(
            @ForAll("currencies") Currency currency,
            @ForAll @Size(max = 24)
                    List<@LongRange(min = 0, max = 50_000_000L) Long> monthlyMicro) {
        long coin = (long) Math.pow(10, 6 - currency.getDefaultFractionDigits());
        long charged = 0;
        long invoiced = 0;
        Money carried = Money.zero(currency);
        YearMonth month = OCTOBER;
        for (long micro : monthlyMicro) {
            Bill bill =
                    Bill.draw(
                            month,
                            List.of(traffic(month, 1, new Money(micro, currency))),
                            List.of(),
                            List.of(),
                            Money.zero(currency),
                            carried);
            Money lines =
                    bill.lines().stream()
                            .map(BillLine::amount)
                            .reduce(Money.zero(currency), Money::plus);
            assertThat(lines).isEqualTo(bill.total());
            assertThat(bill.total().microUnits() % coin).isZero();
            charged += micro;
            invoiced += bill.total().microUnits();
            carried = carried.plus(new Money(micro, currency)).minus(bill.total());
            month = month.plusMonths(1);
        }

        assertThat(charged - invoiced).isEqualTo(carried.microUnits()).isBetween(0L, coin - 1);
    }

    @Example
    void theRemainderIsCarriedInAndOut() {
        Bill bill =
                Bill.draw(
                        OCTOBER,
                        List.of(traffic(OCTOBER, 1, 1_234_567)),
                        List.of(),
                        List.of(),
                        Money.zero(EUR),
                        new Money(9_000, EUR));

        assertThat(bill.total()).isEqualTo(new Money(1_240_000, EUR));
        assertThat(bill.lines().stream().map(BillLine::kind))
                .containsExactly(Kind.USAGE, Kind.CARRIED, Kind.CARRIED);
        assertThat(bill.lines().getLast().amount()).isEqualTo(new Money(-3_567, EUR));
    }

    @Example
    void lateReportsOfAClosedMonthBecomeAnAdjustmentOfTheDifference() {
        YearMonth september = OCTOBER.minusMonths(1);
        Bill bill =
                Bill.draw(
                        OCTOBER,
                        List.of(
                                traffic(september, 5_000, 5_000_000),
                                traffic(OCTOBER, 1_000, 1_000_000)),
                        List.of(billed(september, 3_000, 3_000_000)),
                        List.of(),
                        Money.zero(EUR),
                        Money.zero(EUR));

        BillLine adjustment = bill.lines().getFirst();
        assertThat(adjustment.kind()).isEqualTo(Kind.ADJUSTMENT);
        assertThat(adjustment.internetBytes()).isEqualTo(2_000);
        assertThat(adjustment.amount()).isEqualTo(new Money(2_000_000, EUR));
        assertThat(bill.total()).isEqualTo(new Money(3_000_000, EUR));
    }

    @Example
    void whatIsBilledAndUnchangedIsNotBilledAgain() {
        assertThat(
                        Bill.news(
                                OCTOBER,
                                List.of(traffic(OCTOBER, 3_000, 3_000_000)),
                                List.of(billed(OCTOBER, 3_000, 3_000_000))))
                .isEmpty();
    }

    @Example
    void aChargeThatIsNoMoreIsTakenBackAndTheSumGivenBack() {
        Bill bill =
                Bill.draw(
                        OCTOBER,
                        List.of(),
                        List.of(billed(OCTOBER.minusMonths(1), 3_000, 3_005_000)),
                        List.of(),
                        Money.zero(EUR),
                        Money.zero(EUR));

        assertThat(bill.total()).isEqualTo(new Money(-3_000_000, EUR));
        assertThat(bill.lines()).hasSize(2);
        assertThat(bill.lines().getLast().amount()).isEqualTo(new Money(5_000, EUR));
    }

    private static Charge traffic(YearMonth month, long bytes, long micro) {
        return traffic(month, bytes, new Money(micro, EUR));
    }

    private static Charge traffic(YearMonth month, long bytes, Money amount) {
        return new Charge.Traffic(
                key(month),
                month.atDay(1),
                month.plusMonths(1).atDay(1),
                new Usage(bytes, 0, 0, 0, 1, 0),
                0,
                new Money(1_000_000, amount.currency()),
                Money.zero(amount.currency()),
                amount);
    }

    private static Billed billed(YearMonth month, long bytes, long micro) {
        return new Billed(
                key(month),
                month.atDay(1),
                month.plusMonths(1).atDay(1),
                0,
                bytes,
                0,
                0,
                new Money(1_000_000, EUR),
                Money.zero(EUR),
                new Money(micro, EUR),
                1,
                0,
                0);
    }

    private static Charge.Key key(YearMonth month) {
        return new Charge.Key(Charge.Kind.USAGE, SITE, "home", LocalDate.of(2026, 1, 1), month);
    }
}
