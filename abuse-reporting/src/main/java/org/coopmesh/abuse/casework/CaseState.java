package org.coopmesh.abuse.casework;

/** The names of a case's states, as the queue is asked for them. */
enum CaseState {
    OPEN("open"),
    UNDER_REVIEW("underReview"),
    DECIDED("decided"),
    CLOSED("closed");

    private final String wire;

    CaseState(String wire) {
        this.wire = wire;
    }

    static CaseState of(Case state) {
        return switch (state) {
            case Case.Open open -> OPEN;
            case Case.UnderReview underReview -> UNDER_REVIEW;
            case Case.Decided decided -> DECIDED;
            case Case.Closed closed -> CLOSED;
        };
    }

    /** @throws IllegalArgumentException if there is no such state */
    static CaseState parse(String text) {
        for (CaseState state : values()) {
            if (state.wire.equals(text)) {
                return state;
            }
        }
        throw new IllegalArgumentException("state is open, underReview, decided or closed");
    }

    /** The name on the wire and in the database. */
    String wire() {
        return wire;
    }
}
