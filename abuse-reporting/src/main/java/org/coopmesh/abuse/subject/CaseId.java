package org.coopmesh.abuse.subject;

import java.util.UUID;

/** The case on whose behalf something is looked up or done. */
public record CaseId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}
