package org.coopmesh.membership.names;

import java.util.UUID;

/** Names one holding of a label; whoever gets the label later holds it by another id. */
public record NameId(UUID value) {
    static NameId random() {
        return new NameId(UUID.randomUUID());
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
