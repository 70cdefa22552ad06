package org.coopmesh.billing.treasury;

import java.io.IOException;
import java.io.Writer;
import java.time.ZoneId;
import java.util.Currency;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.WrittenTransaction;

/** A ledger of Beancount. */
final class BeancountFormat implements BookFormat {
    private final Writer out;
    private final Names names;
    private final ZoneId zone;
    private final Currency currency;

    BeancountFormat(Writer out, Names names, ZoneId zone, Currency currency) {
        this.out = out;
        this.names = names;
        this.zone = zone;
        this.currency = currency;
    }

    @Override
    public void begin() throws IOException {
        out.write("option \"operating_currency\" \"%s\"\n\n".formatted(currency));
    }

    @Override
    public void account(WrittenTransaction.Account account) throws IOException {
        out.write("1970-01-01 open %s\n".formatted(PlainTextAccounts.name(account, names)));
    }

    @Override
    public void transaction(WrittenTransaction written) throws IOException {
        out.write(
                "\n%s * \"%s\"\n  id: \"%s\"\n"
                        .formatted(
                                written.effectiveAt().atZone(zone).toLocalDate(),
                                names == Names.PAYERS ? PlainTextAccounts.text(written.what()) : "",
                                written.id().value()));
        if (written.happenedAt() != null) {
            out.write(
                    "  happened: %s\n".formatted(written.happenedAt().atZone(zone).toLocalDate()));
        }
        for (WrittenTransaction.Line line : written.lines()) {
            posting(line.from(), line.amount().negated());
            posting(line.to(), line.amount());
        }
    }

    private void posting(WrittenTransaction.Account account, Money amount) throws IOException {
        out.write(
                "  %s  %s %s\n"
                        .formatted(
                                PlainTextAccounts.name(account, names),
                                amount.decimal(),
                                amount.currency()));
    }
}
