package org.coopmesh.abuse.decision;

import java.time.Instant;
import org.coopmesh.abuse.report.Category;

/** What an upheld decision that was not reversed weighs against its member. */
record Strike(DecisionId decision, Category category, int weight, Instant at) {}
