package org.coopmesh.watch;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.InetSocketAddress;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.prometheus.PrometheusMetricsExportAutoConfiguration;
import org.springframework.context.annotation.Bean;

/** Opens the port for figures in any service that has this on the class path. */
@AutoConfiguration(after = PrometheusMetricsExportAutoConfiguration.class)
@EnableConfigurationProperties(WatchSettings.class)
class WatchAutoConfiguration {
    @Bean
    @ConditionalOnBean(PrometheusMeterRegistry.class)
    MetricsPort metricsPort(PrometheusMeterRegistry registry, WatchSettings settings) {
        return new MetricsPort(
                registry, new InetSocketAddress(settings.address(), settings.port()));
    }
}
