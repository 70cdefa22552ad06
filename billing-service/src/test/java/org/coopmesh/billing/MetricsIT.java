package org.coopmesh.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.coopmesh.quickstart.MetricNames;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.MockMvc;

/** Rules and dashboards are written by metrics.txt, and it says what is so. */
@SpringBootTest(classes = BillingService.class, webEnvironment = SpringBootTest.WebEnvironment.MOCK)
@AutoConfigureMockMvc
@Import(BillingContext.class)
class MetricsIT {
    @Autowired PrometheusMeterRegistry registry;
    @Autowired MockMvc http;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        BillingContext.alone(registry);
    }

    @Test
    void whatIsCountedIsWrittenDown() throws Exception {
        http.perform(get("/actuator/health/liveness"));

        assertThat(MetricNames.differences(registry.scrape())).isEmpty();
        assertThat(registry.scrape()).contains("{application=\"billing-service\"");
    }
}
