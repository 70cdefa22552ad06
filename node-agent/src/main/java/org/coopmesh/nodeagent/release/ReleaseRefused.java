package org.coopmesh.nodeagent.release;

import java.util.Locale;

/** A release is not taken, and why. */
final class ReleaseRefused extends Exception {
    private static final long serialVersionUID = 1;

    /** What is wrong with it. */
    enum Trouble {
        RELEASE_MALFORMED,
        RELEASE_FORGED,
        RELEASE_NOT_NEWER,
        RELEASE_ENDED,
        RELEASE_WANTS_NEWER_AGENT,
        RELEASE_NOT_FOR_THIS_MACHINE,
        RELEASE_FAILED_BEFORE,
        RELEASE_FILE_WRONG,
        RELEASE_DOES_NOT_REHEARSE,
        /** It was put in place, and another was started. */
        RELEASE_NOT_STARTED,
        /** Of this machine, or of the way to the server: tried again. */
        RELEASE_NOT_FETCHED,
        RELEASE_NO_ROOM;

        /** As logs and reports have it. */
        String code() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        boolean passes() {
            return this == RELEASE_NOT_FETCHED || this == RELEASE_NO_ROOM;
        }
    }

    private final Trouble trouble;

    ReleaseRefused(Trouble trouble, String why) {
        super(why);
        this.trouble = trouble;
    }

    Trouble trouble() {
        return trouble;
    }
}
