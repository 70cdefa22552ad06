package org.coopmesh.billing.dunning;

import java.util.Locale;
import org.coopmesh.billing.mail.Notice;

/** The steps on an unpaid invoice, the first first. */
enum Stage {
    REMINDER(Notice.REMINDER),
    LAST_REMINDER(Notice.LAST_REMINDER),
    OVERDUE(Notice.OVERDUE);

    private final Notice notice;

    Stage(Notice notice) {
        this.notice = notice;
    }

    Notice notice() {
        return notice;
    }

    /** As it is written on the wire and in the table, such as {@code last-reminder}. */
    String tag() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Stage of(String tag) {
        return valueOf(tag.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
