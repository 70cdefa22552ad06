package org.coopmesh.abuse.ban;

/** The ban is not in a state that allows this step. */
public class BanStepRefused extends RuntimeException {
    BanStepRefused(String message) {
        super(message);
    }
}
