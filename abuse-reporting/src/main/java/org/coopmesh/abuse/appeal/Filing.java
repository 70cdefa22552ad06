package org.coopmesh.abuse.appeal;

import java.time.Instant;
import org.coopmesh.abuse.decision.DecisionId;
import org.coopmesh.abuse.subject.CaseId;
import org.coopmesh.abuse.subject.MemberId;

/**
 * What a member asks for; the same in every state of an appeal, and never rewritten.
 *
 * @param text why, in the member's words: 1 to 5,000 characters
 * @param dueAt by when the co-op wants it decided
 */
public record Filing(
        AppealId id,
        DecisionId decision,
        CaseId caseId,
        MemberId member,
        String text,
        Instant lodgedAt,
        Instant dueAt) {
    static final int TEXT_LENGTH_MAX = 5_000;

    public Filing {
        if (text.isBlank() || text.length() > TEXT_LENGTH_MAX) {
            throw new IllegalArgumentException("say why, in 5,000 characters at most");
        }
        if (!dueAt.isAfter(lodgedAt)) {
            throw new IllegalArgumentException("an appeal is due after it is lodged");
        }
    }
}
