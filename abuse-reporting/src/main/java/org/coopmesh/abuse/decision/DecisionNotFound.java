package org.coopmesh.abuse.decision;

/** No such decision was ever drafted. */
public class DecisionNotFound extends RuntimeException {
    public DecisionNotFound(DecisionId id) {
        super("no decision " + id);
    }
}
