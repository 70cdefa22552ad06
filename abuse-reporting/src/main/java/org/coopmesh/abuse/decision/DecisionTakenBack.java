package org.coopmesh.abuse.decision;

import java.time.Instant;
import org.coopmesh.abuse.subject.MemberId;

/** Published in the transaction that took a decision back, for what stands to the right of decisions. */
public record DecisionTakenBack(DecisionId decision, MemberId by, String reason, Instant at) {}
