package org.coopmesh.billing.party;

import java.math.BigDecimal;
import java.text.NumberFormat;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.Locale;
import org.coopmesh.billing.ledger.Money;

/** The languages in which documents and mails are written, each with its own figures and days. */
public enum Language {
    EN,
    ES,
    CA,
    DE,
    FR;

    private static final char NARROW_NO_BREAK_SPACE = '\u202f';
    private static final char NO_BREAK_SPACE = '\u00a0';
    private static final int MONEY_DIGITS_MAX = 6;
    private static final int NUMBER_DIGITS_MAX = 9;

    /** As it is written on the wire and in the table, such as {@code en}. */
    public String tag() {
        return name().toLowerCase(Locale.ROOT);
    }

    public Locale locale() {
        return Locale.of(tag());
    }

    /** How figures and days are written: English ones as in Europe. */
    public Locale figures() {
        return this == EN ? Locale.UK : locale();
    }

    public String money(Money amount) {
        NumberFormat format = NumberFormat.getCurrencyInstance(figures());
        format.setCurrency(amount.currency());
        format.setMinimumFractionDigits(amount.currency().getDefaultFractionDigits());
        format.setMaximumFractionDigits(MONEY_DIGITS_MAX);
        return plain(format.format(new BigDecimal(amount.decimal())));
    }

    public String number(BigDecimal number) {
        NumberFormat format = NumberFormat.getNumberInstance(figures());
        format.setMaximumFractionDigits(NUMBER_DIGITS_MAX);
        return plain(format.format(number));
    }

    public String day(LocalDate day) {
        return plain(
                DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG)
                        .withLocale(figures())
                        .format(day));
    }

    private static String plain(String text) {
        return text.replace(NARROW_NO_BREAK_SPACE, NO_BREAK_SPACE);
    }

    /**
     * Reads what {@link #tag} wrote.
     *
     * @throws IllegalArgumentException if it is none of them
     */
    public static Language of(String tag) {
        return valueOf(tag.toUpperCase(Locale.ROOT));
    }
}
