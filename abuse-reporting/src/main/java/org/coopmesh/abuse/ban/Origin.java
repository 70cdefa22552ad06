package org.coopmesh.abuse.ban;

import org.coopmesh.abuse.decision.DecisionId;
import org.coopmesh.abuse.decision.MeasureId;

/** Where a ban comes from. */
public sealed interface Origin {
    /** A moderator's own act. */
    record Moderator() implements Origin {}

    /** A measure of a decision. */
    record OfDecision(DecisionId decision, MeasureId measure) implements Origin {}
}
