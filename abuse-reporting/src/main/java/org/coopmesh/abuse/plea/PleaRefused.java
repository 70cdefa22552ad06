package org.coopmesh.abuse.plea;

/** An appeal that cannot be lodged or heard as it stands; {@link #why()} says why in one word. */
public class PleaRefused extends RuntimeException {
    private final Why why;

    /** The reasons. */
    public enum Why {
        /** There is no such link, or no such appeal. */
        NOT_THERE,
        /** The link has been used, or its mail address appealed against this ban before. */
        ONCE,
        /** Nothing that people here decided bans the address. */
        NOT_BANNED,
        /** It is decided already. */
        DECIDED,
        /** This person may not take this step. */
        NOT_YOU
    }

    PleaRefused(Why why, String message) {
        super(message);
        this.why = why;
    }

    public Why why() {
        return why;
    }
}
