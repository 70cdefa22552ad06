package org.coopmesh.membership.member;

/** The co-op was set up before; that happens once. */
class CoopAlreadyConstituted extends RuntimeException {
    CoopAlreadyConstituted() {
        super("the co-op has been set up already");
    }
}
