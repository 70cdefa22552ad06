package org.coopmesh.billing.party;

import java.util.Locale;

/** The languages in which documents are written. */
public enum Language {
    EN,
    ES,
    CA,
    DE,
    FR;

    /** As it is written on the wire and in the table, such as {@code en}. */
    public String tag() {
        return name().toLowerCase(Locale.ROOT);
    }

    public Locale locale() {
        return Locale.of(tag());
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
