package org.coopmesh.nodeagent.names;

import java.util.Locale;

/** A list of names that is not taken; the one before stays. */
final class NamesRefused extends Exception {
    private static final long serialVersionUID = 1;

    /** Why; as a code in the log. */
    enum Trouble {
        /** No key of the co-op signed it, or it is not what was signed. */
        NAMES_FORGED,
        /** It is signed, and breaks the contract. */
        NAMES_MALFORMED,
        /** It has names that are not the village's, or addresses of this machine. */
        NAMES_FOREIGN,
        /** This node had a newer one. */
        NAMES_OLDER,
        /** It is signed with a key that this node does not know yet. */
        NAMES_KEY_UNKNOWN;

        String code() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private final Trouble trouble;

    NamesRefused(Trouble trouble, String why) {
        super(why);
        this.trouble = trouble;
    }

    Trouble trouble() {
        return trouble;
    }
}
