package org.coopmesh.membership.node;

/** A node's state or attachments have changed; heard inside the transaction that changed them. */
public record NodeChanged(NodeRecordId node) {}
