package org.coopmesh.abuse.bouncer;

/** A key or a call of a firewall is not taken. */
class BouncerRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Why why;

    /** For what reason. */
    enum Why {
        KEY_WRONG,
        TOO_MANY_WRONG_KEYS,
        TOO_MANY_CALLS,
        TOO_MANY_KEYS,
        KEY_NOT_FOUND
    }

    BouncerRefused(Why why, String message) {
        super(message);
        this.why = why;
    }

    Why why() {
        return why;
    }
}
