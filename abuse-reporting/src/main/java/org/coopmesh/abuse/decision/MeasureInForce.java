package org.coopmesh.abuse.decision;

import org.coopmesh.abuse.subject.MemberId;

/** A measure that binds a member at present. */
record MeasureInForce(MeasureId id, DecisionId decision, MemberId member) {}
