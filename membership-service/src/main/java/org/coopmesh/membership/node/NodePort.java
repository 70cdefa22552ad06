package org.coopmesh.membership.node;

import static java.util.Objects.requireNonNullElse;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.micrometer.core.instrument.binder.grpc.ObservationGrpcServerInterceptor;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.coopmesh.contracts.membership.v1.AccessListServiceGrpc;
import org.coopmesh.rollout.Handshakes;
import org.springframework.boot.grpc.server.autoconfigure.GrpcServerProperties;
import org.springframework.grpc.server.NettyGrpcServerFactory;
import org.springframework.grpc.server.ServerBuilderCustomizer;
import org.springframework.grpc.server.security.AuthenticationProcessInterceptor;

/**
 * The port that agents speak to: TLS with the co-op's own certificates, asked of the node but not demanded at the handshake,
 * because a node that enrols has none yet. Renewed server certificates are taken up without a restart.
 */
class NodePort extends NettyGrpcServerFactory {
    private static final MethodDescriptor<?, ?> RECEIPT =
            AccessListServiceGrpc.getReportReceiptMethod();
    private static final String OWN_SERVICES = "coopmesh.";
    private static final Duration MAX_AGE = Duration.ofMinutes(30);
    private static final Duration GRACE = Duration.ofSeconds(30);
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(20);
    private static final String NAME = "node-port-membership";

    private final CertificateAuthority authority;
    private final AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
    private final AdvancedTlsX509TrustManager trust;

    NodePort(
            String address,
            List<ServerBuilderCustomizer<NettyServerBuilder>> customizers,
            CertificateAuthority authority) {
        super(address, customizers, null, null, TlsServerCredentials.ClientAuth.OPTIONAL);
        this.authority = authority;
        try {
            // Who calls is known by certificate, not by host name.
            trust =
                    AdvancedTlsX509TrustManager.newBuilder()
                            .setVerification(
                                    AdvancedTlsX509TrustManager.Verification
                                            .CERTIFICATE_ONLY_VERIFICATION)
                            .build();
        } catch (CertificateException e) {
            throw new IllegalStateException(e);
        }
        // No reflection and no health: whoever has no certificate learns nothing here.
        setServiceFilter((service, factory) ->
                service.getServiceDescriptor().getName().startsWith(OWN_SERVICES));
        takeUpCertificate();
    }

    /** Reads the port's key and certificate again, and whom it trusts; from the next handshake on. */
    final void takeUpCertificate() {
        try {
            trust.updateTrustCredentials(authority.trusted().toArray(X509Certificate[]::new));
            keys.updateIdentityCredentials(
                    authority.certificateFile(NAME).toFile(), authority.keyFile(NAME).toFile());
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("the node port has no certificate", e);
        }
    }

    /**
     * Certificates speak here, not tokens. And ten thousand receipts of one change are no ten thousand observations: the list
     * counts its own streams and receipts.
     */
    @Override
    public boolean supports(ServerInterceptor interceptor, ServerServiceDefinition service) {
        if (interceptor instanceof ObservationGrpcServerInterceptor) {
            return !service.getServiceDescriptor()
                    .getName()
                    .equals(AccessListServiceGrpc.SERVICE_NAME);
        }
        return !(interceptor instanceof AuthenticationProcessInterceptor);
    }

    @Override
    protected ServerCredentials credentials() {
        return TlsServerCredentials.newBuilder()
                .keyManager(keys)
                // What is told at most once a second is a matter of the wall clock.
                .trustManager(new ToldTrust(trust, Clock.systemUTC()))
                .clientAuth(TlsServerCredentials.ClientAuth.OPTIONAL)
                .build();
    }

    /**
     * Boot's settings of the server, on virtual threads: of these calls most wait for the database, or for a change. A receipt of
     * a node that was let in is only laid on a desk: that is done where it is read.
     */
    static ServerBuilderCustomizer<NettyServerBuilder> limits(
            GrpcServerProperties settings, NodeSessions sessions) {
        var keepalive = settings.getKeepalive();
        Duration maxAge = requireNonNullElse(keepalive.getConnection().getMaxAge(), MAX_AGE);
        Duration grace = requireNonNullElse(keepalive.getConnection().getGracePeriod(), GRACE);
        Executor atOnce = Runnable::run;
        Executor threads = Executors.newVirtualThreadPerTaskExecutor();
        return builder ->
                builder.executor(new Handshakes(atOnce))
                        .callExecutor(
                                new ServerCallExecutorSupplier() {
                                    @Override
                                    public <Q, A> Executor getExecutor(
                                            ServerCall<Q, A> call, Metadata headers) {
                                        return call.getMethodDescriptor().equals(RECEIPT)
                                                        && sessions.admitted(call)
                                                ? atOnce
                                                : threads;
                                    }
                                })
                        .addTransportFilter(NodeSessions.recognition())
                        .keepAliveTime(
                                requireNonNullElse(keepalive.getTime(), KEEP_ALIVE).toMillis(),
                                TimeUnit.MILLISECONDS)
                        .keepAliveTimeout(
                                requireNonNullElse(keepalive.getTimeout(), KEEP_ALIVE).toMillis(),
                                TimeUnit.MILLISECONDS)
                        .permitKeepAliveTime(
                                requireNonNullElse(keepalive.getPermit().getTime(), KEEP_ALIVE)
                                        .toMillis(),
                                TimeUnit.MILLISECONDS)
                        .permitKeepAliveWithoutCalls(keepalive.getPermit().isWithoutCalls())
                        .maxConnectionAge(maxAge.toMillis(), TimeUnit.MILLISECONDS)
                        .maxConnectionAgeGrace(grace.toMillis(), TimeUnit.MILLISECONDS)
                        .maxInboundMessageSize(
                                (int) settings.getInbound().getMessage().getMaxSize().toBytes())
                        .maxInboundMetadataSize(
                                (int) settings.getInbound().getMetadata().getMaxSize().toBytes());
    }
}
