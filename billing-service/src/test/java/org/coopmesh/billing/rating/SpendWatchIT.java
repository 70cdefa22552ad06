package org.coopmesh.billing.rating;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.coopmesh.billing.BillingContext;
import org.coopmesh.billing.BillingContext.StandingClock;
import org.coopmesh.billing.invoice.BillsForTests;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.Posting;
import org.coopmesh.billing.ledger.Transaction;
import org.coopmesh.billing.subscription.Facts;
import org.coopmesh.billing.subscription.Facts.Someone;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Caps and wallets: what is told when, and what an hour moves. */
class SpendWatchIT {
    private static final Currency EUR = Currency.getInstance("EUR");
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final MemberId SOMEBODY = new MemberId(UUID.randomUUID());
    private static final long GB = Plan.BYTES_PER_GB;

    /** What a line of 1 Gbit/s carries in a window of five minutes. */
    private static final long WINDOW_BYTES = 1_000_000_000L / 8 * 300;

    private static final ConfigurableApplicationContext CONTEXT = BillingContext.start();
    private static final JdbcClient DB = CONTEXT.getBean(JdbcClient.class);
    private static final StandingClock CLOCK = CONTEXT.getBean(StandingClock.class);
    private static final Facts FACTS = CONTEXT.getBean(Facts.class);
    private static final SpendWatch WATCH = CONTEXT.getBean(SpendWatch.class);
    private static final Rating RATING = CONTEXT.getBean(Rating.class);
    private static final Ledger LEDGER = CONTEXT.getBean(Ledger.class);
    private static final Invoicing INVOICING = CONTEXT.getBean(Invoicing.class);

    static {
        CLOCK.set("2026-10-01T08:00:00Z");
        FACTS.constituted();
        RATING.declare(
                new Plan(
                        "metered",
                        "Metered",
                        "",
                        LocalDate.of(2026, 9, 1),
                        euros("3.10"),
                        0,
                        euros("0.10")),
                SOMEBODY);
    }

    @Example
    void aCapIsToldBeforeItIsCrossedByMoreThanAWindowAtTheRateOfTheLine() {
        CLOCK.set("2026-10-05T08:00:00Z");
        Someone anna = FACTS.joined("metered", "2026-10-01");
        WATCH.set(payer(anna), euros("20"), false, SOMEBODY);
        int windows = 0;
        while (facts(anna).isEmpty()) {
            used(anna, CLOCK.instant(), WINDOW_BYTES);
            CLOCK.set(CLOCK.instant().plusSeconds(300).toString());
            WATCH.check();
            WATCH.check(); // Told once, however often it is looked at.
            windows++;
            assertThat(windows).isLessThan(10);
        }

        Money spent = total(anna, "2026-10");
        Money window = euros("0.10").fraction(WINDOW_BYTES, GB);
        assertThat(facts(anna)).containsExactly("cap_reached");
        assertThat(spent.minus(euros("20")).exceeds(window)).isFalse();
        assertThat(spent.exceeds(euros("20"))).isTrue();

        WATCH.set(payer(anna), euros("200"), false, SOMEBODY);
        assertThat(facts(anna)).containsExactly("cap_reached", "cap_cleared");
        WATCH.set(payer(anna), euros("10"), false, SOMEBODY);
        assertThat(facts(anna)).containsExactly("cap_reached", "cap_cleared", "cap_reached");
        CLOCK.set("2026-11-01T00:10:00Z");
        WATCH.check();
        assertThat(facts(anna))
                .containsExactly("cap_reached", "cap_cleared", "cap_reached", "cap_cleared");
    }

    @Example
    void duesAloneReachNoCapAndACapBelowThemIsRefused() {
        CLOCK.set("2026-10-05T08:00:00Z");
        Someone anna = FACTS.joined("metered", "2026-10-01");

        assertThatThrownBy(() -> WATCH.set(payer(anna), euros("3.09"), false, SOMEBODY))
                .isInstanceOf(CapBelowDues.class);
        WATCH.set(payer(anna), euros("3.10"), false, SOMEBODY);
        assertThat(facts(anna)).isEmpty();
        used(anna, CLOCK.instant(), GB);
        WATCH.check();
        assertThat(facts(anna)).containsExactly("cap_reached");
    }

