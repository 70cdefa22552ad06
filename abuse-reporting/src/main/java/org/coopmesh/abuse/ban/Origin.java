package org.coopmesh.abuse.ban;

import org.coopmesh.abuse.decision.DecisionId;
import org.coopmesh.abuse.decision.MeasureId;

/** Where a ban comes from. */
public sealed interface Origin {
    /** A moderator's own act. */
    record Moderator() implements Origin {}

    /** A moderator tries out what a ban would hit. It is listed and ends like others, and stops nothing. */
    record Trial() implements Origin {}

    /** A measure of a decision. */
    record OfDecision(DecisionId decision, MeasureId measure) implements Origin {}
}
