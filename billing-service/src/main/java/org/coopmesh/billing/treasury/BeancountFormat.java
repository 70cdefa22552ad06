package org.coopmesh.billing.treasury;

import java.io.IOException;
import java.io.Writer;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Currency;
import java.util.UUID;
import org.coopmesh.billing.ledger.WrittenTransaction;

/** A ledger of Beancount. */
final class BeancountFormat extends PlainTextFormat {
    private final Currency currency;

    BeancountFormat(Writer out, Names names, ZoneId zone, Currency currency) {
        super(out, names, zone, "  ");
        this.currency = currency;
    }

    @Override
    public void begin() throws IOException {
        out.write("option \"operating_currency\" \"%s\"\n\n".formatted(currency));
    }

    @Override
    public void account(WrittenTransaction.Account account) throws IOException {
        out.write("1970-01-01 open " + name(account) + "\n");
    }

    @Override
    String heading(LocalDate on, String what, UUID id) {
        return "%s * \"%s\"\n  id: \"%s\"".formatted(on, what, id);
    }

    @Override
    String happened(LocalDate on) {
        return "happened: " + on;
    }
}
