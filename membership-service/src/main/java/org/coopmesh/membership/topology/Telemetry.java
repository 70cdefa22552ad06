package org.coopmesh.membership.topology;

import java.time.Instant;

/** How a node was when it last told. Counts how many clients, never who. */
public record Telemetry(
        Instant observedAt,
        String agentVersion,
        long uptimeSeconds,
        long loadMilli,
        long memoryTotalBytes,
        long memoryAvailableBytes,
        long clients,
        long accessListVersion,
        long spoolBytes,
        long spoolWindows) {
    private static final int VERSION_LENGTH_MAX = 64;

    public Telemetry {
        if (agentVersion.length() > VERSION_LENGTH_MAX) {
            throw new IllegalArgumentException("agent_version is too long");
        }
        // Counts that do not fit 63 bits are nobody's.
        if (uptimeSeconds < 0
                || memoryTotalBytes < 0
                || memoryAvailableBytes < 0
                || accessListVersion < 0
                || spoolBytes < 0
                || spoolWindows < 0) {
            throw new IllegalArgumentException("a count is out of range");
        }
    }
}
