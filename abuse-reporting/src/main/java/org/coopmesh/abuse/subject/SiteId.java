package org.coopmesh.abuse.subject;

import java.util.UUID;

/** A place that the co-op serves. */
public record SiteId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}
