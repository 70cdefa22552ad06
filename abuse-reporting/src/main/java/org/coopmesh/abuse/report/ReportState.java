package org.coopmesh.abuse.report;

import java.util.Locale;

/**
 * How far a complaint has come, as its reporter sees it.
 *
 * <pre>
 * RECEIVED ──▶ UNDER_REVIEW ──▶ UPHELD ──▶ OVERTURNED
 *                          └──▶ DISMISSED
 * </pre>
 */
public enum ReportState {
    RECEIVED,
    UNDER_REVIEW,
    UPHELD,
    DISMISSED,
    /** Upheld once, reversed since. */
    OVERTURNED;

    /** The name used in the database: {@code under_review}. */
    String stored() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The states this one may follow on. */
    boolean mayFollow(ReportState before) {
        return switch (this) {
            case RECEIVED -> false;
            case UNDER_REVIEW -> before == RECEIVED;
            case UPHELD, DISMISSED -> before == RECEIVED || before == UNDER_REVIEW;
            case OVERTURNED -> before == UPHELD;
        };
    }
}
