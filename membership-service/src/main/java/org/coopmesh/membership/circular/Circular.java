package org.coopmesh.membership.circular;

import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.coopmesh.membership.member.MemberId;

/**
 * A letter to many.
 *
 * @param id chosen by whoever writes it, so that a second attempt is no second letter
 * @param language in which it is written
 * @param subject one line
 */
record Circular(
        UUID id,
        MemberId by,
        Instant at,
        Audience to,
        Locale language,
        String subject,
        String text) {
    static final int SUBJECT_MAX = 150;
    static final int TEXT_MAX = 10_000;

    /** Of more than these nobody chooses one by one. */
    static final int CHOSEN_MAX = 500;

    /**
     * Members who belong now, active or paused.
     *
     * @param label only those with this label; empty for all
     * @param zone only those who answer for a site in this zone; empty for all
     * @param chosen how many were chosen one by one, instead of by label and zone; 0 for nobody
     */
    record Audience(String label, String zone, int chosen) {}

    /** Whether {@code other} says the same to the same. */
    boolean saysWhat(Circular other) {
        return to.equals(other.to)
                && language.equals(other.language)
                && subject.equals(other.subject)
                && text.equals(other.text)
                && by.equals(other.by);
    }
}
