package org.coopmesh.billing.document;

import java.math.BigDecimal;
import java.text.MessageFormat;
import java.text.NumberFormat;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.Locale;
import java.util.ResourceBundle;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.party.Language;

/** What documents and pages say, in one language, with its own figures and days. */
final class Texts {
    private static final char NARROW_NO_BREAK_SPACE = '\u202f';
    private static final char NO_BREAK_SPACE = '\u00a0';

    private final Locale locale;
    private final ResourceBundle bundle;

    private Texts(Language language) {
        this.locale = language == Language.EN ? Locale.UK : language.locale();
        this.bundle =
                ResourceBundle.getBundle(
                        Texts.class.getPackageName() + ".texts",
                        language.locale(),
                        ResourceBundle.Control.getNoFallbackControl(
                                ResourceBundle.Control.FORMAT_PROPERTIES));
    }

    static Texts in(Language language) {
        return new Texts(language);
    }

    /** The text {@code key}, with {@code values} in its places {0}, {1} and so on. */
    String say(String key, Object... values) {
        return new MessageFormat(bundle.getString(key), locale).format(values);
    }

    boolean knows(String key) {
        return bundle.containsKey(key);
    }

    String money(Money amount) {
        NumberFormat format = NumberFormat.getCurrencyInstance(locale);
        format.setCurrency(amount.currency());
        format.setMinimumFractionDigits(amount.currency().getDefaultFractionDigits());
        format.setMaximumFractionDigits(6);
        return plain(format.format(new BigDecimal(amount.decimal())));
    }

    String number(BigDecimal number) {
        NumberFormat format = NumberFormat.getNumberInstance(locale);
        format.setMaximumFractionDigits(9);
        return plain(format.format(number));
    }

    String day(LocalDate day) {
        return plain(
                DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG).withLocale(locale).format(day));
    }

    private static String plain(String text) {
        return text.replace(NARROW_NO_BREAK_SPACE, NO_BREAK_SPACE);
    }
}
