package org.coopmesh.nodeagent.access;

/** The kernel did not take the rules; what it enforced before it still enforces. */
public class EnforcementFailed extends Exception {

    EnforcementFailed(String why, Throwable cause) {
        super(why, cause);
    }
}
