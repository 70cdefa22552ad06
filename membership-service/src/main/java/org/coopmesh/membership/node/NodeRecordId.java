package org.coopmesh.membership.node;

import java.util.UUID;

/** The register's own id of a node, there before the node has a key. */
public record NodeRecordId(UUID value) {
    public static NodeRecordId random() {
        return new NodeRecordId(UUID.randomUUID());
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
