package org.coopmesh.membership;

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
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;

/** Every endpoint as everybody, beside what docs/security.md says. */
@TestPropertySource(properties = "coopmesh.test.database=its-own")
class RolesIT extends RunningService {
    @Test
    void everybodyMayCallWhatIsWrittenDownAndNothingElse() throws Exception {
        constitute();
        RoleMatrix matrix =
                RoleMatrix.of(
                        "membership-service",
                        Map.of(
                                "PUT /api/assembly/terms",
                                Map.of(
                                        "terms",
                                        Map.of(
                                                "quorumPercent",
                                                20,
                                                "majority",
                                                "simple",
                                                "rulesMajority",
                                                "two-thirds",
                                                "seconders",
                                                2,
                                                "discussionDays",
                                                14,
                                                "votingDays",
                                                7),
                                        "reason",
                                        "tried"),
                                "POST /api/assembly/proposals",
                                Map.of(
                                        "title",
                                        "tried",
                                        "text",
                                        "tried",
                                        "change",
                                        Map.of("kind", "resolution")),
                                "PUT /api/coop/policy",
                                Map.of(
                                        "slowLaneKbit",
                                        1000,
                                        "slowLaneAfterDays",
                                        14,
                                        "wallAfterDays",
                                        60,
                                        "failMode",
                                        "keep",
                                        "listLifetime",
                                        "P7D",
                                        "reason",
                                        "tried")));

        assertThat(matrix.size()).isGreaterThan(40);
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
