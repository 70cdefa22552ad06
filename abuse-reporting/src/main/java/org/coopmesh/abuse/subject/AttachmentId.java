package org.coopmesh.abuse.subject;

import java.util.UUID;

/** The giving of prefixes to one site for a span of time. */
public record AttachmentId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}
