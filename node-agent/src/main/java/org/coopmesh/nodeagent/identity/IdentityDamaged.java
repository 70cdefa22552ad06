package org.coopmesh.nodeagent.identity;

/** A key file exists but cannot be read. A new key would be a new node, so nothing is overwritten. */
public final class IdentityDamaged extends RuntimeException {
    private static final long serialVersionUID = 1;

    IdentityDamaged(String message, Throwable cause) {
        super(message, cause);
    }
}
