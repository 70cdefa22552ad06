package org.coopmesh.nodeagent.access;

/** A list that must not be enforced; the one before stays. */
class ListRefused extends Exception {

    ListRefused(String why) {
        super(why);
    }

    /** A list that does not add up from here; a whole one may. */
    static final class Incomplete extends ListRefused {

        Incomplete(String why) {
            super(why);
        }
    }
}
