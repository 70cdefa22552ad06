package org.coopmesh.abuse.report;

import java.util.Locale;

/** What a complaint is about. */
public enum Category {
    SPAM,
    INTRUSION,
    MALWARE,
    COPYRIGHT,
    HARASSMENT,
    FRAUD,
    ILLEGAL_CONTENT,
    /** Nothing of the content may be kept: a hash and a URL, no more. */
    CHILD_SAFETY,
    NETWORK_MISUSE,
    OTHER;

    /**
     * Reads the name used on the wire, {@code illegal_content}.
     *
     * @throws IllegalArgumentException if there is no such category
     */
    public static Category parse(String text) {
        for (Category category : values()) {
            if (category.wire().equals(text)) {
                return category;
            }
        }
        throw new IllegalArgumentException("no such category");
    }

    /** The name used on the wire and in the database. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** False where the law forbids to keep what is complained of. */
    public boolean keepsContent() {
        return this != CHILD_SAFETY;
    }
}
