package org.coopmesh.billing.treasury;

import java.io.IOException;
import java.io.Writer;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.UUID;
import org.coopmesh.billing.ledger.WrittenTransaction;

/** A journal of hledger. */
final class HledgerFormat extends PlainTextFormat {
    HledgerFormat(Writer out, Names names, ZoneId zone) {
        super(out, names, zone, "    ");
    }

    @Override
    public void begin() throws IOException {
        // Or 1.250 might be read as one thousand two hundred and fifty.
        out.write("decimal-mark .\n\n");
    }

    @Override
    public void account(WrittenTransaction.Account account) throws IOException {
        out.write("account " + name(account) + "\n");
    }

    @Override
    String heading(LocalDate on, String what, UUID id) {
        return "%s * (%s) %s".formatted(on, id, what);
    }

    @Override
    String happened(LocalDate on) {
        return "; happened:" + on;
    }
}
