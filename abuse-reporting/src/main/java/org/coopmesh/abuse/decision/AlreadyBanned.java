package org.coopmesh.abuse.decision;

import org.coopmesh.abuse.subject.Target;

/** The very target is banned already, for at least as long. */
public class AlreadyBanned extends RuntimeException {
    public AlreadyBanned(Target target) {
        super(target.text() + " is banned already, for at least as long");
    }
}
