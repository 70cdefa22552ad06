package org.coopmesh.billing.subscription;

import java.util.UUID;

/** The place that is connected and subscribed. */
public record SiteId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}
