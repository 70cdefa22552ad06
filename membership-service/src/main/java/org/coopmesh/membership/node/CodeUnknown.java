package org.coopmesh.membership.node;

/** Nobody was given this code. */
public class CodeUnknown extends EnrolmentRefused {
    CodeUnknown() {
        super("no such code");
    }
}
