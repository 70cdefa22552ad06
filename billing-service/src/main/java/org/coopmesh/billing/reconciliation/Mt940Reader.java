package org.coopmesh.billing.reconciliation;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Currency;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.reconciliation.BankStatement.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Reads MT940, the older statement of SWIFT: plain or within its envelope, with what German banks ({@code ?20SVWZ+}) and Dutch banks
 * ({@code /REMI/}) write into field 86. A page of a statement counts as a statement of its own.
 */
final class Mt940Reader {
    private static final Pattern TAG = Pattern.compile("^:([0-9]{2}[A-Z]?):(.*)$");
    private static final Pattern BALANCE =
            Pattern.compile("([CD])([0-9]{6})([A-Z]{3})([0-9]{1,12},[0-9]{0,6})");
    private static final Pattern LINE =
            Pattern.compile(
                    "([0-9]{6})([0-9]{4})?(R?[CD])([A-Z])?([0-9]{1,12},[0-9]{0,6})([A-Z][A-Z0-9]{3})([^/\\n]{0,34}?)(?://([^\\n]{0,34}))?(?:\\n(.*))?",
                    Pattern.DOTALL);
    private static final Pattern EXPECTED =
            Pattern.compile("[0-9]{6}([0-9]{4})?E[CD].*", Pattern.DOTALL);
    private static final Pattern SUBFIELD = Pattern.compile("\\?([0-9]{2})");
    private static final Pattern SEPA =
            Pattern.compile("(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC)\\+");
    private static final Pattern WORD =
            Pattern.compile(
                    "/(EREF|REMI|NAME|IBAN|BIC|MARF|CSID|RTRN|TRTP|PREF|ORDP|BENM|USTD|STRD|CNTP|TRCD|SVCL|RREF)/");
    private static final Pattern REASON =
            Pattern.compile(
                    "\\b(A[CGM][0-9]{2}|B[ET][0-9]{2}|C[NU]ST|DNOR|CNOR|ED05|FF[0-9]{2}|FOCR|MD[0-9]{2}|MS0[23]|RC01|RR0[1-4]|SL01|TECH|UPAY|DUPL|TM01)\\b");

    /** Kinds of German banks that are returns: 108 and 109 of direct debits, 159 of transfers, 181 to 184 in other words. */
    private static final Pattern RETURNED = Pattern.compile("^(108|109|159|181|182|183|184)");

    private static final int YEAR_TURNS_DAYS = 182;

    private Mt940Reader() {}

    private record Tag(int line, String name, String value) {}

    /** Whether the file begins like MT940. */
    static boolean recognises(byte[] file) {
        String start =
                Encoding.text(
                        java.util.Arrays.copyOf(file, Math.min(file.length, 2_000)),
                        java.nio.charset.StandardCharsets.ISO_8859_1);
        return start.startsWith("{1:") || start.lines().anyMatch(line -> line.startsWith(":20:"));
    }

    /**
     * @throws BankFileRefused if it is none, or anything in it is wrong
     */
    static List<BankStatement> read(byte[] file) {
        FileLimits.bytes(file);
        List<Tag> tags = tags(Encoding.text(file, Encoding.guess(file)));
        var statements = new ArrayList<BankStatement>();
        var open = new ArrayList<Tag>();
        int entries = 0;
        for (Tag tag : tags) {
            if (tag.name.equals("20") && !open.isEmpty()) {
                statements.add(statement(open));
                entries += statements.getLast().entries().size();
                open.clear();
            }
            open.add(tag);
            if (statements.size() > FileLimits.STATEMENTS_MAX) {
                throw new BankFileRefused(
                        tag.line,
                        "statements",
                        "more than " + FileLimits.STATEMENTS_MAX + " statements");
            }
            if (entries > FileLimits.PARTS_MAX) {
                throw new BankFileRefused(
                        tag.line, "entries", "more than " + FileLimits.PARTS_MAX + " entries");
            }
        }
        if (!open.isEmpty()) statements.add(statement(open));
        if (statements.isEmpty())
            throw new BankFileRefused(0, "statements", "no statement in the file");
        return statements;
    }

