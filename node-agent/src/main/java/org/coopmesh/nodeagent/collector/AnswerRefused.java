package org.coopmesh.nodeagent.collector;

/** An answer is not taken; what was known before stays. */
final class AnswerRefused extends Exception {
    private static final long serialVersionUID = 1;
    private final Objection objection;

    AnswerRefused(Objection objection) {
        // Anybody on the link can cause these by the thousand: no stack trace.
        super(objection.code(), null, false, false);
        this.objection = objection;
    }

    Objection objection() {
        return objection;
    }
}
