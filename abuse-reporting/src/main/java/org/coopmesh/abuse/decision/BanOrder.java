package org.coopmesh.abuse.decision;

import org.coopmesh.abuse.subject.CaseId;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.Target;

/**
 * What a decision asks of {@code ban}.
 *
 * @param measure the measure of the decision that this is
 * @param moderator who proposed it
 * @param confirmedBy the second moderator, or the same one where none was needed
 */
public record BanOrder(
        DecisionId decision,
        MeasureId measure,
        CaseId caseId,
        Target target,
        Term term,
        String reason,
        MemberId moderator,
        MemberId confirmedBy) {}
