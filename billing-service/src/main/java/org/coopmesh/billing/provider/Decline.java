package org.coopmesh.billing.provider;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What follows from a provider's no to a charge that the payer is not there for. */
public enum Decline {
    /** It may go well another day, such as too little money. */
    PASSING,
    /** The bank wants the payer: it can only be paid on a page. */
    PAYER,
    /** What was saved is of no use any more. */
    FINAL;

    /** As it stands in the database and in answers. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads what {@link #code} wrote; nothing of nothing. */
    public static @Nullable Decline of(@Nullable String code) {
        return code == null ? null : valueOf(code.toUpperCase(Locale.ROOT));
    }
}
