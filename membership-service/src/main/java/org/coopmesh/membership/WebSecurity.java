package org.coopmesh.membership;

import static org.springframework.security.config.Customizer.withDefaults;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import org.coopmesh.privacy.ViewFilter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.oauth2.server.resource.web.BearerTokenAuthenticationEntryPoint;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Who may reach what over HTTP. What is public is named here; everything else under /api wants a token, and each endpoint
 * says in which role. The chain of /id is in identity.
 */
@Configuration(proxyBeanMethods = false)
@EnableMethodSecurity
class WebSecurity {
    /** What a token of a view reads: nothing that the board may not read without it. */
    private static final String[] SHOWN_IN_VIEWS = {
        "/api/coop",
        "/api/coop/rules",
        "/api/coop/policy",
        "/api/feeds/*",
        "/api/me",
        "/api/members/{id}",
        "/api/members/{id}/timeline",
        "/api/names",
        "/api/names/mine",
        "/api/nodes",
        "/api/nodes/{id}",
        "/api/outages",
        "/api/outages/{id}",
        "/api/payers/{id}",
        "/api/privacy/register",
        "/api/sites",
        "/api/topology/graph",
    };

    @Bean
    @Order(2)
    SecurityFilterChain apiChain(HttpSecurity http, JsonMapper json) {
        AuthenticationEntryPoint unauthenticated =
                (request, response, e) -> {
                    new BearerTokenAuthenticationEntryPoint().commence(request, response, e);
                    write(
                            json,
                            response,
                            HttpStatus.UNAUTHORIZED,
                            "sign-in-required",
                            "this needs a valid access token");
                };
        AccessDeniedHandler denied =
                (_, response, _) ->
                        write(
                                json,
                                response,
                                HttpStatus.FORBIDDEN,
                                "not-allowed",
                                "your roles do not allow this");
        http.securityMatcher("/api/**", "/v3/api-docs/**", "/v3/api-docs.yaml")
                .csrf(csrf -> csrf.disable()) // No cookie is looked at here.
                .sessionManagement(
                        session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .requestCache(cache -> cache.disable())
                .oauth2ResourceServer(server ->
                        server.jwt(withDefaults())
                                .authenticationEntryPoint(unauthenticated)
                                .accessDeniedHandler(denied))
                .exceptionHandling(on ->
                        on.authenticationEntryPoint(unauthenticated).accessDeniedHandler(denied))
                .addFilterBefore(new ViewFilter(SHOWN_IN_VIEWS), AuthorizationFilter.class)
                .authorizeHttpRequests(requests ->
                        requests.requestMatchers(
                                        HttpMethod.GET,
                                        "/api/coop",
                                        "/api/coop/ca/**",
                                        "/api/feeds/*.json",
                                        "/api/feeds/*.geojson")
                                .permitAll()
                                .requestMatchers(
                                        HttpMethod.POST,
                                        "/api/coop",
                                        "/api/applications",
                                        "/api/assembly/ballots")
                                .permitAll()
                                .requestMatchers("/v3/**")
                                .hasRole("board")
                                .requestMatchers("/api/**")
                                .authenticated()
                                .anyRequest()
                                .denyAll());
        return http.build();
    }

    /** Health for probes, and for the gateway that something changed; nothing else is served outside /api and /id. */
    @Bean
    @Order(3)
    SecurityFilterChain elseChain(HttpSecurity http) {
        http.csrf(csrf -> csrf.disable())
                .sessionManagement(
                        session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .requestCache(cache -> cache.disable())
                .authorizeHttpRequests(requests ->
                        requests.requestMatchers("/actuator/health/**", "/error")
                                .permitAll()
                                .requestMatchers(HttpMethod.GET, "/changes")
                                .permitAll()
                                .anyRequest()
                                .denyAll());
        return http.build();
    }

    private static void write(
            JsonMapper json,
            HttpServletResponse response,
            HttpStatus status,
            String slug,
            String detail)
            throws IOException {
        var problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        response.setStatus(status.value());
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        json.writeValue(response.getOutputStream(), problem);
    }
}
