package org.coopmesh.abuse.ban;

/** No such ban was ever ordered. */
public class BanNotFound extends RuntimeException {
    BanNotFound(BanId id) {
        super("no ban " + id);
    }
}
