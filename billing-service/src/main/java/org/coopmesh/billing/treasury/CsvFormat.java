package org.coopmesh.billing.treasury;

import java.io.IOException;
import java.io.Writer;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.coopmesh.billing.ledger.TransactionId;
import org.coopmesh.billing.ledger.WrittenTransaction;

/** One posting a row, RFC 4180, and nothing in it that a spreadsheet would take for a formula. */
final class CsvFormat implements BookFormat {
    private final Writer out;
    private final Names names;
    private final ZoneId zone;

    CsvFormat(Writer out, Names names, ZoneId zone) {
        this.out = out;
        this.names = names;
        this.zone = zone;
    }

    @Override
    public void begin() throws IOException {
        row(
                "date",
                "happened",
                "recorded",
                "transaction",
                "line",
                "from",
                "to",
                "amount",
                "currency",
                "what",
                "reverses");
    }

    @Override
    public void account(WrittenTransaction.Account account) {}

    @Override
    public void transaction(WrittenTransaction written) throws IOException {
        TransactionId reverses = written.reverses();
        List<WrittenTransaction.Line> lines = written.lines();
        for (int i = 0; i < lines.size(); i++) {
            WrittenTransaction.Line line = lines.get(i);
            row(
                    written.effectiveAt().atZone(zone).toLocalDate().toString(),
                    written.happenedAt() == null
                            ? ""
                            : written.happenedAt().atZone(zone).toLocalDate().toString(),
                    written.recordedAt().toString(),
                    written.id().value().toString(),
                    String.valueOf(i + 1),
                    names.of(line.from()),
                    names.of(line.to()),
                    line.amount().decimal(),
                    line.amount().currency().getCurrencyCode(),
                    names == Names.PAYERS ? written.what() : "",
                    reverses == null ? "" : reverses.value().toString());
        }
    }

    private void row(String... fields) throws IOException {
        out.write(Arrays.stream(fields).map(CsvFormat::field).collect(Collectors.joining(",")));
        out.write("\r\n");
    }

    /** A field that begins like a formula gets an apostrophe before it, as spreadsheets themselves write text. */
    static String field(String text) {
        boolean formula = !text.isEmpty() && "=+-@\t\r\n|%".indexOf(text.charAt(0)) >= 0;
        String safe = formula ? "'" + text : text;
        return safe.matches("[^\",\r\n;']*") ? safe : '"' + safe.replace("\"", "\"\"") + '"';
    }
}
