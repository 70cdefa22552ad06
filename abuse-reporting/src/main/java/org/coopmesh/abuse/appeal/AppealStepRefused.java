package org.coopmesh.abuse.appeal;

/** This person may not take this step, or the appeal is decided. */
public class AppealStepRefused extends RuntimeException {
    AppealStepRefused(String message) {
        super(message);
    }
}
