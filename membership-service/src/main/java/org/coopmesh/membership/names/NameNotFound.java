package org.coopmesh.membership.names;

import java.util.UUID;

/** There is no such name, dispute or offer; or it is not the caller's, which nobody is told apart. */
class NameNotFound extends RuntimeException {
    private final String noun;

    private NameNotFound(String noun, String why) {
        super(why);
        this.noun = noun;
    }

    static NameNotFound name(NameId id) {
        return new NameNotFound("name", "no name " + id);
    }

    static NameNotFound dispute(UUID id) {
        return new NameNotFound("dispute", "no dispute " + id);
    }

    static NameNotFound offer() {
        return new NameNotFound("transfer", "no transfer is offered by this code, or no more");
    }

    String noun() {
        return noun;
    }
}
