package org.coopmesh.billing.treasury;

import java.time.Clock;
import java.time.Instant;
import java.util.Currency;
import java.util.List;
import org.coopmesh.billing.ledger.AccountId.Kind;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.MoneyView;
import org.coopmesh.billing.subscription.PayerRegister;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
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
                                MoneyView.of(ledger.total(Kind.WRITTEN_OFF, currency).negated()))));
    }
}
