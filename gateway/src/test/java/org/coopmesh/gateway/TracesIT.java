package org.coopmesh.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.coopmesh.gateway.StandInPart.Asked;
import org.junit.jupiter.api.Test;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** A trace begins at the gateway, goes on in the services, and says where somebody was without saying what was asked. */
class TracesIT extends RunningGateway {
    private static final StandInPart COLLECTOR = new StandInPart();
    private static final String OF_A_BROWSER =
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    @DynamicPropertySource
    static void traced(DynamicPropertyRegistry settings) {
        settings.add("COOPMESH_TRACES_ENDPOINT", () -> COLLECTOR.url() + "/v1/traces");
        settings.add("management.tracing.sampling.probability", () -> "1.0");
        settings.add("management.opentelemetry.tracing.export.schedule-delay", () -> "100ms");
    }

    @Test
    void aServiceIsToldTheTraceOfTheGatewayAndNotOfTheBrowser() {
        var person = new Person(publicUrl);
        person.send(
                person.request("/api/coop?secret=canarylink_7f3a9c2e")
                        .header("traceparent", OF_A_BROWSER)
                        .header("tracestate", "a=b")
                        .GET());

        Asked asked = MEMBERSHIP.last();
        assertThat(asked.header("traceparent"))
                .matches("00-[0-9a-f]{32}-[0-9a-f]{16}-0[13]")
                .doesNotContain("4bf92f3577b34da6a3ce929d0e0e4736");
        assertThat(asked.header("tracestate")).isNull();
        String trace = asked.header("traceparent").split("-")[1];
        await().atMost(Duration.ofSeconds(20)).until(() -> told().contains("http get"));
        assertThat(trace).hasSize(32);
        assertThat(told()).contains("gateway").doesNotContain("canarylink_");
    }

    /** What the collector got; names and tags stand in protobuf as they are. */
    private static String told() {
        var told = new StringBuilder();
        COLLECTOR.asked.forEach(asked -> told.append(asked.body()));
        return told.toString();
    }
}
