package org.coopmesh.membership.node;

import static java.util.Objects.requireNonNull;

import io.grpc.Context;

/** Who is calling on the node port: set from the client certificate for every call but an enrolment. */
public final class NodeCall {
    static final Context.Key<NodeId> CALLER = Context.key("coopmesh-node");

    private NodeCall() {}

    /** The node whose certificate opened this call. */
    public static NodeId caller() {
        return requireNonNull(CALLER.get(), "a call without a node came through the node port");
    }
}
