package org.coopmesh.abuse.decision;

import java.util.UUID;

/** One decision of a case. */
public record DecisionId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}
