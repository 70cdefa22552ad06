package org.coopmesh.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.test.context.TestPropertySource;

/** Who calls too often waits, and nobody else does. */
@TestPropertySource(
        properties = {
            "coopmesh.routing.calls-per-minute=5",
            "COOPMESH_TRUSTED_PROXIES=127[.]0[.]0[.]1"
        })
class CallLimitIT extends RunningGateway {
    @Value("${coopmesh.public-url}")
    String gateway;

    private HttpResponse<String> call(String path, String client) {
        var person = new Person(gateway);
        return person.send(person.request(path).header("X-Forwarded-For", client));
    }

    @Test
    void whoCallsTooOftenIsToldHowLongToWaitAndReachesNoPart() {
        for (int i = 0; i < 5; i++) {
            assertThat(call("/api/coop", "203.0.113.1").statusCode()).isEqualTo(200);
        }

        HttpResponse<String> refused = call("/api/coop", "203.0.113.1");

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("Content-Type"))
                .hasValue("application/problem+json");
        assertThat(refused.body()).contains("https://coopmesh.org/problems/too-many-calls");
        assertThat(refused.headers().firstValueAsLong("Retry-After").orElseThrow())
                .isBetween(1L, 60L);
        assertThat(MEMBERSHIP.asked).hasSize(5);
        assertThat(call("/id/sign-in", "203.0.113.1").statusCode())
                .as("another path")
                .isEqualTo(429);
        assertThat(call("/api/coop", "203.0.113.2").statusCode()).as("another side").isEqualTo(200);
    }

    @Test
    void allAddressesOfOneIpv6NetworkAreOneSide() {
        for (int i = 0; i < 5; i++) {
            assertThat(call("/api/coop", "2001:db8:1:1::" + i).statusCode()).isEqualTo(200);
        }

        assertThat(call("/api/coop", "2001:db8:1:1:ffff::9").statusCode()).isEqualTo(429);
        assertThat(call("/api/coop", "2001:db8:1:2::1").statusCode()).isEqualTo(200);
    }

    @Test
    void filesAndProbesAreNotCounted() {
        for (int i = 0; i < 8; i++) {
            assertThat(call("/assets/nothing.js", "203.0.113.3").statusCode()).isEqualTo(404);
            assertThat(call("/actuator/health", "203.0.113.3").statusCode()).isEqualTo(200);
        }
    }
}
