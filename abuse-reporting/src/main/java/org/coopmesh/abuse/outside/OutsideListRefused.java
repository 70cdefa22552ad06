package org.coopmesh.abuse.outside;

/** A list, or a step with one, is not taken. */
class OutsideListRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Why why;

    /** For what reason. */
    enum Why {
        NOT_FOUND,
        NAME_TAKEN,
        TOO_MANY,
        NOT_THIS_KIND,
        NOT_TAKEN
    }

    OutsideListRefused(Why why, String message) {
        super(message);
        this.why = why;
    }

    Why why() {
        return why;
    }
}
