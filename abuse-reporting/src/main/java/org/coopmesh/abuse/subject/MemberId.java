package org.coopmesh.abuse.subject;

import java.util.UUID;

/** A member of the co-op, as membership-service numbers them. */
public record MemberId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}
