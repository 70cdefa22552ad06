package org.coopmesh.abuse.outside;

/** What came is no list, or cannot be taken as one; what was held before is held on. */
class NoList extends Exception {
    private static final long serialVersionUID = 1L;

    private final String outcome;

    NoList(String outcome, String why) {
        super(why);
        this.outcome = outcome;
    }

    /** In one word: failed, no-list, too-long, older or shrunk. */
    String outcome() {
        return outcome;
    }

    String why() {
        String why = getMessage();
        return why == null ? outcome : why;
    }
}
