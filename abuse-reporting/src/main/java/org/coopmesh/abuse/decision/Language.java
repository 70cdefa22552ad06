package org.coopmesh.abuse.decision;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.Locale;

/** The languages that statements of reasons are written in. */
public enum Language {
    EN,
    ES,
    CA,
    DE,
    FR;

    /** As on the wire, such as {@code en}. */
    public String tag() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads what {@link #tag} wrote.
     *
     * @throws IllegalArgumentException if statements are not written in it
     */
    public static Language of(String tag) {
        for (Language language : values()) {
            if (language.tag().equals(tag)) {
                return language;
            }
        }
        throw new IllegalArgumentException("language is en, es, ca, de or fr");
    }

    Locale locale() {
        return Locale.of(tag());
    }

    /** A moment, to the minute, with its time zone. */
    String moment(Instant at, ZoneId zone) {
        return DateTimeFormatter.ofLocalizedDateTime(FormatStyle.LONG, FormatStyle.SHORT)
                        .withLocale(this == EN ? Locale.UK : locale())
                        .format(at.atZone(zone))
                        .replace('\u202f', '\u00a0')
                + " "
                + DateTimeFormatter.ofPattern("zzz", locale()).format(at.atZone(zone));
    }

    /** Which of the two forms of a word goes with a number: French counts nothing as one. */
    boolean isOne(long count) {
        return this == FR ? count < 2 : count == 1;
    }
}
