package org.coopmesh.abuse.transparency;

/** The log's key was replaced lately: the one before still signs beside it. */
public class KeyStepRefused extends RuntimeException {
    KeyStepRefused() {
        super("the key before still signs beside this one: wait until that is over");
    }
}
