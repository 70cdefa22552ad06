package org.coopmesh.watch;

import io.micrometer.observation.ObservationFilter;
import io.micrometer.observation.ObservationPredicate;
import io.opentelemetry.sdk.trace.SpanLimits;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;

/**
 * Keeps out of traces what is nobody's business: addresses of pages, which hold tokens and names, and what failures say; and
 * what would drown them.
 */
@AutoConfiguration(
        beforeName =
                "org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.OpenTelemetryTracingAutoConfiguration")
class TracesAutoConfiguration {
    /** Of a request the route is told, not the address. */
    private static final String ADDRESS = "http.url";

    @Bean
    ObservationFilter noAddressesOfPages() {
        return context -> context.removeHighCardinalityKeyValue(ADDRESS);
    }

    /** A failure would be told as an event, with its words. Its type is a tag anyhow. */
    @Bean
    SpanLimits noWordsOfFailures() {
        return SpanLimits.builder().setMaxNumberOfEvents(0).build();
    }

    /** Jobs that look each second for what is due, and each filter that a request goes through. */
    @Bean
    ObservationPredicate noJobsAndNoFilters() {
        return (name, context) ->
                !name.startsWith("tasks.") && !name.startsWith("spring.security.");
    }
}
