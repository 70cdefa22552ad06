package org.coopmesh.billing.costshare;

import java.util.UUID;

/** One shared cost. */
public record CostPoolId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}
