package org.coopmesh.membership.node;

/** A key no longer speaks for a node: whatever it has open is to be cut. Heard after the commit. */
record KeyBarred(NodeId node) {}
