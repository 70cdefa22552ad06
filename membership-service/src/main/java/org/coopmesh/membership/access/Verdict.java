package org.coopmesh.membership.access;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A rule and why.
 *
 * @param reviewAt when time alone may change it; null when it never does
 */
record Verdict(AccessRule rule, String why, @Nullable Instant reviewAt) {
    /** The strictest of {@code verdicts}, to be looked at again when any of them may change. */
    static Verdict strictest(List<Verdict> verdicts) {
        Verdict strictest = verdicts.getFirst();
        Instant reviewAt = null;
        for (Verdict verdict : verdicts) {
            if (verdict.rule.stricterThan(strictest.rule)) {
                strictest = verdict;
            }
            Instant at = verdict.reviewAt;
            if (at != null && (reviewAt == null || at.isBefore(reviewAt))) {
                reviewAt = at;
            }
        }
        return new Verdict(strictest.rule, strictest.why, reviewAt);
    }
}
