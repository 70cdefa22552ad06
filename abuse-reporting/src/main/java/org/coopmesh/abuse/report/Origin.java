package org.coopmesh.abuse.report;

import org.jspecify.annotations.Nullable;

/**
 * How a complaint came, and what its sender calls it.
 *
 * @param kind the format's own word, such as {@code content/phishing} or {@code fraud}; at most 100 characters
 * @param reference the sender's number of it, at most 255 characters
 */
public record Origin(Format format, @Nullable String kind, @Nullable String reference) {
    static final int KIND_LENGTH_MAX = 100;
    static final int REFERENCE_LENGTH_MAX = 255;
    static final Origin FORM = new Origin(Format.FORM, null, null);

    public Origin {
        if (kind != null && kind.length() > KIND_LENGTH_MAX) {
            throw new IllegalArgumentException("kind has " + kind.length() + " characters");
        }
        if (reference != null && reference.length() > REFERENCE_LENGTH_MAX) {
            throw new IllegalArgumentException("reference has too many characters");
        }
    }
}
