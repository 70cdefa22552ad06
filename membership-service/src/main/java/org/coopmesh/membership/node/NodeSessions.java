package org.coopmesh.membership.node;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.coopmesh.contracts.membership.v1.EnrolmentServiceGrpc;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.annotation.Order;
import org.springframework.grpc.server.GlobalServerInterceptor;
import org.springframework.stereotype.Component;

/**
 * Lets on the node port only nodes in service, known by their certificate, and remembers their open calls, so that barring a
 * key cuts them at once. An enrolment alone needs no certificate.
 */
@Component
@GlobalServerInterceptor
@Order(0)
class NodeSessions implements ServerInterceptor {
    private static final Logger log = LoggerFactory.getLogger(NodeSessions.class);
    private static final int URI_NAME = 6;
    private static final Attributes.Key<NodeId> NODE = Attributes.Key.create("coopmesh-node");

    private final NodeRegister register;
    private final ConcurrentHashMap<NodeId, Set<CuttableCall<?, ?>>> open =
            new ConcurrentHashMap<>();

    NodeSessions(NodeRegister register) {
        this.register = register;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (call.getMethodDescriptor().equals(EnrolmentServiceGrpc.getEnrolMethod())) {
            var from = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
            return Contexts.interceptCall(
                    Context.current()
                            .withValue(
                                    NodeCall.NETWORK, from == null ? "" : GuessLimit.network(from)),
                    call,
                    headers,
                    next);
        }
        NodeId node = call.getAttributes().get(NODE);
        if (node == null) {
            return refuse(
                    call, Status.UNAUTHENTICATED.withDescription("a node certificate is needed"));
        }
        // Known before the state is read: whoever bars the key from now on finds this call.
        var cuttable = new CuttableCall<>(call);
        boolean admitted = remember(node, cuttable);
        boolean started = false;
        try {
            Status refusal = admitted ? null : refusal(node);
            if (refusal != null) {
                return refuse(call, refusal);
            }
            cuttable.admitted = true;
            var listener =
                    Contexts.interceptCall(
                            Context.current()
                                    .withValue(NodeCall.CALLER, node)
                                    .withValue(
                                            NodeCall.SESSION,
                                            call.getAttributes()
                                                    .get(Grpc.TRANSPORT_ATTR_SSL_SESSION)),
                            cuttable,
                            headers,
                            next);
            started = true;
            return new SimpleForwardingServerCallListener<>(listener) {
                @Override
                public void onComplete() {
                    forget(node, cuttable);
                    super.onComplete();
                }

                @Override
                public void onCancel() {
                    forget(node, cuttable);
                    super.onCancel();
                }
            };
        } finally {
            if (!started) {
                forget(node, cuttable);
            }
        }
    }

    /**
     * Remembers a call; true if another of the same node was let in and is still open. Then the register need not be asked
     * again: whoever bars the key cuts that one, and this one with it.
     */
    private boolean remember(NodeId node, CuttableCall<?, ?> call) {
        var admitted = new AtomicBoolean();
        open.compute(
                node,
                (id, calls) -> {
                    var all =
                            calls == null
                                    ? ConcurrentHashMap.<CuttableCall<?, ?>>newKeySet()
                                    : calls;
                    admitted.set(all.stream().anyMatch(other -> other.admitted));
                    all.add(call);
                    return all;
                });
        return admitted.get();
    }

    private @Nullable Status refusal(NodeId node) {
        Optional<Node> found = register.find(node);
        if (found.isEmpty()) {
            return Status.PERMISSION_DENIED.withDescription("the node is not known");
        }
        return switch (found.get()) {
            case Node.Enrolled _ -> null;
            case Node.Pending _, Node.Retired _ ->
                    Status.PERMISSION_DENIED.withDescription("the node is not in service");
            case Node.Revoked _ -> Status.PERMISSION_DENIED.withDescription("the node is revoked");
        };
    }

    /** Closes whatever {@code node} has open here. */
    void cut(NodeId node) {
        var calls = open.remove(node);
        if (calls != null) {
            calls.forEach(call ->
                    call.cut(
                            Status.PERMISSION_DENIED.withDescription(
                                    "the node is not in service any more")));
        }
    }

    /** For the port: tells of each connection whose it is. */
    static ServerTransportFilter recognition() {
        return new Recognition();
    }

    /** Whether the call comes from a node that was let in and has another call open: the database need not be asked. */
    boolean admitted(ServerCall<?, ?> call) {
        NodeId node = call.getAttributes().get(NODE);
        var calls = node == null ? null : open.get(node);
        return calls != null && calls.stream().anyMatch(other -> other.admitted);
    }

    /** Nodes that have a call open here. */
    Set<NodeId> connected() {
        return Set.copyOf(open.keySet());
    }

    private void forget(NodeId node, CuttableCall<?, ?> call) {
        open.computeIfPresent(
                node,
                (id, calls) -> {
                    calls.remove(call);
                    return calls.isEmpty() ? null : calls;
                });
    }

    private static <Q, A> ServerCall.Listener<Q> refuse(ServerCall<Q, A> call, Status status) {
        call.close(status, new Metadata());
        return new ServerCall.Listener<>() {};
    }

    /**
     * Reads once per connection whose certificate TLS has checked. A copy is read, because the session would keep what reading
     * makes of its own: some six kilobytes for each of ten thousand connections.
     */
    private static final class Recognition extends ServerTransportFilter {
        @Override
        public Attributes transportReady(Attributes connection) {
            var session = connection.get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
            if (session == null) {
                return connection;
            }
            try {
                byte[] der = session.getPeerCertificates()[0].getEncoded();
                Certificate copy =
                        CertificateFactory.getInstance("X.509")
                                .generateCertificate(new ByteArrayInputStream(der));
                return caller((X509Certificate) copy)
                        .map(node -> connection.toBuilder().set(NODE, node).build())
                        .orElse(connection);
            } catch (SSLPeerUnverifiedException none) {
                return connection; // As one that enrols comes.
            } catch (CertificateException unreadable) {
                log.atInfo().setCause(unreadable).log("a certificate could not be read");
                return connection;
            }
        }
    }

    /** From "URI:coopmesh:node:…". */
    private static Optional<NodeId> caller(X509Certificate certificate) {
        try {
            var names = certificate.getSubjectAlternativeNames();
            if (names == null) {
                return Optional.empty();
            }
            return names.stream()
                    .filter(name -> name.get(0) instanceof Integer kind && kind == URI_NAME)
                    .map(name -> name.get(1).toString())
                    .filter(uri -> uri.startsWith(CertificateAuthority.NODE_URI))
                    .map(uri -> new NodeId(uri.substring(CertificateAuthority.NODE_URI.length())))
                    .findFirst();
        } catch (CertificateParsingException none) {
            return Optional.empty();
        }
    }

    /** A call that may be closed from outside while its owner still writes. */
    private static final class CuttableCall<Q, A> extends SimpleForwardingServerCall<Q, A> {
        private volatile boolean admitted;
        private boolean closed;

        private CuttableCall(ServerCall<Q, A> call) {
            super(call);
        }

        private synchronized void cut(Status status) {
            if (!closed) {
                closed = true;
                delegate().close(status, new Metadata());
            }
        }

        @Override
        public synchronized void sendHeaders(Metadata headers) {
            if (!closed) {
                super.sendHeaders(headers);
            }
        }

        @Override
        public synchronized void sendMessage(A message) {
            if (!closed) {
                super.sendMessage(message);
            }
        }

        @Override
        public synchronized void close(Status status, Metadata trailers) {
            if (!closed) {
                closed = true;
                super.close(status, trailers);
            }
        }
    }
}
