package org.coopmesh.billing.subscription;

import java.util.UUID;

/** A person or organisation with one vote. */
public record MemberId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}
