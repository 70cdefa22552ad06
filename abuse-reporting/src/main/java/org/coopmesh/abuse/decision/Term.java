package org.coopmesh.abuse.decision;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How long something is to hold: until a moment, or for good. There is no third way, and none by silence. */
public sealed interface Term {
    /** Ends by itself. */
    record Until(Instant end) implements Term {}

    /** Ends only when somebody ends it. */
    record Permanent() implements Term {}

    /**
     * Reads a term from two fields of which exactly one is given.
     *
     * @throws IllegalArgumentException if none or both are
     */
    static Term of(@Nullable Instant until, boolean permanent) {
        if (until == null) {
            if (!permanent) {
                throw new IllegalArgumentException("say until when, or permanent");
            }
            return new Permanent();
        }
        if (permanent) {
            throw new IllegalArgumentException("either until or permanent, not both");
        }
        return new Until(until);
    }

    /** Over at {@code now}: an end includes its moment. */
    default boolean isOver(Instant now) {
        return switch (this) {
            case Permanent p -> false;
            case Until until -> !until.end().isAfter(now);
        };
    }

    /** Holds longer than {@code other}. */
    default boolean outlasts(Term other) {
        return switch (this) {
            case Permanent p -> other instanceof Until;
            case Until mine -> other instanceof Until its && mine.end().isAfter(its.end());
        };
    }

    /** Null if permanent. */
    default @Nullable Instant until() {
        return switch (this) {
            case Permanent p -> null;
            case Until until -> until.end();
        };
    }
}
