package org.coopmesh.billing.metering;

import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.coopmesh.rollout.Handshakes;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.grpc.server.NettyGrpcServerFactory;
import org.springframework.grpc.server.ServerBuilderCustomizer;
import org.springframework.grpc.server.lifecycle.GrpcServerLifecycle;
import org.springframework.grpc.server.security.AuthenticationProcessInterceptor;
import org.springframework.grpc.server.service.GrpcServiceConfigurer;
import org.springframework.grpc.server.service.GrpcServiceDiscoverer;

/**
 * The port that nodes report to: gRPC over TLS, a certificate of the co-op's CA demanded of every caller. Boot's own
 * settings want the certificate files at start and keep them; these may come later and change.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(MeteringSettings.class)
class NodePort {
    /** More than a request may have, so that one too large is refused with its rule and not repeated for ever. */
    private static final int INBOUND_BYTES_MAX = 2 * UsageEndpoint.REQUEST_BYTES_MAX;

    private static final int CALLS_PER_CONNECTION_MAX = 16;
    private static final Duration CONNECTION_AGE_MAX = Duration.ofMinutes(30);
    private static final Duration CONNECTION_GRACE = Duration.ofSeconds(30);
    private static final Duration KEEPALIVE = Duration.ofSeconds(20);
    private static final Duration KEEPALIVE_PERMITTED = Duration.ofSeconds(10);
    private static final Duration KEEPALIVE_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration HANDSHAKE_MAX = Duration.ofSeconds(20);
    private static final Duration SHUTDOWN_GRACE = Duration.ofSeconds(10);

    @Bean
    NettyGrpcServerFactory nodePortFactory(
            @Value("${spring.grpc.server.address:127.0.0.1}") String address,
            @Value("${spring.grpc.server.port:9082}") int port,
            NodePortKeys keys,
            GrpcServiceDiscoverer discoverer,
            GrpcServiceConfigurer configurer) {
        var factory = new TlsFactory(address + ":" + port, keys);
        discoverer
                .findServices()
                .forEach(service -> factory.addService(configurer.configure(service, factory)));
        return factory;
    }

    @Bean
    GrpcServerLifecycle nodePortLifecycle(
            NettyGrpcServerFactory nodePortFactory, ApplicationEventPublisher publisher) {
        return new GrpcServerLifecycle(nodePortFactory, SHUTDOWN_GRACE, publisher);
    }

    private static void customize(NettyServerBuilder builder) {
        builder.executor(new Handshakes(Executors.newVirtualThreadPerTaskExecutor()))
                .maxInboundMessageSize(INBOUND_BYTES_MAX)
                .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION_MAX)
                .maxConnectionAge(CONNECTION_AGE_MAX.toSeconds(), TimeUnit.SECONDS)
                .maxConnectionAgeGrace(CONNECTION_GRACE.toSeconds(), TimeUnit.SECONDS)
                .keepAliveTime(KEEPALIVE.toSeconds(), TimeUnit.SECONDS)
                .keepAliveTimeout(KEEPALIVE_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                .permitKeepAliveTime(KEEPALIVE_PERMITTED.toSeconds(), TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .handshakeTimeout(HANDSHAKE_MAX.toSeconds(), TimeUnit.SECONDS);
    }

    /** A server whose keys are looked up at every handshake. */
    private static class TlsFactory extends NettyGrpcServerFactory {
        private final NodePortKeys keys;

        TlsFactory(String address, NodePortKeys keys) {
            super(
                    address,
                    List.<ServerBuilderCustomizer<NettyServerBuilder>>of(NodePort::customize),
                    null,
                    null,
                    null);
            this.keys = keys;
            // A node shows its certificate; bearer tokens are for people, on the other port.
            setInterceptorFilter((interceptor, service) ->
                    !(interceptor instanceof AuthenticationProcessInterceptor));
        }

        @Override
        protected ServerCredentials credentials() {
            return TlsServerCredentials.newBuilder()
                    .keyManager(keys.keyManager())
                    .trustManager(keys.trustManager())
                    .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
                    .build();
        }
    }
}
