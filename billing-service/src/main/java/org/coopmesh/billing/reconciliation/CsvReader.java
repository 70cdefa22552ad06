package org.coopmesh.billing.reconciliation;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.ArrayList;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.reconciliation.BankStatement.Kind;
import org.jspecify.annotations.Nullable;

/** Reads CSV by a mapping, and proposes one for a file never seen. Quoted fields may hold delimiters and line ends (RFC 4180). */
final class CsvReader {
    private static final int COLUMNS_MAX = 200;
    private static final int GUESS_LINES = 30;
    private static final Pattern RETURNED =
            Pattern.compile(
                    "\\b(r(ue|ü)ck(gabe|lastschrift|buchung|überweisung)|returned|return|devoluci[oó]n?|retorn|rejet|impay[eé])\\b",
                    Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
    private static final Pattern REASON =
            Pattern.compile("\\b([A-Z]{2}[0-9]{2}|CUST|CNST|DNOR|CNOR|FOCR|TECH|UPAY|DUPL)\\b");

    /** Words of head lines in the languages of the co-ops we know. */
    private static final Map<String, List<String>> WORDS =
            Map.ofEntries(
                    Map.entry(
                            "bookedOn",
                            List.of(
                                    "buchungstag",
                                    "buchungsdatum",
                                    "buchung",
                                    "booking date",
                                    "booked",
                                    "date",
                                    "datum",
                                    "fecha",
                                    "fecha operacion",
                                    "data",
                                    "data operacio",
                                    "date operation",
                                    "date de comptabilisation",
                                    "transaction date")),
                    Map.entry(
                            "valueOn",
                            List.of(
                                    "valuta",
                                    "valutadatum",
                                    "wertstellung",
                                    "value date",
                                    "fecha valor",
                                    "data valor",
                                    "date de valeur",
                                    "date valeur")),
                    Map.entry(
                            "amount",
                            List.of(
                                    "betrag",
                                    "umsatz",
                                    "betrag (eur)",
                                    "amount",
                                    "amount (eur)",
                                    "importe",
                                    "import",
                                    "montant",
                                    "bedrag")),
                    Map.entry(
                            "credit",
                            List.of(
                                    "haben",
                                    "credit",
                                    "gutschrift",
                                    "abono",
                                    "haber",
                                    "abonament",
                                    "paid in",
                                    "money in")),
                    Map.entry(
                            "debit",
                            List.of(
                                    "soll",
                                    "debit",
                                    "lastschrift",
                                    "belastung",
                                    "cargo",
                                    "debe",
                                    "carrec",
                                    "paid out",
                                    "money out")),
                    Map.entry(
                            "currency",
                            List.of(
                                    "waehrung",
                                    "währung",
                                    "currency",
                                    "divisa",
                                    "moneda",
                                    "devise",
                                    "ccy",
                                    "munt")),
                    Map.entry(
                            "name",
                            List.of(
                                    "name",
                                    "beguenstigter/zahlungspflichtiger",
                                    "auftraggeber/empfänger",
                                    "name zahlungsbeteiligter",
                                    "empfänger",
                                    "payee",
                                    "counterparty",
                                    "payer",
                                    "ordenante",
                                    "ordenant",
                                    "beneficiario",
                                    "nombre",
                                    "nom",
                                    "tiers",
                                    "naam")),
                    Map.entry(
                            "iban",
                            List.of(
                                    "iban",
                                    "kontonummer/iban",
                                    "iban zahlungsbeteiligter",
                                    "account",
                                    "cuenta",
                                    "compte",
                                    "counterparty iban",
                                    "tegenrekening")),
                    Map.entry(
                            "text",
                            List.of(
                                    "verwendungszweck",
                                    "buchungstext",
                                    "remittance",
                                    "remittance information",
                                    "description",
                                    "details",
                                    "reference text",
                                    "concepto",
                                    "concepte",
                                    "libelle",
                                    "libellé",
                                    "motif",
                                    "omschrijving",
                                    "message")),
                    Map.entry(
                            "reference",
                            List.of(
                                    "creditor reference",
                                    "structured reference",
                                    "referenz",
                                    "rf")),
                    Map.entry(
                            "endToEndId",
                            List.of(
                                    "kundenreferenz",
                                    "kundenreferenz (end-to-end)",
                                    "end-to-end id",
                                    "end to end id",
                                    "endtoendid",
                                    "ende-zu-ende-referenz")),
                    Map.entry(
                            "bankReference",
                            List.of(
                                    "bankreferenz",
                                    "bank reference",
                                    "transaction id",
                                    "referencia",
                                    "referencia banco")));

    private CsvReader() {}

    private record Row(int line, List<String> cells) {}

    /**
     * @throws BankFileRefused if it does not follow the mapping
     */
    static List<BankStatement> read(byte[] file, CsvMapping mapping, Currency currency) {
        FileLimits.bytes(file);
        List<Row> rows =
                rows(
                        Encoding.text(file, Charset.forName(mapping.charset())),
                        mapping.delimiter().charAt(0),
                        FileLimits.PARTS_MAX + mapping.headLines() + 1);
        if (rows.size() <= mapping.headLines()) {
            throw new BankFileRefused(
                    0, "entries", "no entry after " + mapping.headLines() + " head lines");
        }
        Map<String, Integer> columns = columns(rows, mapping.headLines());
        DateTimeFormatter days = days(mapping.dateFormat());
        var entries = new ArrayList<BankEntry>();
        for (Row row : rows.subList(mapping.headLines(), rows.size())) {
            if (entries.size() == FileLimits.PARTS_MAX) {
                throw new BankFileRefused(
                        row.line, "entries", "more than " + FileLimits.PARTS_MAX + " entries");
            }
            BankEntry entry = entry(row, mapping, columns, days, currency);
            if (entry != null) entries.add(entry);
        }
        if (entries.isEmpty()) throw new BankFileRefused(0, "entries", "no entry in the file");
        return List.of(
                new BankStatement(
                        1, Kind.LIST, null, currency, null, null, null, null, null, null, entries));
    }

    private static DateTimeFormatter days(String format) {
        try {
            return DateTimeFormatter.ofPattern(
                            format.replace("yyyy", "uuuu").replace("yy", "uu"), Locale.ROOT)
                    .withResolverStyle(ResolverStyle.STRICT);
        } catch (IllegalArgumentException malformed) {
            throw new CsvMappingRefused("dateFormat", "such as dd.MM.yyyy");
        }
    }

    private static Map<String, Integer> columns(List<Row> rows, int headLines) {
        var columns = new HashMap<String, Integer>();
        for (int i = 0; i < COLUMNS_MAX; i++) columns.put(String.valueOf(i + 1), i);
        if (headLines > 0) {
            List<String> head = rows.get(headLines - 1).cells;
            for (int i = head.size() - 1; i >= 0; i--) columns.put(head.get(i).strip(), i);
        }
        return columns;
    }

    private static @Nullable BankEntry entry(
            Row row,
            CsvMapping mapping,
            Map<String, Integer> columns,
            DateTimeFormatter days,
            Currency currency) {
        if (row.cells.stream().allMatch(String::isBlank)) return null;
        LocalDate booked = day(row, cell(row, columns, "bookedOn", mapping.bookedOn()), days);
        String valueText = cell(row, columns, "valueOn", mapping.valueOn());
        LocalDate value = valueText == null ? booked : day(row, valueText, days);
        String told = cell(row, columns, "currency", mapping.currency());
        if (told != null && !told.equalsIgnoreCase(currency.getCurrencyCode())) {
            throw new BankFileRefused(
                    row.line,
                    "currency",
                    "an entry in %s in an account in %s".formatted(Fields.brief(told), currency));
        }
        Money amount = amount(row, mapping, columns, currency);
        if (amount.isZero()) return null;
        String text = Fields.text(cell(row, columns, "text", mapping.text()));
        String reason = null;
        if (amount.isNegative() && text != null && RETURNED.matcher(text).find()) {
            var named = REASON.matcher(text);
            reason = named.find() ? named.group(1) : "unknown";
        }
        return new BankEntry(
                row.line,
                booked,
                value,
                amount,
                Fields.reference(cell(row, columns, "bankReference", mapping.bankReference())),
                null,
                false,
                null,
                List.of(
                        new BankEntry.Part(
                                amount,
                                Fields.text(cell(row, columns, "name", mapping.name())),
                                Fields.iban(cell(row, columns, "iban", mapping.iban())),
                                text,
                                Fields.reference(
                                        cell(row, columns, "reference", mapping.reference())),
                                Fields.reference(
                                        cell(row, columns, "endToEndId", mapping.endToEndId())),
                                null,
                                reason,
                                null)));
    }

    private static Money amount(
            Row row, CsvMapping mapping, Map<String, Integer> columns, Currency currency) {
        String signed = cell(row, columns, "amount", mapping.amount());
        if (mapping.amount() != null) {
            return amount(row, signed, mapping.decimal(), currency);
        }
        String credit = cell(row, columns, "credit", mapping.credit());
        String debit = cell(row, columns, "debit", mapping.debit());
        Money in =
                credit == null
                        ? Money.zero(currency)
                        : amount(row, credit, mapping.decimal(), currency);
        Money out =
                debit == null
                        ? Money.zero(currency)
                        : amount(row, debit, mapping.decimal(), currency);
        if (!in.isZero() && !out.isZero()) {
            throw new BankFileRefused(row.line, "amount", "an amount in each direction");
        }
        return in.isZero() ? (out.isNegative() ? out : out.negated()) : in;
    }

    private static Money amount(Row row, @Nullable String text, String decimal, Currency currency) {
        if (text == null) throw new BankFileRefused(row.line, "amount", "no amount");
        String plain =
                text.replaceAll("[\\s\\u00a0'’€]", "")
                        .replace(currency.getCurrencyCode(), "")
                        .replace('\u2212', '-');
        boolean negative = plain.startsWith("-") || plain.endsWith("-") || plain.startsWith("(");
        plain = plain.replaceAll("^[-+(]|[-)+]$", "");
        String group = decimal.equals(",") ? "." : ",";
        if (plain.matches(
                "[0-9]{1,3}("
                        + Pattern.quote(group)
                        + "[0-9]{3})+("
                        + Pattern.quote(decimal)
                        + "[0-9]*)?")) {
            plain = plain.replace(group, "");
        }
        if (plain.contains(group)) {
            throw new BankFileRefused(
                    row.line,
                    "amount",
                    "not an amount with \"%s\" before the cents: %s"
                            .formatted(decimal, Fields.brief(text)));
        }
        Money amount = Fields.amount(row.line, plain.replace(decimal, "."), currency);
        return negative ? amount.negated() : amount;
    }

    private static LocalDate day(Row row, @Nullable String text, DateTimeFormatter days) {
        try {
            if (text == null) throw new DateTimeException("nothing");
            return Fields.plausible(row.line, LocalDate.parse(text, days));
        } catch (DateTimeException malformed) {
            throw new BankFileRefused(row.line, "date", "not a day: " + Fields.brief(text));
        }
    }

    private static @Nullable String cell(
            Row row, Map<String, Integer> columns, String field, @Nullable String column) {
        if (column == null) return null;
        Integer at = columns.get(column);
        if (at == null)
            throw new BankFileRefused(
                    0, "column", "%s: no column %s".formatted(field, Fields.brief(column)));
        if (at >= row.cells.size()) return null;
        String cell = row.cells.get(at).strip();
        return cell.isEmpty() ? null : cell;
    }

    private static List<Row> rows(String text, char delimiter, int max) {
        var rows = new ArrayList<Row>();
        var cells = new ArrayList<String>();
        var cell = new StringBuilder();
        int line = 1;
        int started = 1;
        boolean quoted = false;
        boolean any = false;
        for (int i = 0; i <= text.length() && rows.size() < max; i++) {
            char c = i < text.length() ? text.charAt(i) : '\n';
            if (quoted && i < text.length()) {
                if (c == '"' && i + 1 < text.length() && text.charAt(i + 1) == '"') {
                    cell.append('"');
                    i++;
                } else if (c == '"') {
                    quoted = false;
                } else {
                    cell.append(c);
                }
                if (c == '\n') line++;
            } else if (quoted) {
                throw new BankFileRefused(started, "malformed", "a quoted field that never ends");
            } else if (c == '"' && cell.toString().isBlank()) {
                cell.setLength(0);
                quoted = true;
                any = true;
            } else if (c == delimiter) {
                cells.add(cell.toString());
                cell.setLength(0);
                any = true;
            } else if (c == '\n' || c == '\r') {
                if (any || !cell.isEmpty()) {
                    cells.add(cell.toString());
                    rows.add(new Row(started, List.copyOf(cells)));
                }
                cells.clear();
                cell.setLength(0);
                any = false;
                if (c == '\n') line++;
                started = line;
            } else {
                cell.append(c);
            }
            if (cell.length() > FileLimits.TEXT_MAX) {
                throw new BankFileRefused(
                        started,
                        "text",
                        "a field of more than " + FileLimits.TEXT_MAX + " characters");
            }
            if (cells.size() > COLUMNS_MAX) {
                throw new BankFileRefused(
                        started, "columns", "more than " + COLUMNS_MAX + " columns");
            }
        }
        return rows;
    }

    /** A mapping that fits the head of the file, for a person to look at; nothing if nothing looks like a head line. */
    static Optional<CsvMapping> propose(byte[] file) {
        FileLimits.bytes(file);
        Charset charset = Encoding.guess(file);
        String text = Encoding.text(file, charset);
        for (char delimiter : new char[] {';', ',', '\t', '|'}) {
            List<Row> rows;
            try {
                rows = rows(text, delimiter, GUESS_LINES);
            } catch (BankFileRefused other) {
                continue;
            }
            for (int i = 0; i + 1 < rows.size(); i++) {
                Optional<CsvMapping> found = propose(rows, i, delimiter, charset);
                if (found.isPresent()) return found;
            }
        }
        return Optional.empty();
    }

    private static Optional<CsvMapping> propose(
            List<Row> rows, int head, char delimiter, Charset charset) {
        var found = new HashMap<String, String>();
        for (String cell : rows.get(head).cells) {
            String word = cell.strip().toLowerCase(Locale.ROOT);
            WORDS.forEach((field, words) -> {
                if (words.contains(word)) found.putIfAbsent(field, cell.strip());
            });
        }
        boolean signed = found.containsKey("amount");
        String bookedOn = found.get("bookedOn");
        if (bookedOn == null
                || !signed && !(found.containsKey("credit") && found.containsKey("debit"))) {
            return Optional.empty();
        }
        List<String> names = rows.get(head).cells.stream().map(String::strip).toList();
        List<String> first = rows.get(head + 1).cells;
        String day = at(first, names.indexOf(bookedOn));
        String amount =
                at(
                        first,
                        names.indexOf(
                                signed
                                        ? found.getOrDefault("amount", "")
                                        : found.getOrDefault("credit", "")));
        if (amount.isBlank() && !signed)
            amount = at(first, names.indexOf(found.getOrDefault("debit", "")));
        String decimal = amount.lastIndexOf(',') > amount.lastIndexOf('.') ? "," : ".";
        if (decimal.charAt(0) == delimiter) return Optional.empty();
        String name = charset.equals(StandardCharsets.UTF_16) ? "UTF-16" : charset.name();
        return Optional.of(
                new CsvMapping(
                        name,
                        String.valueOf(delimiter),
                        head + 1,
                        dateFormat(day),
                        decimal,
                        bookedOn,
                        found.get("valueOn"),
                        signed ? found.get("amount") : null,
                        signed ? null : found.get("credit"),
                        signed ? null : found.get("debit"),
                        found.get("currency"),
                        found.get("name"),
                        found.get("iban"),
                        found.get("text"),
                        found.get("reference"),
                        found.get("endToEndId"),
                        found.get("bankReference")));
    }

    private static String at(List<String> cells, int index) {
        return index >= 0 && index < cells.size() ? cells.get(index).strip() : "";
    }

    private static String dateFormat(String day) {
        if (day.matches("[0-9]{4}-[0-9]{2}-[0-9]{2}")) return "yyyy-MM-dd";
        if (day.matches("[0-9]{4}/[0-9]{2}/[0-9]{2}")) return "yyyy/MM/dd";
        String separator = day.contains("/") ? "/" : day.contains("-") ? "-" : ".";
        boolean shortYear = day.matches(".*[^0-9][0-9]{2}");
        boolean single = !day.matches("[0-9]{2}[^0-9][0-9]{2}[^0-9].*");
        return (single ? "d" : "dd")
                + separator
                + (single ? "M" : "MM")
                + separator
                + (shortYear ? "yy" : "yyyy");
    }
}
