package org.coopmesh.abuse.decision;

import java.time.Instant;
import java.util.List;
import org.coopmesh.abuse.subject.CaseId;
import org.coopmesh.abuse.subject.MemberId;
import org.jspecify.annotations.Nullable;

/**
 * What was decided, by whom and when; the same in every state of a decision, and never rewritten.
 *
 * @param subject the member whom it is about, as far as known
 * @param measureIds one for each measure of the ruling, in order
 * @param moderatorsNeeded how many it takes to make it binding, who drafted it included: 1 to 9
 * @param statement the statement of reasons in English, as it was when drafted
 */
public record Draft(
        DecisionId id,
        CaseId caseId,
        MemberId moderator,
        Ruling ruling,
        List<MeasureId> measureIds,
        @Nullable MemberId subject,
        int moderatorsNeeded,
        String statement,
        Instant draftedAt) {
    public Draft {
        measureIds = List.copyOf(measureIds);
        if (measureIds.size() != ruling.measures().size()) {
            throw new IllegalArgumentException("one id for each measure");
        }
        if (moderatorsNeeded < 1 || moderatorsNeeded > Policy.MODERATORS_MAX) {
            throw new IllegalArgumentException("a decision takes 1 to 9 moderators");
        }
    }
}
