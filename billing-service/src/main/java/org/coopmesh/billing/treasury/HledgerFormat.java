package org.coopmesh.billing.treasury;

import java.io.IOException;
import java.io.Writer;
import java.time.ZoneId;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.WrittenTransaction;

/** A journal of hledger. */
final class HledgerFormat implements BookFormat {
    private final Writer out;
    private final Names names;
    private final ZoneId zone;

    HledgerFormat(Writer out, Names names, ZoneId zone) {
        this.out = out;
        this.names = names;
        this.zone = zone;
    }

    @Override
    public void begin() throws IOException {
        // Or 1.250 might be read as one thousand two hundred and fifty.
        out.write("decimal-mark .\n\n");
    }

    @Override
    public void account(WrittenTransaction.Account account) throws IOException {
        out.write("account " + PlainTextAccounts.name(account, names) + "\n");
    }

    @Override
    public void transaction(WrittenTransaction written) throws IOException {
        out.write(
                "\n%s * (%s) %s\n"
                        .formatted(
                                written.effectiveAt().atZone(zone).toLocalDate(),
                                written.id().value(),
                                names == Names.PAYERS
                                        ? PlainTextAccounts.text(written.what())
                                        : ""));
        if (written.happenedAt() != null) {
            out.write(
                    "    ; happened:%s\n"
                            .formatted(written.happenedAt().atZone(zone).toLocalDate()));
        }
        for (WrittenTransaction.Line line : written.lines()) {
            posting(line.from(), line.amount().negated());
            posting(line.to(), line.amount());
        }
    }

    private void posting(WrittenTransaction.Account account, Money amount) throws IOException {
        out.write(
                "    %s  %s %s\n"
                        .formatted(
                                PlainTextAccounts.name(account, names),
                                amount.decimal(),
                                amount.currency()));
    }
}
