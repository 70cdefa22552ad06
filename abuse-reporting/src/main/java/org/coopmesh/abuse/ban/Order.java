package org.coopmesh.abuse.ban;

import java.time.Instant;
import org.coopmesh.abuse.decision.Term;
import org.coopmesh.abuse.subject.CaseId;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.Target;
import org.jspecify.annotations.Nullable;

/** What is banned, how long, why and by whom; the same in every state of a ban, and never rewritten. */
public record Order(
        BanId id,
        Target target,
        Term term,
        String reason,
        @Nullable CaseId caseId,
        Origin origin,
        MemberId orderedBy,
        Instant orderedAt) {
    static final int REASON_LENGTH_MAX = 500;

    public Order {
        if (reason.isBlank() || reason.length() > REASON_LENGTH_MAX) {
            throw new IllegalArgumentException("a ban wants a reason, 500 characters at most");
        }
        if (term.isOver(orderedAt)) {
            throw new IllegalArgumentException("a ban that ends before it begins");
        }
    }
}