    private static List<Tag> tags(String text) {
        var tags = new ArrayList<Tag>();
        String[] lines = text.split("\\r\\n|\\n|\\r", -1);
        int started = 0;
        String name = null;
        StringBuilder value = new StringBuilder();
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i];
            Matcher tag = TAG.matcher(line);
            boolean envelope = line.startsWith("{") || line.startsWith("-}") || line.equals("-");
            if (!tag.matches() && !envelope) {
                if (name != null) {
                    if (value.length() + line.length() > FileLimits.TEXT_MAX) {
                        throw new BankFileRefused(
                                i + 1,
                                "text",
                                "a field of more than " + FileLimits.TEXT_MAX + " characters");
                    }
                    value.append('\n').append(line);
                } else if (!line.isBlank()) {
                    throw new BankFileRefused(
                            i + 1,
                            "malformed",
                            "text before the first field: " + Fields.brief(line));
                }
                continue;
            }
            if (name != null) tags.add(new Tag(started, name, value.toString()));
            name = null;
            if (tag.matches()) {
                name = tag.group(1);
                value = new StringBuilder(tag.group(2));
                started = i + 1;
                if (value.length() > FileLimits.TEXT_MAX) {
                    throw new BankFileRefused(
                            i + 1,
                            "text",
                            "a field of more than " + FileLimits.TEXT_MAX + " characters");
                }
            }
        }
        if (name != null) tags.add(new Tag(started, name, value.toString()));
        return tags;
    }

    private static BankStatement statement(List<Tag> tags) {
        Tag first = tags.getFirst();
        String account = null;
        String id = null;
        Long sequence = null;
        Balance opening = null;
        Balance closing = null;
        var entries = new ArrayList<BankEntry>();
        for (int i = 0; i < tags.size(); i++) {
            Tag tag = tags.get(i);
            switch (tag.name) {
                case "20" -> id = Fields.reference(tag.value);
                case "25" -> account = Fields.text(tag.value);
                case "28C", "28" -> {
                    String number = tag.value.split("/", 2)[0].strip();
                    sequence = number.matches("[0-9]{1,9}") ? Long.valueOf(number) : null;
                }
                case "60F", "60M" -> opening = balance(tag);
                case "62F", "62M" -> closing = balance(tag);
                case "61" -> {
                    if (opening == null) {
                        throw new BankFileRefused(
                                tag.line, "balance-missing", "an entry before the opening balance");
                    }
                    boolean described = i + 1 < tags.size() && tags.get(i + 1).name.equals("86");
                    BankEntry entry =
                            entry(
                                    tag,
                                    described ? tags.get(i + 1).value : "",
                                    opening.amount.currency());
                    if (entry != null) entries.add(entry);
                }
                default -> {} // What nobody here needs: 13D, 21, 64, 65, 86 of the whole.
            }
        }
        if (account == null || account.length() > 50) {
            throw new BankFileRefused(first.line, "account", "a statement without an account");
        }
        if (opening == null || closing == null) {
            throw new BankFileRefused(
                    first.line,
                    "balance-missing",
                    "a statement has an opening and a closing balance");
        }
        if (!opening.amount.currency().equals(closing.amount.currency())) {
            throw new BankFileRefused(first.line, "currency", "two balances in two currencies");
        }
        // A statement begins on the day after the one before ended; many banks put that day into
        // 60, some the day itself.
        return new BankStatement(
                first.line,
                Kind.STATEMENT,
                account,
                opening.amount.currency(),
                id,
                sequence,
                null,
                closing.day,
                opening.amount,
                closing.amount,
                entries);
    }

    private record Balance(LocalDate day, Money amount) {}

    private static Balance balance(Tag tag) {
        Matcher parts = BALANCE.matcher(tag.value.strip());
        if (!parts.matches()) {
            throw new BankFileRefused(
                    tag.line, "balance-missing", "not a balance: " + Fields.brief(tag.value));
        }
        Money amount = amount(tag.line, parts.group(4), Fields.currency(tag.line, parts.group(3)));
        return new Balance(
                day(tag.line, parts.group(2)),
                parts.group(1).equals("D") ? amount.negated() : amount);
    }

    private static Money amount(int line, String decimal, Currency currency) {
        return Fields.amount(line, decimal.replace(',', '.'), currency);
    }

    private static LocalDate day(int line, String yymmdd) {
        try {
            return LocalDate.of(
                    2000 + Integer.parseInt(yymmdd.substring(0, 2)),
                    Integer.parseInt(yymmdd.substring(2, 4)),
                    Integer.parseInt(yymmdd.substring(4, 6)));
        } catch (DateTimeException none) {
            throw new BankFileRefused(line, "date", "not a day: " + Fields.brief(yymmdd));
        }
    }

    /** Month and day of booking; the year is the one that is nearest to the value date. */
    private static LocalDate booked(int line, @Nullable String mmdd, LocalDate value) {
        if (mmdd == null) return value;
        try {
            LocalDate same = day(line, "%02d%s".formatted(value.getYear() % 100, mmdd));
            long days = ChronoUnit.DAYS.between(value, same);
            return days > YEAR_TURNS_DAYS
                    ? same.minusYears(1)
                    : days < -YEAR_TURNS_DAYS ? same.plusYears(1) : same;
        } catch (BankFileRefused leapDay) {
            if (!mmdd.equals("0229")) throw leapDay;
            return day(line, "%02d0228".formatted(value.getYear() % 100));
        }
    }

    private static @Nullable BankEntry entry(Tag tag, String description, Currency currency) {
        if (EXPECTED.matcher(tag.value).matches()) return null;
        Matcher parts = LINE.matcher(tag.value.strip());
        if (!parts.matches()) {
            throw new BankFileRefused(
                    tag.line, "entry", "not an entry: " + Fields.brief(tag.value));
        }
        LocalDate value = day(tag.line, parts.group(1));
        String direction = parts.group(3);
        Money amount = amount(tag.line, parts.group(5), currency);
        if (amount.isZero()) return null;
        if (direction.equals("D") || direction.equals("RC")) amount = amount.negated();
        Description said = Description.of(description);
        String code = said.code == null ? parts.group(6) : said.code;
        boolean reversal = direction.startsWith("R");
        String reason = said.reason;
        if (reason == null
                && (reversal || said.code != null && RETURNED.matcher(said.code).find())) {
            Matcher named = REASON.matcher(said.text == null ? "" : said.text);
            reason = named.find() ? named.group(1) : "unknown";
        }
        String endToEnd = said.endToEnd == null ? Fields.reference(parts.group(7)) : said.endToEnd;
        return new BankEntry(
                tag.line,
                booked(tag.line, parts.group(2), value),
                value,
                amount,
                Fields.reference(parts.group(8)),
                code,
                reversal,
                said.information,
                List.of(
                        new BankEntry.Part(
                                amount,
                                said.name,
                                said.iban,
                                said.text,
                                said.reference,
                                endToEnd,
                                said.mandate,
                                reason,
                                null)));
    }

    /** What field 86 says. */
    private record Description(
            @Nullable String code,
            @Nullable String information,
            @Nullable String name,
            @Nullable Iban iban,
            @Nullable String text,
            @Nullable String reference,
            @Nullable String endToEnd,
            @Nullable String mandate,
            @Nullable String reason) {
        static Description of(String field) {
            if (field.length() > 3 && field.matches("(?s)[0-9]{3}\\?.*")) return german(field);
            if (WORD.matcher(field).find()) return words(field.replace("\n", ""));
            return new Description(
                    null, null, null, null, Fields.text(field), null, null, null, null);
        }

        private static Description german(String field) {
            String joined = field.replace("\n", "");
            var texts = new StringBuilder();
            var names = new StringBuilder();
            String information = null;
            String iban = null;
            List<String> numbers =
                    SUBFIELD.matcher(joined).results().map(found -> found.group(1)).toList();
            String[] values = SUBFIELD.split(joined);
            for (int i = 0; i < numbers.size() && i + 1 < values.length; i++) {
                String value = values[i + 1];
                int number = Integer.parseInt(numbers.get(i));
                if (number == 0) information = value;
                else if (number >= 20 && number <= 29 || number >= 60 && number <= 63)
                    texts.append(value);
                else if (number == 31) iban = value;
                else if (number == 32 || number == 33) names.append(value);
            }
            Map<String, String> sepa = keyed(SEPA, texts.toString());
            String text = sepa.containsKey("SVWZ") ? sepa.get("SVWZ") : sepa.get("");
            return new Description(
                    joined.substring(0, 3),
                    Fields.text(information),
                    Fields.text(names.toString()),
                    Fields.iban(iban == null ? sepa.get("IBAN") : iban),
                    Fields.text(text),
                    null,
                    Fields.reference(sepa.get("EREF")),
                    Fields.reference(sepa.get("MREF")),
                    null);
        }

        private static Description words(String field) {
            Map<String, String> words = keyed(WORD, field);
            words.replaceAll((word, value) -> value.replaceFirst("/+$", ""));
            String text = words.getOrDefault("REMI", words.getOrDefault("", ""));
            String reference = null;
            if (text.startsWith("STRD/")) {
                reference =
                        text.substring(5).replaceFirst("^(CUR|ISO)/", "").replaceFirst("/$", "");
            } else if (text.startsWith("USTD/")) {
                text = text.substring(5).replaceFirst("^/", "");
            }
            if (words.containsKey("USTD")) text = words.get("USTD");
            if (words.containsKey("STRD")) reference = words.get("STRD");
            String name = words.get("NAME");
            String iban = words.get("IBAN");
            if (words.containsKey("CNTP")) {
                String[] parts = words.getOrDefault("CNTP", "").split("/");
                if (iban == null && parts.length > 0) iban = parts[0];
                if (name == null && parts.length > 2) name = parts[2];
            }
            String reason = words.get("RTRN");
            return new Description(
                    null,
                    null,
                    Fields.text(name),
                    Fields.iban(iban),
                    Fields.text(text),
                    Fields.reference(reference),
                    Fields.reference(words.get("EREF")),
                    Fields.reference(words.get("MARF")),
                    reason == null
                            ? null
                            : reason.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", ""));
        }

        /** What stands after each key up to the next; before the first key it is under the empty one. */
        private static Map<String, String> keyed(Pattern key, String text) {
            var values = new LinkedHashMap<String, String>();
            Matcher found = key.matcher(text);
            String name = "";
            int from = 0;
            while (found.find()) {
                values.putIfAbsent(name, text.substring(from, found.start()));
                name = found.group(1);
                from = found.end();
            }
            values.putIfAbsent(name, text.substring(from));
            return values;
        }
    }
}
