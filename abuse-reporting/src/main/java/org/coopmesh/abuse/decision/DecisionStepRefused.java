package org.coopmesh.abuse.decision;

/** The decision is not in a state that allows this step. */
public class DecisionStepRefused extends RuntimeException {
    DecisionStepRefused(String message) {
        super(message);
    }
}
