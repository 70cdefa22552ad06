package org.coopmesh.abuse.report;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The languages that statements of reasons and letters are written in. */
public enum Language {
    EN,
    ES,
    CA,
    DE,
    FR;

    private static final int ACCEPTED_LENGTH_MAX = 500;

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

    /** What an {@code Accept-Language} would rather read; empty where it wants none of them, or is malformed. */
    public static Optional<Language> accepted(@Nullable String header) {
        if (header == null || header.length() > ACCEPTED_LENGTH_MAX) return Optional.empty();
        try {
            Locale found =
                    Locale.lookup(
                            Locale.LanguageRange.parse(header.strip()),
                            Stream.of(values()).map(Language::locale).toList());
            return Optional.ofNullable(found).map(locale -> of(locale.getLanguage()));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    public Locale locale() {
        return Locale.of(tag());
    }

    /** A moment, to the minute, with its time zone. */
    public String moment(Instant at, ZoneId zone) {
        return DateTimeFormatter.ofLocalizedDateTime(FormatStyle.LONG, FormatStyle.SHORT)
                        .withLocale(this == EN ? Locale.UK : locale())
                        .format(at.atZone(zone))
                        .replace('\u202f', '\u00a0')
                + " "
                + DateTimeFormatter.ofPattern("zzz", locale()).format(at.atZone(zone));
    }

    /** Which of the two forms of a word goes with a number: French counts nothing as one. */
    public boolean isOne(long count) {
        return this == FR ? count < 2 : count == 1;
    }
}
