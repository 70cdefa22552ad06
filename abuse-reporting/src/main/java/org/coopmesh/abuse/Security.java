package org.coopmesh.abuse;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.coopmesh.privacy.ViewFilter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.oauth2.server.resource.web.BearerTokenAuthenticationEntryPoint;
import org.springframework.security.oauth2.server.resource.web.access.BearerTokenAccessDeniedHandler;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;

/**
 * Who may call at all. What is public is named here, everything else wants a token; which role may do what stands at each
 * endpoint. No cookies and no sessions, so nothing to forge: browsers come through the gateway.
 */
@Configuration(proxyBeanMethods = false)
@EnableMethodSecurity
class Security {
    @Bean
    SecurityFilterChain chain(HttpSecurity http) throws Exception {
        var entryPoint = new BearerTokenAuthenticationEntryPoint();
        var accessDenied = new BearerTokenAccessDeniedHandler();
        return http.csrf(AbstractHttpConfigurer::disable)
                // What somebody reported, or was reported for, is between them and the moderators.
                .addFilterBefore(
                        new ViewFilter("/api/abuse/policy", "/api/abuse/privacy/register"),
                        AuthorizationFilter.class)
                .sessionManagement(s -> s.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .requestCache(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .authorizeHttpRequests(requests ->
                        requests.requestMatchers(
                                        HttpMethod.POST,
                                        "/api/reports",
                                        "/api/reports/xarf",
                                        "/api/reports/*/additions",
                                        "/api/pleas",
                                        "/api/pleas/*")
                                .permitAll()
                                .requestMatchers(HttpMethod.GET, "/api/reports/mine")
                                .authenticated()
                                .requestMatchers(HttpMethod.GET, "/api/reports/*", "/api/pleas/*")
                                .permitAll()
                                .requestMatchers("/v1/decisions", "/v1/decisions/stream")
                                .permitAll() // By a firewall's key.
                                .requestMatchers(HttpMethod.POST, "/v1/usage-metrics")
                                .permitAll()
                                .requestMatchers(HttpMethod.GET, "/log/**")
                                .permitAll()
                                .requestMatchers(HttpMethod.GET, "/changes")
                                .permitAll() // By the gateway; words, nothing about anybody.
                                .requestMatchers("/actuator/health/**", "/error")
                                .permitAll()
                                .requestMatchers("/api/**", "/v3/api-docs/**")
                                .authenticated()
                                .anyRequest()
                                .denyAll())
                .oauth2ResourceServer(server ->
                        server.jwt(Customizer.withDefaults())
                                .authenticationEntryPoint((request, response, failure) -> {
                                    entryPoint.commence(request, response, failure);
                                    problem(response, "unauthenticated", "Sign in first");
                                })
                                .accessDeniedHandler((request, response, denied) -> {
                                    accessDenied.handle(request, response, denied);
                                    problem(response, "forbidden", "Your roles do not allow this");
                                }))
                .build();
    }

    private static void problem(HttpServletResponse response, String slug, String title)
            throws IOException {
        response.setContentType("application/problem+json");
        response.getWriter()
                .write(
                        """
                        {"type":"https://coopmesh.org/problems/%s","title":"%s","status":%d}\
                        """
                                .formatted(slug, title, response.getStatus()));
    }
}
