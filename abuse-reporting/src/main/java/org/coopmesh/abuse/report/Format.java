package org.coopmesh.abuse.report;

import java.util.Locale;

/** How a complaint came. */
public enum Format {
    /** The web form, or JSON of the same shape. */
    FORM,
    /** The co-op's own meter. */
    METER,
    /** XARF 4 over REST. */
    XARF,
    /** XARF 4, or X-ARF before it, in a mail. */
    XARF_MAIL,
    /** A feedback report by RFC 5965. */
    ARF,
    /** A mail that somebody wrote. */
    MAIL;

    /** The name used on the wire and in the database: {@code xarf_mail}. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** True where programs write such reports, not people. */
    public boolean ofMachines() {
        return switch (this) {
            case FORM, MAIL -> false;
            case METER, XARF, XARF_MAIL, ARF -> true;
        };
    }

    static Format parse(String wire) {
        return valueOf(wire.toUpperCase(Locale.ROOT));
    }
}
