package org.coopmesh.membership.outage;

/** What was asked about an outage, or about work, cannot be. */
class OutageRefused extends RuntimeException {
    /** Why. */
    enum Why {
        OUTAGE_NOT_FOUND,
        MAINTENANCE_NOT_FOUND,
        TIMES_WRONG,
        TOO_MUCH_WORK
    }

    private final Why why;

    OutageRefused(Why why, String said) {
        super(said);
        this.why = why;
    }

    Why why() {
        return why;
    }
}