    @Example
    void aWalletFallsEachClosedHourOnceAndIsToldEmptyBeforeTheHourIsOver() {
        CLOCK.set("2026-10-01T09:00:00Z");
        Someone anna = FACTS.joined("metered", "2026-10-01");
        topUp(anna, "5");
        WATCH.set(payer(anna), null, true, SOMEBODY);

        // The first day's dues: 3.10 of 31 days.
        assertThat(credit(anna)).isEqualTo(euros("4.90"));
        used(anna, Instant.parse("2026-10-01T09:10:00Z"), 20 * GB);
        CLOCK.set("2026-10-01T09:30:00Z");
        WATCH.check();
        assertThat(credit(anna)).isEqualTo(euros("4.90"));
        CLOCK.set("2026-10-01T10:00:00Z");
        WATCH.check();
        WATCH.check();
        assertThat(credit(anna)).isEqualTo(euros("2.90"));
        assertThat(facts(anna)).isEmpty();

        used(anna, Instant.parse("2026-10-01T10:10:00Z"), 40 * GB);
        CLOCK.set("2026-10-01T10:20:00Z");
        WATCH.check();
        assertThat(facts(anna)).containsExactly("wallet_emptied");
        CLOCK.set("2026-10-01T11:00:00Z");
        WATCH.check();
        assertThat(credit(anna)).isEqualTo(euros("0"));

        topUp(anna, "10");
        CLOCK.set("2026-10-01T11:01:00Z");
        WATCH.check();
        assertThat(facts(anna)).containsExactly("wallet_emptied", "wallet_filled");
        CLOCK.set("2026-10-01T12:00:00Z");
        WATCH.check();
        // All that was used is paid: 0.10 and 60 GB.
        assertThat(credit(anna)).isEqualTo(euros("8.90"));
        assertThat(LEDGER.trialBalanceMicro()).isZero();
    }

    @Example
    void whatWasPaidAheadIsNotInvoicedAgainAndLaterMonthsStayPaid() {
        CLOCK.set("2026-10-31T22:30:00Z");
        Someone anna = FACTS.joined("metered", "2026-10-01");
        used(anna, Instant.parse("2026-10-10T10:00:00Z"), 10 * GB);
        topUp(anna, "50");
        WATCH.set(payer(anna), null, true, SOMEBODY);
        CLOCK.set("2026-11-01T01:00:00Z"); // two hours into November in Berlin
        WATCH.check();
        used(anna, Instant.parse("2026-10-31T10:00:00Z"), 5 * GB); // handed over late

        BillsForTests.bill(INVOICING, payer(anna), YearMonth.of(2026, 10));

        List<Map<String, Object>> lines =
                DB.sql(
                                """
                                select l.kind, l.amount_micro from bill_line l join bill b on b.id = l.bill_id
                                 where b.payer_id = :payer order by l.line
                                """)
                        .param("payer", anna.payer())
                        .query()
                        .listOfRows();
        assertThat(lines)
                .extracting(line -> line.get("kind"))
                .containsExactly("dues", "usage", "prepaid");
        assertThat(lines.get(2).get("amount_micro")).isEqualTo(-4_100_000L);
        // Only what came late is invoiced, and the wallet pays that too.
        assertThat(invoicedMicro(anna)).isEqualTo(500_000L);
        Money november = euros("3.10").fraction(1, 30);
        assertThat(credit(anna)).isEqualTo(euros("50").minus(euros("4.60")).minus(november));
        assertThat(LEDGER.balance(AccountId.unbilled(anna.payer()), EUR))
                .isEqualTo(november.negated());
        assertThat(LEDGER.trialBalanceMicro()).isZero();
    }

