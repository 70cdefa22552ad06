package org.coopmesh.abuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.coopmesh.quickstart.MetricNames;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.servlet.MockMvc;

/** Rules and dashboards are written by metrics.txt, and it says what is so. */
@ServiceTest
class MetricsIT {
    @Autowired PrometheusMeterRegistry registry;
    @Autowired MockMvc http;

    @Test
    void whatIsCountedIsWrittenDown() throws Exception {
        http.perform(get("/actuator/health/liveness"));

        assertThat(MetricNames.differences(registry.scrape())).isEmpty();
        assertThat(registry.scrape()).contains("{application=\"abuse-reporting\"");
    }
}
