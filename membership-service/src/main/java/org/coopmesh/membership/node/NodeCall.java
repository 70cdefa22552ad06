package org.coopmesh.membership.node;

import static java.util.Objects.requireNonNull;

import io.grpc.Context;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** Who is calling on the node port: set from the client certificate for every call but an enrolment. */
public final class NodeCall {
    static final Context.Key<NodeId> CALLER = Context.key("coopmesh-node");

    static final Context.Key<SSLSession> SESSION = Context.key("coopmesh-session");

    static final Context.Key<String> NETWORK = Context.key("coopmesh-network");

    private NodeCall() {}

    /** Where a call without a certificate comes from, as {@link GuessLimit} counts it. */
    static String network() {
        return requireNonNull(NETWORK.get(), "an enrolment came past the node port");
    }

    /** The certificate that opened this call. */
    static X509Certificate certificate() {
        var session =
                requireNonNull(SESSION.get(), "a call without a node came through the node port");
        try {
            return (X509Certificate) session.getPeerCertificates()[0];
        } catch (SSLPeerUnverifiedException e) {
            throw new IllegalStateException("a node without a certificate was let in", e);
        }
    }

    /** The node whose certificate opened this call. */
    public static NodeId caller() {
        return requireNonNull(CALLER.get(), "a call without a node came through the node port");
    }
}