    @Property(tries = 15, shrinking = ShrinkingMode.OFF)
    void aWalletPaysExactlyWhatTheClosedHoursCostOrAllItHas(
            @ForAll @Size(min = 1, max = 12)
                    List<@IntRange(min = 0, max = 40_000_000) Integer> kilobytes,
            @ForAll @IntRange(min = 0, max = 30) int euros,
            @ForAll @IntRange(min = 1, max = 4) int looksEvery) {
        CLOCK.set("2026-10-24T20:00:00Z"); // over the night in which the clock falls back
        Someone anna = FACTS.joined("metered", "2026-10-01");
        if (euros > 0) {
            topUp(anna, String.valueOf(euros));
        }
        WATCH.set(payer(anna), null, true, SOMEBODY);
        for (int hour = 0; hour < kilobytes.size(); hour++) {
            used(anna, CLOCK.instant(), kilobytes.get(hour) * 1_000L);
            CLOCK.set(CLOCK.instant().plus(1, ChronoUnit.HOURS).toString());
            if (hour % looksEvery == 0 || hour == kilobytes.size() - 1) {
                WATCH.check();
            }
        }

        LocalDate day = LocalDate.ofInstant(CLOCK.instant().minusSeconds(1), BERLIN);
        Money cost =
                RATING.total(
                                payer(anna),
                                LocalDate.of(2026, 10, 1),
                                day.plusDays(1),
                                CLOCK.instant())
                        .orElseThrow();
        Money paid = new Money(euros * 1_000_000L, EUR);
        assertThat(paid.minus(credit(anna))).isEqualTo(cost.min(paid));
        assertThat(LEDGER.trialBalanceMicro()).isZero();
        assertThat(facts(anna).size()).isLessThanOrEqualTo(1);
    }

    private static void topUp(Someone someone, String amount) {
        LEDGER.post(
                new Transaction(
                        CLOCK.instant(),
                        "top-up",
                        List.of(
                                new Posting(
                                        AccountId.wallet(someone.payer()),
                                        AccountId.BANK,
                                        euros(amount)))));
    }

    private static void used(Someone someone, Instant at, long bytes) {
        DB.sql(
                        """
                        insert into usage_hour as h (attachment_id, hour, node_id, own, internet_bytes_down, internet_bytes_up,
                                                local_bytes_down, local_bytes_up, windows)
                        values (:attachment, :hour, decode(repeat('ab', 32), 'hex'), true, :bytes, 0, 0, 0, 1)
                        on conflict (attachment_id, hour, node_id, own) do update
                        set internet_bytes_down = h.internet_bytes_down + excluded.internet_bytes_down, windows = h.windows + 1
                        """)
                .param("attachment", someone.attachment())
                .param("hour", at.truncatedTo(ChronoUnit.HOURS).atOffset(ZoneOffset.UTC))
                .param("bytes", bytes)
                .update();
    }

    private static Money total(Someone someone, String month) {
        return RATING.charges(payer(someone), YearMonth.parse(month)).stream()
                .map(Charge::amount)
                .reduce(Money.zero(EUR), Money::plus);
    }

    private static Money credit(Someone someone) {
        return LEDGER.balance(AccountId.wallet(someone.payer()), EUR).negated();
    }

    private static long invoicedMicro(Someone someone) {
        return DB.sql(
                        """
                        select coalesce(sum(total_micro), 0)::bigint from invoice where payer_id = :payer
                        """)
                .param("payer", someone.payer())
                .query(Long.class)
                .single();
    }

    private static List<String> facts(Someone someone) {
        return DB
                .sql(
                        "select type from outbox where key = :payer and topic like '%spend%' order by id")
                .param("payer", someone.payer().toString())
                .query(String.class)
                .list()
                .stream()
                .map(type -> type.substring(type.lastIndexOf('.') + 1))
                .toList();
    }

    private static PayerId payer(Someone someone) {
        return new PayerId(someone.payer());
    }

    private static Money euros(String decimal) {
        return Money.parse(decimal, EUR);
    }
}
