package org.coopmesh.membership.names;

import java.time.Instant;
import org.coopmesh.membership.member.MemberId;
import org.jspecify.annotations.Nullable;

/**
 * A member says that a name is not its holder's.
 *
 * @param decided null while the board has not decided
 */
record Dispute(
        DisputeId id,
        NameId name,
        Label label,
        MemberId owner,
        MemberId openedBy,
        String reason,
        Instant openedAt,
        @Nullable Decision decided) {
    /** What the board decides: the name stays whose it is, or it is taken from them. */
    enum Outcome {
        KEEP,
        RELEASE
    }

    /**
     * What the board decided.
     *
     * @param keptUntil only who opened the dispute may register the label before; null unless it was released
     */
    record Decision(
            Outcome outcome, MemberId by, String why, Instant at, @Nullable Instant keptUntil) {}
}
