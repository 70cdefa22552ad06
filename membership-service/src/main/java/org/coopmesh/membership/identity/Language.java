package org.coopmesh.membership.identity;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.Collections;
import java.util.Locale;

/** The languages in which people are written to. */
enum Language {
    EN,
    ES,
    CA,
    DE,
    FR;

    /** As the table has it, such as {@code en}. */
    String tag() {
        return name().toLowerCase(Locale.ROOT);
    }

    Locale locale() {
        return Locale.of(tag());
    }

    /** A moment, to the minute. */
    String moment(Instant at) {
        return DateTimeFormatter.ofLocalizedDateTime(FormatStyle.LONG, FormatStyle.SHORT)
                        .withLocale(this == EN ? Locale.UK : locale())
                        .format(at.atOffset(ZoneOffset.UTC))
                        .replace('\u202f', '\u00a0')
                + " UTC";
    }

    /**
     * Reads what {@link #tag} wrote.
     *
     * @throws IllegalArgumentException if it is none of them
     */
    static Language of(String tag) {
        return valueOf(tag.toUpperCase(Locale.ROOT));
    }

    /** What the browser would rather read; English where it wants none of them, or says nothing. */
    static Language of(HttpServletRequest request) {
        if (request.getHeader("Accept-Language") == null) return EN;
        for (Locale wanted : Collections.list(request.getLocales())) {
            for (Language language : values()) {
                if (language.tag().equals(wanted.getLanguage())) return language;
            }
        }
        return EN;
    }
}
