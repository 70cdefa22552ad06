package org.coopmesh.abuse.report;

import java.util.UUID;

/** Names somebody whose programs report with a key. */
public record PartnerId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}
