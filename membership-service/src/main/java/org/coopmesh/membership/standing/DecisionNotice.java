package org.coopmesh.membership.standing;

import java.util.Locale;

/** What members are told by mail about decisions of moderators. */
enum DecisionNotice {
    /** There is a statement of reasons to read. */
    DECIDED,
    APPEAL_GRANTED,
    APPEAL_REFUSED;

    /** As it is written in the table, such as {@code decision-decided}. */
    String tag() {
        return "decision-" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Reads what {@link #tag} wrote.
     *
     * @throws IllegalArgumentException if it is none of them
     */
    static DecisionNotice of(String tag) {
        for (DecisionNotice notice : values()) {
            if (notice.tag().equals(tag)) return notice;
        }
        throw new IllegalArgumentException("no such notice: " + tag);
    }
}
