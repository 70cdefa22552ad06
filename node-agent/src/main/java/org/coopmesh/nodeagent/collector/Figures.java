package org.coopmesh.nodeagent.collector;

/** What a router counts of itself since it started. A part that was not told is zero. */
record Figures(
        long uptimeSeconds,
        int loadMilli,
        int clients,
        long rxBytes,
        long txBytes,
        long forwardBytes) {}
