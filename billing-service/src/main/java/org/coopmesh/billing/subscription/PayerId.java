package org.coopmesh.billing.subscription;

import java.util.UUID;

/** Who is billed: a household or organisation account, not necessarily a member. */
public record PayerId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}
