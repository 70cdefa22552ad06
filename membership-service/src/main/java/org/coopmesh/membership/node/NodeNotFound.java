package org.coopmesh.membership.node;

/** No such node is on the register. */
public class NodeNotFound extends RuntimeException {
    NodeNotFound(NodeRecordId id) {
        super("no such node: " + id);
    }
}
