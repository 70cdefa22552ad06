package org.coopmesh.billing;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import org.coopmesh.privacy.ViewFilter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.oauth2.server.resource.web.BearerTokenAuthenticationEntryPoint;
import org.springframework.security.oauth2.server.resource.web.access.BearerTokenAccessDeniedHandler;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import tools.jackson.databind.json.JsonMapper;

/** What is public is named here; the rest needs a token, and each method says whose. */
@Configuration
@EnableMethodSecurity
class SecurityConfiguration {
    /** What a token of a view reads: nothing that the board may not read without it. */
    private static final String[] SHOWN_IN_VIEWS = {
        "/api/bill/mine",
        "/api/bill/{payerId}/spending",
        "/api/billing/dunning/policy",
        "/api/billing/instalment-plans",
        "/api/billing/instalment-plans/mine",
        "/api/billing/payers/{id}/details",
        "/api/billing/privacy/register",
        "/api/billing/seller",
        "/api/charges",
        "/api/cost-budgets",
        "/api/cost-pools/**",
        "/api/cost-shares/{id}",
        "/api/direct-debit/mine",
        "/api/invoices/**",
        "/api/ledger/heads",
        "/api/money-resolutions",
        "/api/outage-credits/**",
        "/api/payments",
        "/api/payments/offered",
        "/api/payroll/figures",
        "/api/payroll/rate-cards",
        "/api/plans/**",
        "/api/settlements/**",
        "/api/treasury/open-books",
        "/api/treasury",
        "/api/usage",
        "/api/usage/mine",
        "/api/usage/mine/implausible",
        "/api/usage/retention",
    };

    private final JsonMapper json;

    SecurityConfiguration(JsonMapper json) {
        this.json = json;
    }

    @Bean
    SecurityFilterChain rest(HttpSecurity http) {
        var unknown = new BearerTokenAuthenticationEntryPoint();
        var forbidden = new BearerTokenAccessDeniedHandler();
        return http.authorizeHttpRequests(requests ->
                        requests.requestMatchers(HttpMethod.GET, "/api/plans", "/pay/*", "/changes")
                                .permitAll()
                                .requestMatchers(HttpMethod.POST, "/pay/*/*", "/webhooks/*")
                                .permitAll()
                                .requestMatchers(
                                        "/actuator/health", "/actuator/health/**", "/error")
                                .permitAll()
                                .requestMatchers("/v3/api-docs", "/v3/api-docs/**")
                                .hasRole("board")
                                .requestMatchers("/api/**")
                                .authenticated()
                                .anyRequest()
                                .denyAll())
                .oauth2ResourceServer(tokens ->
                        tokens.jwt(Customizer.withDefaults())
                                .authenticationEntryPoint((request, response, e) -> {
                                    unknown.commence(request, response, e);
                                    write(
                                            response,
                                            HttpStatus.UNAUTHORIZED,
                                            "not-signed-in",
                                            "sign in first");
                                })
                                .accessDeniedHandler((request, response, e) -> {
                                    forbidden.handle(request, response, e);
                                    write(
                                            response,
                                            HttpStatus.FORBIDDEN,
                                            "forbidden",
                                            "not yours to see or do");
                                }))
                .sessionManagement(
                        sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .addFilterBefore(new ViewFilter(SHOWN_IN_VIEWS), AuthorizationFilter.class)
                // Bearer tokens only, no cookies: nothing that another site could ride on.
                .csrf(AbstractHttpConfigurer::disable)
                .build();
    }

    private void write(HttpServletResponse response, HttpStatus status, String slug, String detail)
            throws IOException {
        var problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.getOutputStream().write(json.writeValueAsBytes(problem));
    }
}
