package org.coopmesh.membership.node;

import static java.util.Objects.requireNonNull;

import io.grpc.Context;
import java.security.cert.X509Certificate;

/** Who is calling on the node port: set from the client certificate for every call but an enrolment. */
public final class NodeCall {
    static final Context.Key<NodeId> CALLER = Context.key("coopmesh-node");

    static final Context.Key<X509Certificate> CERTIFICATE = Context.key("coopmesh-certificate");

    static final Context.Key<String> NETWORK = Context.key("coopmesh-network");

    private NodeCall() {}

    /** Where a call without a certificate comes from, as {@link GuessLimit} counts it. */
    static String network() {
        return requireNonNull(NETWORK.get(), "an enrolment came past the node port");
    }

    /** The certificate that opened this call. */
    static X509Certificate certificate() {
        return requireNonNull(
                CERTIFICATE.get(), "a call without a node came through the node port");
    }

    /** The node whose certificate opened this call. */
    public static NodeId caller() {
        return requireNonNull(CALLER.get(), "a call without a node came through the node port");
    }
}
