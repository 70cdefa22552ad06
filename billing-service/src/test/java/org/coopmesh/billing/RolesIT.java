package org.coopmesh.billing;

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
import org.coopmesh.billing.subscription.Facts;
import org.coopmesh.quickstart.RoleMatrix;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;

/** Every endpoint as everybody, beside what docs/security.md says. */
@SpringBootTest(classes = BillingService.class, webEnvironment = SpringBootTest.WebEnvironment.MOCK)
@AutoConfigureMockMvc
@Import(BillingContext.class)
class RolesIT {
    @Autowired MockMvc http;
    @Autowired Facts facts;
    @Autowired JdbcClient db;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        BillingContext.alone(registry);
    }

    @Test
    void everybodyMayCallWhatIsWrittenDownAndNothingElse() throws Exception {
        facts.constituted();
        db.sql(
                        """
                        insert into site_fact (site_id, effective_on, occurred_at, member_id, payer_id, plan_code)
                        values (gen_random_uuid(), '2026-01-01', '2025-12-01', gen_random_uuid(), :payer, 'home')
                        """)
                .param("payer", RoleMatrix.ANY_ID)
                .update();
        RoleMatrix matrix =
                RoleMatrix.of(
                        "billing-service",
                        Map.of(
                                "PUT /api/bank/accounts/{id}/csv-mapping",
                                Map.of(
                                        "charset",
                                        "UTF-8",
                                        "delimiter",
                                        ";",
                                        "headLines",
                                        1,
                                        "dateFormat",
                                        "dd.MM.yyyy",
                                        "decimal",
                                        ",",
                                        "bookedOn",
                                        "day",
                                        "amount",
                                        "amount")));

        assertThat(matrix.size()).isGreaterThan(150);
        assertThat(matrix.differences(this::status)).isEmpty();
    }

    @Test
    void whoSeesWhatAMemberSeesReadsWhatIsMarkedAndChangesNothing() throws Exception {
        RoleMatrix matrix = RoleMatrix.of("billing-service", Map.of());

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
