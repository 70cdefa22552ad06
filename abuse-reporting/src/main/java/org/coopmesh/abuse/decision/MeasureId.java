package org.coopmesh.abuse.decision;

import java.util.UUID;

/** One measure of a decision. */
public record MeasureId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}
