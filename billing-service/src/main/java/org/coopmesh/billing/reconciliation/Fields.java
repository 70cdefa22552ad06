package org.coopmesh.billing.reconciliation;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Currency;
import java.util.regex.Pattern;
import org.coopmesh.billing.ledger.Money;
import org.jspecify.annotations.Nullable;

/** What all formats write alike: amounts, currencies, dates and texts, each refused with its line where it is none. */
final class Fields {
    private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,12}(\\.[0-9]{0,6})?");
    private static final LocalDate EARLIEST = LocalDate.of(1970, 1, 1);
    private static final LocalDate LATEST = LocalDate.of(2200, 1, 1);

    private Fields() {}

    static Currency currency(int line, @Nullable String code) {
        try {
            Currency currency = Currency.getInstance(code == null ? "" : code);
            var unused = Money.zero(currency);
            return currency;
        } catch (IllegalArgumentException unknown) {
            throw new BankFileRefused(line, "currency", "no such currency: " + brief(code));
        }
    }

    /** An amount of zero or more with a decimal point. */
    static Money amount(int line, @Nullable String decimal, Currency currency) {
        if (decimal == null || !DECIMAL.matcher(decimal).matches()) {
            throw new BankFileRefused(line, "amount", "not an amount: " + brief(decimal));
        }
        var micro = new BigDecimal(decimal).movePointRight(6);
        var money = new Money(micro.longValueExact(), currency);
        if (!money.isWholeMinor()) {
            throw new BankFileRefused(
                    line, "amount", "%s has no such small coin: %s".formatted(currency, decimal));
        }
        return money;
    }

    static LocalDate day(int line, @Nullable String text) {
        try {
            if (text == null || text.length() < 10) throw new DateTimeException("too short");
            return plausible(line, LocalDate.parse(text.substring(0, 10)));
        } catch (DateTimeException malformed) {
            throw new BankFileRefused(line, "date", "not a day: " + brief(text));
        }
    }

    static LocalDate plausible(int line, LocalDate day) {
        if (day.isBefore(EARLIEST) || day.isAfter(LATEST)) {
            throw new BankFileRefused(line, "date", "not a day of a bank: " + day);
        }
        return day;
    }

    /** Without what no text has, cut to what is kept; null for nothing. */
    static @Nullable String text(@Nullable String raw) {
        if (raw == null) return null;
        String clean = raw.replaceAll("[\\p{Cntrl}\\s\\u00a0]+", " ").strip();
        if (clean.isEmpty()) return null;
        return clean.length() > FileLimits.TEXT_KEPT
                ? clean.substring(0, FileLimits.TEXT_KEPT)
                : clean;
    }

    /** A reference that says something: banks write these words for none. */
    static @Nullable String reference(@Nullable String raw) {
        String text = text(raw);
        return text == null
                        || text.equalsIgnoreCase("NOTPROVIDED")
                        || text.equalsIgnoreCase("NONREF")
                        || text.equalsIgnoreCase("NOREF")
                ? null
                : text.length() > 140 ? text.substring(0, 140) : text;
    }

    static @Nullable Iban iban(@Nullable String raw) {
        return raw == null ? null : Iban.read(raw).orElse(null);
    }

    /** For a message: short, on one line. */
    static String brief(@Nullable String text) {
        if (text == null) return "nothing";
        String clean = text.replaceAll("\\p{Cntrl}", " ");
        return "\"" + (clean.length() > 60 ? clean.substring(0, 60) + "…" : clean) + "\"";
    }
}
