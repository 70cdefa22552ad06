package org.coopmesh.billing.metering;

/** What both ends of one link agree on, both ways together: of each window the smaller of the two claims. */
public record LinkBytes(NodeId low, NodeId high, long bytes) {}
