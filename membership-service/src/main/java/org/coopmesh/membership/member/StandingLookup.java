package org.coopmesh.membership.member;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells member pages in which standing members are. Implemented by standing, which imports member. */
public interface StandingLookup {
    /** Standing of each of {@code members}; one that is not in the answer has none. */
    Map<MemberId, StandingSummary> standings(Set<MemberId> members);

    /**
     * Standing as member pages show it.
     *
     * @param level "good", "grace", "overdue" or "sanctioned"
     * @param why one sentence or code; null for good standing
     */
    record StandingSummary(
            String level, @Nullable Instant since, @Nullable Instant until, @Nullable String why) {}
}
