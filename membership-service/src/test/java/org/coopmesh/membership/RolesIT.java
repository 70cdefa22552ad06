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
import java.util.function.Consumer;
import org.coopmesh.quickstart.RoleMatrix;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.oauth2.jwt.Jwt;
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

    @Test
    void whoSeesWhatAMemberSeesReadsWhatIsMarkedAndChangesNothing() throws Exception {
        RoleMatrix matrix = RoleMatrix.of("membership-service", Map.of());

        assertThat(matrix.differencesInViews(this::inView)).isEmpty();
    }

    private RoleMatrix.InView inView(RoleMatrix.Request request) throws Exception {
        MockHttpServletResponse answer =
                answer(
                        request,
                        Set.of("member"),
                        token -> token.claim("act", Map.of("sub", UUID.randomUUID().toString())));
        return new RoleMatrix.InView(answer.getStatus(), answer.getContentAsString());
    }

    private int status(
            RoleMatrix.Request request, boolean signedIn, Set<String> roles, boolean freshProof) {
        Instant proved = Instant.now().minus(Duration.ofMinutes(freshProof ? 0 : 20));
        try {
            return answer(
                            request,
                            signedIn ? roles : null,
                            token -> token.claim("auth_time", proved))
                    .getStatus();
        } catch (Exception unanswered) {
            return HttpStatus.INTERNAL_SERVER_ERROR.value();
        }
    }

    /** Without a token where there are no roles. */
    private MockHttpServletResponse answer(
            RoleMatrix.Request request, @Nullable Set<String> roles, Consumer<Jwt.Builder> claims)
            throws Exception {
        MockHttpServletRequestBuilder call =
                request(HttpMethod.valueOf(request.method()), URI.create(request.uri()));
        request.headers().forEach(call::header);
        if (request.body() != null) {
            call.contentType(request.contentType()).content(request.body());
        }
        if (roles != null) {
            call.with(
                    jwt().jwt(token ->
                                    claims.accept(
                                            token.subject(UUID.randomUUID().toString())
                                                    .claim("roles", List.copyOf(roles))))
                            .authorities(
                                    roles.stream()
                                            .map(role -> new SimpleGrantedAuthority("ROLE_" + role))
                                            .toArray(SimpleGrantedAuthority[]::new)));
        }
        return http.perform(call).andReturn().getResponse();
    }
}
