package org.coopmesh.abuse.bouncer;

import org.coopmesh.abuse.subject.Prefix;
import org.jspecify.annotations.Nullable;

/**
 * What somebody asks about decisions at present.
 *
 * @param prefix an address or a range; null: all
 * @param match how a decision's prefix is to lie to it
 */
record Question(Selection selection, @Nullable Prefix prefix, Match match) {
    /** How the prefix of a decision lies to the one that is asked about. */
    enum Match {
        /** It contains what is asked about. */
        COVERS,
        /** It lies within what is asked about. */
        WITHIN,
        /** It is the very same. */
        SAME
    }
}
