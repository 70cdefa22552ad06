package org.coopmesh.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.coopmesh.quickstart.MetricNames;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Rules and dashboards are written by metrics.txt, and it says what is so. */
class MetricsIT extends RunningGateway {
    @Autowired PrometheusMeterRegistry registry;

    @Test
    void whatIsCountedIsWrittenDown() throws Exception {
        assertThat(new Person(publicUrl).get("/actuator/health").statusCode()).isEqualTo(200);
        assertThat(new Person(publicUrl).get("/metrics").body()).doesNotContain("jvm_");
        assertThat(new Person(publicUrl).get("/actuator/prometheus").statusCode())
                .isNotEqualTo(200);

        new Person(publicUrl)
                .send(
                        new Person(publicUrl)
                                .request("/api/coop")
                                .header(
                                        "traceparent",
                                        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
                                .GET());
        assertThat(MEMBERSHIP.last().header("traceparent")).as("traces are off").isNull();

        assertThat(MetricNames.differences(registry.scrape())).isEmpty();
        assertThat(registry.scrape()).contains("{application=\"gateway\"");
    }
}
