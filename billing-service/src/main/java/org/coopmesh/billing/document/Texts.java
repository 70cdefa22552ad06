package org.coopmesh.billing.document;

import java.math.BigDecimal;
import java.text.MessageFormat;
import java.time.LocalDate;
import java.util.ResourceBundle;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.party.Language;

/** What documents and pages say, in one language, with its own figures and days. */
final class Texts {
    private final Language language;
    private final ResourceBundle bundle;

    private Texts(Language language) {
        this.language = language;
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
        return new MessageFormat(bundle.getString(key), language.figures()).format(values);
    }

    boolean knows(String key) {
        return bundle.containsKey(key);
    }

    String money(Money amount) {
        return language.money(amount);
    }

    String number(BigDecimal number) {
        return language.number(number);
    }

    String day(LocalDate day) {
        return language.day(day);
    }
}
