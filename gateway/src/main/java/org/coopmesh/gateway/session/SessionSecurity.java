package org.coopmesh.gateway.session;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.HttpSessionOAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestCustomizers;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.HttpStatusEntryPoint;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.savedrequest.HttpSessionRequestCache;

/**
 * Browser security. Tokens never reach the browser: it holds a session cookie, the session holds the tokens. Whether someone
 * may do something is decided by the services, not here.
 */
@Configuration
class SessionSecurity {
    private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS", "TRACE");

    @Bean
    SecurityFilterChain browser(
            HttpSecurity http,
            ClientRegistrationRepository clients,
            OAuth2AuthorizedClientRepository tokens,
            @Value("${server.servlet.session.cookie.name}") String sessionCookie)
            throws Exception {
        var requests =
                new DefaultOAuth2AuthorizationRequestResolver(clients, "/oauth2/authorization");
        requests.setAuthorizationRequestCustomizer(
                OAuth2AuthorizationRequestCustomizers.withPkce());
        var startPages = new HttpSessionRequestCache();
        // Only a page is worth returning to after sign-in, never a call that a page made.
        startPages.setRequestMatcher(SessionSecurity::isPage);
        return http.authorizeHttpRequests(paths ->
                        paths.requestMatchers("/api/overview/**")
                                .authenticated()
                                .anyRequest()
                                .permitAll())
                .oauth2Login(login ->
                        login.authorizationEndpoint(
                                        endpoint -> endpoint.authorizationRequestResolver(requests))
                                .authorizedClientRepository(tokens)
                                .defaultSuccessUrl("/")
                                .failureUrl("/?signIn=failed"))
                .requestCache(cache -> cache.requestCache(startPages))
                .logout(logout -> logout.logoutUrl("/logout").logoutSuccessUrl("/"))
                .csrf(csrf ->
                        csrf.csrfTokenRepository(new CookieCsrfTokenRepository())
                                .requireCsrfProtectionMatcher(
                                        request -> changesSomethingFor(request, sessionCookie)))
                .exceptionHandling(errors ->
                        errors.authenticationEntryPoint(
                                new HttpStatusEntryPoint(HttpStatus.UNAUTHORIZED)))
                .headers(headers ->
                        headers.referrerPolicy(policy -> policy.policy(ReferrerPolicy.SAME_ORIGIN))
                                .permissionsPolicyHeader(policy ->
                                        policy.policy(
                                                "camera=(), microphone=(), geolocation=(self)"))
                                .frameOptions(frames -> frames.deny()))
                .build();
    }

    /** In the session, so that every replica finds them and they end with it. */
    @Bean
    OAuth2AuthorizedClientRepository tokens() {
        return new HttpSessionOAuth2AuthorizedClientRepository();
    }

    /** Without our cookie a request cannot borrow anybody's session: forms of outsiders and scripts need no token. */
    private static boolean changesSomethingFor(HttpServletRequest request, String sessionCookie) {
        if (SAFE_METHODS.contains(request.getMethod())
                || request.getRequestURI().startsWith("/id/")
                || request.getCookies() == null) {
            return false;
        }
        for (Cookie cookie : request.getCookies()) {
            if (cookie.getName().equals(sessionCookie)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isPage(HttpServletRequest request) {
        String accept = request.getHeader("Accept");
        return request.getMethod().equals("GET") && accept != null && accept.contains("text/html");
    }
}
