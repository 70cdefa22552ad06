package org.coopmesh.membership.node;

/** The code does not let this key in: it is wrong, used by another key, or expired. */
public class EnrolmentRefused extends RuntimeException {
    EnrolmentRefused(String message) {
        super(message);
    }
}
