package org.coopmesh.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.test.context.TestPropertySource;

/** With a load balancer before the gateway, named in the settings, what that says about the client is believed. */
@TestPropertySource(
        properties = "COOPMESH_TRUSTED_PROXIES=127[.]0[.]0[.]1|192[.]168[.]7[.][0-9]{1,3}")
class BehindProxyIT extends RunningGateway {
    @Value("${coopmesh.public-url}")
    String gateway;

    @Test
    void theClientIsWhoTheNearestTrustedProxySawAndNotWhomTheClientClaims() {
        var person = new Person(gateway);

        person.send(
                person.request("/api/reports/1")
                        .header("X-Forwarded-For", "10.9.9.9, 203.0.113.9, 192.168.7.3")
                        .header("X-Forwarded-Proto", "https")
                        .header("X-Forwarded-Host", "mesh.example"));

        assertThat(ABUSE.last().headers().get("X-Forwarded-For")).containsExactly("203.0.113.9");
        assertThat(ABUSE.last().headers().get("X-Forwarded-Proto")).containsExactly("https");
        assertThat(ABUSE.last().headers().get("X-Forwarded-Host")).containsExactly("mesh.example");
    }
}
