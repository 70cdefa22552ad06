package org.coopmesh.billing.metering;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.springframework.stereotype.Component;

/** Reads from the verified client certificate which node calls. Without one no call gets through. */
@Component
class NodeCertificate implements ServerInterceptor {
    /** The node whose certificate the call came with. */
    static final Context.Key<NodeId> NODE = Context.key("node");

    /** The certificate that the call came with. */
    static final Context.Key<X509Certificate> CERTIFICATE = Context.key("certificate");

    private static final String SAN_PREFIX = "coopmesh:node:";
    private static final int SAN_URI = 6;

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Optional<X509Certificate> certificate =
                Optional.ofNullable(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION))
                        .flatMap(NodeCertificate::certificate);
        Optional<NodeId> node = certificate.flatMap(NodeCertificate::node);
        if (node.isEmpty()) {
            call.close(
                    Status.UNAUTHENTICATED.withDescription("a node's certificate is required"),
                    new Metadata());
            return new ServerCall.Listener<>() {};
        }
        return Contexts.interceptCall(
                Context.current()
                        .withValue(NODE, node.get())
                        .withValue(CERTIFICATE, certificate.get()),
                call,
                headers,
                next);
    }

    private static Optional<X509Certificate> certificate(SSLSession session) {
        try {
            Certificate[] chain = session.getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate certificate
                    ? Optional.of(certificate)
                    : Optional.empty();
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        }
    }

    private static Optional<NodeId> node(X509Certificate certificate) {
        Collection<List<?>> names;
        try {
            names = certificate.getSubjectAlternativeNames();
        } catch (CertificateParsingException e) {
            return Optional.empty();
        }
        if (names == null) return Optional.empty();
        for (List<?> name : names) {
            if (name.get(0) instanceof Integer type
                    && type == SAN_URI
                    && name.get(1) instanceof String uri
                    && uri.startsWith(SAN_PREFIX)) {
                try {
                    return Optional.of(new NodeId(uri.substring(SAN_PREFIX.length())));
                } catch (IllegalArgumentException notANode) {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }
}
