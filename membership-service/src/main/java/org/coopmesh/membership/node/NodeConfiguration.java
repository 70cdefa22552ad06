package org.coopmesh.membership.node;

import static java.util.Objects.requireNonNullElse;

import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.grpc.server.autoconfigure.GrpcServerProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.grpc.server.lifecycle.GrpcServerLifecycle;
import org.springframework.grpc.server.service.GrpcServiceConfigurer;
import org.springframework.grpc.server.service.GrpcServiceDiscoverer;

/** Wires keys, certificates and the node port. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(NodeSettings.class)
class NodeConfiguration {
    private static final int PORT = 9081;
    private static final Duration SHUTDOWN_GRACE = Duration.ofSeconds(5);

    @Bean
    CertificateAuthority certificateAuthority(NodeSettings settings) {
        return new CertificateAuthority(
                settings.keysDir(),
                settings.keysDirOfBilling(),
                settings.allNodePortNames(),
                settings.publicUrl(),
                Clock.systemUTC());
    }

    @Bean
    AccessListKey accessListKey(NodeSettings settings) {
        return new AccessListKey(settings.keysDir(), Clock.systemUTC());
    }

    @Bean
    @ConditionalOnBooleanProperty(name = "spring.grpc.server.enabled", matchIfMissing = true)
    NodePort nodePort(
            CertificateAuthority authority, GrpcServerProperties settings, NodeSessions sessions) {
        InetAddress address =
                requireNonNullElse(settings.getAddress(), InetAddress.getLoopbackAddress());
        int port = requireNonNullElse(settings.getPort(), PORT);
        return new NodePort(
                address.getHostAddress() + ":" + port,
                List.of(NodePort.limits(settings, sessions)),
                authority);
    }

    /** Opens the port when everything behind it runs. */
    @Bean
    @ConditionalOnBooleanProperty(name = "spring.grpc.server.enabled", matchIfMissing = true)
    GrpcServerLifecycle nodePortLifecycle(
            NodePort port,
            GrpcServiceDiscoverer discoverer,
            GrpcServiceConfigurer configurer,
            ApplicationEventPublisher hearers) {
        discoverer.findServices().stream()
                .map(service -> configurer.configure(service, port))
                .forEach(port::addService);
        return new GrpcServerLifecycle(port, SHUTDOWN_GRACE, hearers) {
            /** Streams are told first (phase above), then the port closes. */
            @Override
            public int getPhase() {
                return Integer.MAX_VALUE - 1;
            }
        };
    }
}
