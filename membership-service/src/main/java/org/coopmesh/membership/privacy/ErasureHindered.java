package org.coopmesh.membership.privacy;

/** Somebody cannot be erased yet; the message says why, in a sentence. */
class ErasureHindered extends RuntimeException {
    ErasureHindered(String why) {
        super(why);
    }
}
