package org.coopmesh.gateway.session;

import static java.util.Objects.requireNonNull;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.util.Set;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.security.oauth2.client.autoconfigure.OAuth2ClientProperties;
import org.springframework.boot.security.oauth2.client.autoconfigure.OAuth2ClientPropertiesMapper;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestCustomizers;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.logout.HttpStatusReturningLogoutSuccessHandler;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.session.jdbc.PostgreSqlJdbcIndexedSessionRepositoryCustomizer;
import org.springframework.web.util.WebUtils;
import tools.jackson.databind.json.JsonMapper;

/**
 * Browser security. Tokens never reach the browser: it holds a session cookie, the session holds the tokens. Whether someone
 * may do something is decided by the services, not here.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(OAuth2ClientProperties.class)
class SessionSecurity {
    /** Under which the authorization server knows the gateway's settings. */
    static final String CLIENT = "coopmesh";

    private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS", "TRACE");

    @Bean
    SecurityFilterChain browser(
            HttpSecurity http,
            ClientRegistrationRepository clients,
            OAuth2AuthorizedClientRepository tokens,
            SignOut signOut,
            BackChannel backChannel,
            CoopTime time,
            JsonMapper json,
            @Value("${server.servlet.session.cookie.name}") String sessionCookie,
            @Value("${server.servlet.session.cookie.secure}") boolean secure)
            throws Exception {
        var requests =
                new DefaultOAuth2AuthorizationRequestResolver(clients, "/oauth2/authorization");
        requests.setAuthorizationRequestCustomizer(
                OAuth2AuthorizationRequestCustomizers.withPkce());
        var stepUp = new StepUp(requests);
        return http.authorizeHttpRequests(paths ->
                        paths.requestMatchers("/api/overview/**", "/api/live", "/api/session/view")
                                .authenticated()
                                .anyRequest()
                                .permitAll())
                .oauth2Login(login ->
                        login.authorizationEndpoint(
                                        endpoint -> endpoint.authorizationRequestResolver(stepUp))
                                .authorizedClientRepository(tokens)
                                .successHandler(stepUp)
                                .failureHandler(new SignInFailure()))
                // The dashboard remembers by itself where somebody wanted to go.
                .requestCache(cache -> cache.disable())
                .logout(logout ->
                        logout.logoutRequestMatcher(
                                        PathPatternRequestMatcher.withDefaults()
                                                .matcher(HttpMethod.POST, SignOut.PATH))
                                .addLogoutHandler(signOut)
                                .logoutSuccessHandler(
                                        new HttpStatusReturningLogoutSuccessHandler(
                                                HttpStatus.NO_CONTENT)))
                .oidcLogout(logout ->
                        logout.oidcSessionRegistry(backChannel)
                                .backChannel(channel -> channel.logoutHandler(backChannel)))
                .csrf(csrf ->
                        csrf.csrfTokenRepository(csrfTokens(sessionCookie + "-csrf", secure))
                                .requireCsrfProtectionMatcher(
                                        request -> changesSomethingFor(request, sessionCookie)))
                .exceptionHandling(errors ->
                        errors.authenticationEntryPoint((_, response, _) ->
                                        refuse(
                                                json,
                                                response,
                                                HttpStatus.UNAUTHORIZED,
                                                "sign-in-required",
                                                "Sign in to see this."))
                                .accessDeniedHandler((_, response, _) ->
                                        refuse(
                                                json,
                                                response,
                                                HttpStatus.FORBIDDEN,
                                                "csrf-token-missing",
                                                "This change did not come from a page of this session: load the page again.")))
                .headers(headers ->
                        headers.referrerPolicy(policy -> policy.policy(ReferrerPolicy.SAME_ORIGIN))
                                .permissionsPolicyHeader(policy ->
                                        policy.policy(
                                                "camera=(), microphone=(), geolocation=(self)"))
                                .frameOptions(frames -> frames.deny())
                                .addHeaderWriter(
                                        (request, response) -> tellTime(time, request, response)))
                .build();
    }

    /**
     * With the issuer, which sign-ins and logout tokens are checked for. As a setting it would make every start wait for
     * membership-service.
     */
    @Bean
    ClientRegistrationRepository clients(
            OAuth2ClientProperties settings, @Value("${coopmesh.public-url}") URI publicUrl) {
        ClientRegistration known =
                new OAuth2ClientPropertiesMapper(settings).asClientRegistrations().get(CLIENT);
        return new InMemoryClientRegistrationRepository(
                ClientRegistration.withClientRegistration(requireNonNull(known))
                        .issuerUri(publicUrl.resolve("/id").toString())
                        .build());
    }

    @Bean
    OAuth2AuthorizedClientRepository tokens() {
        return new ViewedTokens();
    }

    /** Requests of one page that meet in one session do not disturb each other. */
    @Bean
    PostgreSqlJdbcIndexedSessionRepositoryCustomizer sessionsInPostgres() {
        return new PostgreSqlJdbcIndexedSessionRepositoryCustomizer();
    }

    /** As strict as the session cookie; scripts read the token from /api/session, not from the cookie. */
    private static CookieCsrfTokenRepository csrfTokens(String cookie, boolean secure) {
        var csrfTokens = new CookieCsrfTokenRepository();
        csrfTokens.setCookieName(cookie);
        csrfTokens.setCookieCustomizer(each -> each.secure(secure).sameSite("Lax"));
        return csrfTokens;
    }

    /**
     * Without our cookie a request cannot borrow anybody's session: forms of outsiders and scripts need no token. The forms
     * of the sign-in pages carry that service's own token; what is paid by a link is nobody's session.
     */
    private static boolean changesSomethingFor(HttpServletRequest request, String sessionCookie) {
        String path = request.getRequestURI();
        return !SAFE_METHODS.contains(request.getMethod())
                && (!path.startsWith("/id/") || path.equals(SignOut.PATH))
                && !path.startsWith("/pay/")
                && WebUtils.getCookie(request, sessionCookie) != null;
    }

    /** Pages follow the co-op's clock with every answer. */
    private static void tellTime(
            CoopTime time, HttpServletRequest request, HttpServletResponse response) {
        if (request.getRequestURI().startsWith("/api/")) {
            response.setHeader("Coop-Time", time.now().toString());
        }
    }

    private static void refuse(
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
