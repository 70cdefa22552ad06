package org.coopmesh.membership.member;

/** The co-op has not been set up yet. */
public class CoopNotConstituted extends RuntimeException {
    CoopNotConstituted() {
        super("the co-op has not been set up yet");
    }
}
