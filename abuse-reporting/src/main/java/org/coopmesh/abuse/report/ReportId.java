package org.coopmesh.abuse.report;

import java.util.UUID;

/** One complaint. */
public record ReportId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}
