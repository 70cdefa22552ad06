package org.coopmesh.billing.treasury;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.YearMonth;
import java.util.Currency;
import java.util.List;
import org.coopmesh.billing.ledger.AccountId.Kind;
import org.coopmesh.billing.ledger.Flow;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.MoneyView;
import org.coopmesh.billing.subscription.Coop;
import org.coopmesh.billing.subscription.PayerRegister;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The co-op's money at a glance. */
@RestController
class TreasuryController {
    private final Ledger ledger;
    private final PayerRegister register;
    private final Clock clock;

    TreasuryController(Ledger ledger, PayerRegister register, Clock clock) {
        this.ledger = ledger;
        this.register = register;
        this.clock = clock;
    }

    record PurposeView(String purpose, MoneyView amount) {}

    /**
     * @param bank money at the bank and in the till
     * @param receivable invoiced and not yet paid
     * @param unbilled charged and not yet invoiced
     * @param credit held for payers
     * @param income earned since the beginning
     */
    record TreasuryView(
            Instant asOf,
            MoneyView bank,
            MoneyView receivable,
            MoneyView unbilled,
            MoneyView credit,
            MoneyView income,
            MoneyView reserve,
            List<PurposeView> byPurpose) {}

    @GetMapping("/api/treasury")
    @PreAuthorize("hasAnyRole('member', 'treasurer', 'board')")
    TreasuryView treasury() {
        Currency currency = register.coop().currency();
        Money dues = ledger.total(Kind.INCOME_DUES, currency).negated();
        Money usage = ledger.total(Kind.INCOME_USAGE, currency).negated();
        return new TreasuryView(
                clock.instant(),
                MoneyView.of(
                        ledger.total(Kind.BANK, currency).plus(ledger.total(Kind.CASH, currency))),
                MoneyView.of(ledger.total(Kind.RECEIVABLE, currency)),
                MoneyView.of(ledger.total(Kind.UNBILLED, currency)),
                MoneyView.of(ledger.total(Kind.WALLET, currency).negated()),
                MoneyView.of(dues.plus(usage)),
                MoneyView.of(ledger.total(Kind.RESERVE, currency)),
                List.of(
                        new PurposeView("dues", MoneyView.of(dues)),
                        new PurposeView("usage", MoneyView.of(usage)),
                        new PurposeView(
                                "writtenOff",
                                MoneyView.of(ledger.total(Kind.WRITTEN_OFF, currency).negated())),
                        new PurposeView(
                                "credited",
                                MoneyView.of(ledger.total(Kind.CREDITED, currency).negated()))));
    }

    record RowView(String purpose, @Nullable MoneyView amount) {}

    /** Amounts are null where fewer than three payers stand behind them. */
    record MonthView(
            YearMonth month,
            @Nullable MoneyView in,
            @Nullable MoneyView out,
            List<RowView> inByPurpose,
            List<RowView> outByPurpose) {}

    /**
     * @param runwayMonths for how many months bank and till last at the average outgoings of the last six; null if nothing went out
     */
    record OpenBooksView(Instant asOf, List<MonthView> months, @Nullable String runwayMonths) {}

    /** What came in and went out of bank and till by month and purpose, and how long it lasts. */
    @GetMapping("/api/treasury/open-books")
    @PreAuthorize("hasAnyRole('member', 'treasurer', 'board')")
    OpenBooksView openBooks(@RequestParam(defaultValue = "13") @Min(1) @Max(36) int months) {
        Coop coop = register.coop();
        Instant now = clock.instant();
        YearMonth current = YearMonth.from(coop.dayAt(now));
        List<Flow> flows =
                ledger.flows(
                        coop.startOf(current.minusMonths(Math.max(months, 7)).atDay(1)),
                        coop.zone());
        Money money =
                ledger.total(Kind.BANK, coop.currency())
                        .plus(ledger.total(Kind.CASH, coop.currency()));
        return new OpenBooksView(
                now,
                OpenBooks.months(flows, coop.currency()).stream()
                        .filter(m -> m.month().isAfter(current.minusMonths(months)))
                        .map(m ->
                                new MonthView(
                                        m.month(),
                                        view(m.in()),
                                        view(m.out()),
                                        rows(m.inByPurpose()),
                                        rows(m.outByPurpose())))
                        .toList(),
                OpenBooks.runway(money, flows, current)
                        .map(BigDecimal::toPlainString)
                        .orElse(null));
    }

    private static List<RowView> rows(List<OpenBooks.Row> rows) {
        return rows.stream().map(row -> new RowView(row.purpose(), view(row.amount()))).toList();
    }

    private static @Nullable MoneyView view(@Nullable Money money) {
        return money == null ? null : MoneyView.of(money);
    }
}
