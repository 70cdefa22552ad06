package org.coopmesh.membership.node;

import java.util.UUID;

/** Which attachment: an address prefix given to a site behind a node for a span of time. */
public record AttachmentId(UUID value) {
    public static AttachmentId random() {
        return new AttachmentId(UUID.randomUUID());
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
