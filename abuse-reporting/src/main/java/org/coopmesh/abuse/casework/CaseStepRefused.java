package org.coopmesh.abuse.casework;

/** The case is not in a state, or not in the hands, that allow this step. */
public class CaseStepRefused extends RuntimeException {
    CaseStepRefused(String message) {
        super(message);
    }
}
