package org.coopmesh.membership.names;

import java.util.UUID;

/** Names one dispute about a name. */
public record DisputeId(UUID value) {
    static DisputeId random() {
        return new DisputeId(UUID.randomUUID());
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
