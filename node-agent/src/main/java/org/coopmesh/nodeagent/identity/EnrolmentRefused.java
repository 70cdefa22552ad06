package org.coopmesh.nodeagent.identity;

/** The co-op refused this node, or showed that it is not the co-op; only a person can help. */
public final class EnrolmentRefused extends Exception {
    private static final long serialVersionUID = 1;

    EnrolmentRefused(String message) {
        super(message);
    }
}
