package org.coopmesh.billing.treasury;

import java.io.IOException;
import java.io.Writer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.UUID;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.WrittenTransaction;

/** What the two formats of plain text accounting have in common: a heading for each transaction, and a line for each entry. */
abstract sealed class PlainTextFormat implements BookFormat permits BeancountFormat, HledgerFormat {
    final Writer out;
    private final Names names;
    private final ZoneId zone;
    private final String indent;

    PlainTextFormat(Writer out, Names names, ZoneId zone, String indent) {
        this.out = out;
        this.names = names;
        this.zone = zone;
        this.indent = indent;
    }

    /**
     * The line that opens a transaction, and what else belongs to it.
     *
     * @param what empty where persons are not to be told
     */
    abstract String heading(LocalDate on, String what, UUID id);

    /** That it happened before it took effect. */
    abstract String happened(LocalDate on);

    @Override
    public void transaction(WrittenTransaction written) throws IOException {
        String what = names == Names.PAYERS ? PlainTextAccounts.text(written.what()) : "";
        out.write("\n" + heading(day(written.effectiveAt()), what, written.id().value()) + "\n");
        Instant happenedAt = written.happenedAt();
        if (happenedAt != null) {
            out.write(indent + happened(day(happenedAt)) + "\n");
        }
        for (WrittenTransaction.Line line : written.lines()) {
            entry(line.from(), line.amount().negated());
            entry(line.to(), line.amount());
        }
    }

    private void entry(WrittenTransaction.Account account, Money amount) throws IOException {
        out.write(
                "%s%s  %s %s\n"
                        .formatted(indent, name(account), amount.decimal(), amount.currency()));
    }

    String name(WrittenTransaction.Account account) {
        return PlainTextAccounts.name(account, names);
    }

    private LocalDate day(Instant instant) {
        return instant.atZone(zone).toLocalDate();
    }
}
