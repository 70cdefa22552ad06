package org.coopmesh.membership.node;

/** The key was revoked: it never speaks for a node again. */
public class KeyRevoked extends RuntimeException {
    KeyRevoked(String message) {
        super(message);
    }
}
