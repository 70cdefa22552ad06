package org.coopmesh.nodeagent.access;

import java.util.Locale;

/** What goes wrong with access, by the {@code code} that log lines carry; the README says what each means. */
enum Trouble {
    LIST_FORGED,
    LIST_KEY_UNKNOWN,
    LIST_OLDER,
    LIST_EARLY,
    LIST_ENDED,
    LIST_CONTRADICTS,
    LIST_HALF,
    LIST_HUGE,
    LIST_NOT_ENFORCED,
    LIST_NOT_ON_DISK,
    LIST_FILE_DAMAGED,
    TABLE_CHANGED,
    CHANGE_DOES_NOT_FIT,
    PORTAL_CLOSED;

    /** As in {@code list-forged}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
