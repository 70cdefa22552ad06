package org.coopmesh.abuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.request;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.quickstart.RoleMatrix;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;

/** Every endpoint as everybody, beside what docs/security.md says. */
@ServiceTest
@TestPropertySource(properties = "coopmesh.test.database=its-own")
class RolesIT {
    @Autowired MockMvc http;

    @Test
    void everybodyMayCallWhatIsWrittenDownAndNothingElse() throws Exception {
        RoleMatrix matrix =
                RoleMatrix.of(
                        "abuse-reporting",
                        Map.of(
                                "POST /api/abuse/evidence-keys",
                                Map.of("passphrase", "correct horse battery"),
                                "POST /api/abuse/evidence-keys/mine/change",
                                Map.of(
                                        "passphrase",
                                        "not the one",
                                        "newPassphrase",
                                        "correct horse battery")));

        assertThat(matrix.size()).isGreaterThan(30);
        assertThat(matrix.differences(this::status)).isEmpty();
    }

    private int status(
            RoleMatrix.Request request, boolean signedIn, Set<String> roles, boolean freshProof) {
        MockHttpServletRequestBuilder call =
                request(HttpMethod.valueOf(request.method()), URI.create(request.uri()));
        request.headers().forEach(call::header);
        if (request.body() != null) {
            call.contentType(request.contentType()).content(request.body());
        }
        if (signedIn) {
            Instant proved = Instant.now().minus(Duration.ofMinutes(freshProof ? 0 : 20));
            call.with(
                    jwt().jwt(token ->
                                    token.subject(UUID.randomUUID().toString())
                                            .claim("roles", List.copyOf(roles))
                                            .claim("auth_time", proved))
                            .authorities(
                                    roles.stream()
                                            .map(role -> new SimpleGrantedAuthority("ROLE_" + role))
                                            .toArray(SimpleGrantedAuthority[]::new)));
        }
        try {
            return http.perform(call).andReturn().getResponse().getStatus();
        } catch (Exception unanswered) {
            return HttpStatus.INTERNAL_SERVER_ERROR.value();
        }
    }
}
