package org.coopmesh.nodeagent.topology;

import java.io.IOException;
import java.util.Locale;

/** A source of links did not tell them; its links are unknown, which is not the same as none. */
final class SourceFailed extends IOException {
    private static final long serialVersionUID = 1;

    /** Why, as a word for log and report. */
    enum Trouble {
        /** Nobody listens there any more. */
        GONE,
        /** The agent may not ask. */
        DENIED,
        /** No whole answer in time. */
        LATE,
        /** A longer answer than any mesh would make. */
        LARGE,
        /** Something else than the daemon's format, or half of it. */
        MALFORMED,
        /** Anything else. */
        FAILED;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Trouble trouble;

    SourceFailed(Trouble trouble, String why) {
        super(why);
        this.trouble = trouble;
    }

    Trouble trouble() {
        return trouble;
    }

    static SourceFailed malformed(String why) {
        return new SourceFailed(Trouble.MALFORMED, why);
    }
}
