package org.coopmesh.abuse.report;

import java.util.UUID;

/** One file that came with a complaint. */
public record EvidenceId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}
