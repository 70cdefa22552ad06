package org.coopmesh.billing.invoice;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Currency;
import java.util.List;
import java.util.UUID;
import org.coopmesh.billing.BillingContext;
import org.coopmesh.billing.BillingContext.StandingClock;
import org.coopmesh.billing.BillingService;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.rating.Charge;
import org.coopmesh.billing.rating.Plan;
import org.coopmesh.billing.rating.Rating;
import org.coopmesh.billing.rating.TariffPart;
import org.coopmesh.billing.subscription.Facts;
import org.coopmesh.billing.subscription.Facts.Someone;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.contracts.membership.v1.CoopEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Months that close over a change of the clock or of the year, and money without or with three decimals. */
@SpringBootTest(classes = BillingService.class, webEnvironment = SpringBootTest.WebEnvironment.MOCK)
@Import(BillingContext.class)
class CalendarIT {
    private static final long GB = Plan.BYTES_PER_GB;
    private static final MemberId BOARD = new MemberId(UUID.randomUUID());

    @Autowired StandingClock clock;
    @Autowired Facts facts;
    @Autowired Rating rating;
    @Autowired Invoicing invoicing;
    @Autowired Invoices invoices;
    @Autowired Ledger ledger;
    @Autowired JdbcClient db;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        BillingContext.alone(registry);
    }

    /** The last hour of each month by the clock in Madrid, and the first of the next. */
    @ParameterizedTest
    @CsvSource({
        "2027-03, 2027-03-31T21:00:00Z, 2027-03-31T22:00:00Z", // Summer time since the 28th.
        "2027-02, 2027-02-28T22:00:00Z, 2027-02-28T23:00:00Z",
        "2027-10, 2027-10-31T22:00:00Z, 2027-10-31T23:00:00Z", // The clock went back that very day.
        "2027-12, 2027-12-31T22:00:00Z, 2027-12-31T23:00:00Z"
    })
    void aMonthClosesAtMidnightOfTheCoop(YearMonth month, String lastHour, String nextHour) {
        coop("EUR");
        String code = declare(new TariffPart.Volume(0, euros("1")));
        Someone anna = facts.joined(code, "2027-01-01");
        used(anna, lastHour, GB);
        used(anna, nextHour, 10 * GB);

        bill(anna, month);
        bill(anna, month.plusMonths(1));

        assertThat(all(anna))
                .extracting(each -> each.heading().total())
                .containsExactly(euros("1"), euros("10"));
    }

    @ParameterizedTest
    @CsvSource({"2027-03, 743, 37", "2027-10, 745, 37", "2027-12, 744, 37", "2027-02, 672, 33"})
    void aPercentileHasTheHoursThatTheMonthHas(YearMonth month, int hours, int dropped) {
        coop("EUR");
        String code =
                declare(
                        new TariffPart.Percentile(
                                0, euros("1"), TariffPart.Percentile.Direction.PERCENTILE_OF_SUM));
        Someone anna = facts.joined(code, "2027-01-01");
        used(anna, month.atDay(15) + "T10:00:00Z", GB);
        clock.set(month.plusMonths(1).atDay(2) + "T00:00:00Z");

        List<Charge> charges = rating.charges(payer(anna), month);

        assertThat(charges).hasSize(1);
        Charge.Peak peak = (Charge.Peak) charges.getFirst();
        assertThat(peak.samples()).isEqualTo(hours);
        assertThat(peak.dropped()).isEqualTo(dropped);
    }

    @Test
    void anInvoiceOfTheFirstMinutesOfAYearIsOfThatYear() {
        coop("EUR");
        String code = declare(new TariffPart.Flat(euros("5")));
        Someone anna = facts.joined(code, "2027-11-01");
        clock.set("2027-12-31T22:59:59Z");
        BillsForTests.bill(invoicing, payer(anna), YearMonth.of(2027, 11));
        clock.set("2027-12-31T23:00:00Z");

        BillsForTests.bill(invoicing, payer(anna), YearMonth.of(2027, 12));

        Invoice.Heading old = all(anna).getFirst().heading();
        assertThat(old.number()).startsWith("2027-");
        assertThat(old.issuedOn()).isEqualTo(LocalDate.of(2027, 12, 31));
        Invoice.Heading fresh = all(anna).getLast().heading();
        assertThat(fresh.number()).isEqualTo("2028-000001");
        assertThat(fresh.issuedOn()).isEqualTo(LocalDate.of(2028, 1, 1));
        assertThat(fresh.dueOn()).isEqualTo(LocalDate.of(2028, 1, 15));
    }

    /** 1.234567 a month: what the coins cannot say is carried until it is a coin. */
    @ParameterizedTest
    @CsvSource({
        "JPY, 1, 1, 1, 0.938268",
        "KWD, 1.234, 1.235, 1.234, 0.000268",
        "EUR, 1.23, 1.23, 1.24, 0.008268"
    })
    void moneyOfAnyNumberOfDecimalsIsInvoicedInWholeCoinsAndTheRestCarried(
            String code, String first, String second, String third, String carriedAfterFour) {
        emptyBook();
        coop(code);
        var currency = Currency.getInstance(code);
        String plan = declare(new TariffPart.Flat(Money.parse("1.234567", currency)));
        Someone anna = facts.joined(plan, "2027-01-01");

        for (int month = 1; month <= 4; month++) bill(anna, YearMonth.of(2027, month));

        List<Invoice> all = all(anna);
        assertThat(all.subList(0, 3))
                .extracting(each -> each.heading().total())
                .containsExactly(
                        Money.parse(first, currency),
                        Money.parse(second, currency),
                        Money.parse(third, currency));
        assertThat(all).allMatch(each -> each.heading().total().isWholeMinor());
        assertThat(ledger.balance(AccountId.unbilled(anna.payer()), currency))
                .isEqualTo(Money.parse(carriedAfterFour, currency));
        assertThat(ledger.trialBalanceMicro()).isZero();
        for (int month = 1; month <= 4; month++) {
            assertThat(invoicing.redraw(List.of(payer(anna)), YearMonth.of(2027, month)))
                    .hasSize(1)
                    .allMatch(Invoicing.Redrawn::same);
        }
    }

    /** Accounts have one currency. Append-only is what the service promises; a test may begin anew. */
    private void emptyBook() {
        List<String> tables = List.of("ledger_entry", "ledger_transaction", "ledger_account");
        tables.forEach(table -> db.sql("alter table " + table + " disable trigger user").update());
        db.sql("truncate " + String.join(", ", tables) + " cascade").update();
        tables.forEach(table -> db.sql("alter table " + table + " enable trigger user").update());
    }

    private void coop(String currency) {
        clock.set("2026-12-01T08:00:00Z");
        db.sql("truncate coop").update();
        CoopEvent.Builder event = Facts.constituted(clock.instant()).toBuilder();
        event.getConstitutedBuilder().setCurrency(currency).setTimeZone("Europe/Madrid");
        facts.hear(event.build());
    }

    private String declare(TariffPart part) {
        String code = "p" + UUID.randomUUID().toString().substring(0, 30);
        rating.declare(
                new Plan(
                        code,
                        code,
                        "",
                        LocalDate.of(2026, 1, 1),
                        part.prices().getFirst().currency(),
                        List.of(part)),
                BOARD);
        return code;
    }

    private void bill(Someone someone, YearMonth month) {
        clock.set(month.plusMonths(1).atDay(2) + "T08:00:00Z");
        BillsForTests.bill(invoicing, payer(someone), month);
    }

    private void used(Someone someone, String hour, long bytes) {
        db.sql(
                        """
                        insert into usage_hour (attachment_id, hour, node_id, own, internet_bytes_down, internet_bytes_up,
                                                local_bytes_down, local_bytes_up, windows)
                        values (:attachment, :hour, decode(repeat('ab', 32), 'hex'), true, :bytes, 0, 0, 0, 12)
                        """)
                .param("attachment", someone.attachment())
                .param("hour", Instant.parse(hour).atOffset(ZoneOffset.UTC))
                .param("bytes", bytes)
                .update();
    }

    private List<Invoice> all(Someone someone) {
        return invoices.list(List.of(payer(someone)), List.of(), "", "9999", 1, 100).reversed();
    }

    private static PayerId payer(Someone someone) {
        return new PayerId(someone.payer());
    }

    private static Money euros(String decimal) {
        return Money.parse(decimal, Currency.getInstance("EUR"));
    }
}
