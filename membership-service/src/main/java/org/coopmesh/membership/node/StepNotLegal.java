package org.coopmesh.membership.node;

/** The node's state does not offer this step. */
public class StepNotLegal extends RuntimeException {
    StepNotLegal(String message) {
        super(message);
    }
}
