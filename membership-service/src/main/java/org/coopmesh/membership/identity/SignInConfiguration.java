package org.coopmesh.membership.identity;

import static java.util.Objects.requireNonNull;
import static org.springframework.security.config.Customizer.withDefaults;

import com.nimbusds.jose.jwk.JWKSet;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.mail.Mails;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authorization.AuthenticatedAuthorizationManager;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.oauth2.server.authorization.OAuth2AuthorizationServerConfigurer;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.core.userdetails.UsernameNotFoundException;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.oidc.OidcScopes;
import org.springframework.security.oauth2.core.oidc.endpoint.OidcParameterNames;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.jwt.NimbusJwtEncoder;
import org.springframework.security.oauth2.server.authorization.JdbcOAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.authentication.ClientSecretAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.client.InMemoryRegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;
import org.springframework.security.oauth2.server.authorization.settings.ClientSettings;
import org.springframework.security.oauth2.server.authorization.settings.TokenSettings;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenCustomizer;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;
import org.springframework.security.web.authentication.UsernamePasswordAuthenticationFilter;
import org.springframework.security.web.context.DelegatingSecurityContextRepository;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.security.web.context.SecurityContextRepository;
import org.springframework.security.web.savedrequest.HttpSessionRequestCache;
import org.springframework.security.web.savedrequest.RequestCache;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.OrRequestMatcher;
import org.springframework.security.web.webauthn.api.AuthenticatorSelectionCriteria;
import org.springframework.security.web.webauthn.api.PublicKeyCredentialRpEntity;
import org.springframework.security.web.webauthn.api.ResidentKeyRequirement;
import org.springframework.security.web.webauthn.api.UserVerificationRequirement;
import org.springframework.security.web.webauthn.jackson.WebauthnJacksonModule;
import org.springframework.security.web.webauthn.management.WebAuthnRelyingPartyOperations;
import org.springframework.security.web.webauthn.management.Webauthn4JRelyingPartyOperations;
import org.springframework.web.servlet.LocaleResolver;
import org.springframework.web.servlet.i18n.AcceptHeaderLocaleResolver;

/**
 * Wires the authorization server and the sign-in page.
 *
 * <p>Both share one filter chain: the page's answer must reach the request that the authorization endpoint has saved.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(IdentitySettings.class)
class SignInConfiguration {
    static final String CLIENT = "gateway";

    /** In ID tokens: by which name a logout token ends what came of them. */
    static final String SIGN_IN_CLAIM = "sign_in";

    static final String PAGE = "/id/sign-in";
    static final String CODE_PAGE = "/id/sign-in/code";
    static final String SECURITY = "/id/security";
    static final String AUTHORIZE = "/id/oauth2/authorize";
    static final String TOKEN = "/id/oauth2/token";
    static final String KEYS = "/id/oauth2/jwks";
    static final String LOGOUT = "/id/connect/logout";
    static final String REVOKE = "/id/oauth2/revoke";

    /** Half a year; then another key signs tokens, without anybody noticing. */
    private static final Duration SIGNING_KEY_FOR = Duration.ofDays(180);

    /** Pages are in a language that is written here, and say which; whoever wants none of them reads English. */
    @Bean
    LocaleResolver localeResolver() {
        var wanted = new AcceptHeaderLocaleResolver();
        wanted.setSupportedLocales(Arrays.stream(Language.values()).map(Language::locale).toList());
        wanted.setDefaultLocale(Language.EN.locale());
        return wanted;
    }

    @Bean
    @Order(1)
    SecurityFilterChain signInChain(
            HttpSecurity http,
            IdentitySettings settings,
            SignInFailures failures,
            Arrivals arrivals,
            CodeApps codeApps,
            SecurityContextRepository contexts,
            RequestCache wanted) {
        var limit = new SignInLimit(failures, arrivals);
        http.securityMatcher("/id/**")
                .with(
                        new OAuth2AuthorizationServerConfigurer(),
                        server ->
                                server.oidc(withDefaults())
                                        .clientAuthentication(client ->
                                                client.authenticationProviders(
                                                        SignInConfiguration
                                                                ::compareSecretsByDigest)))
                .formLogin(form ->
                        form.loginPage(PAGE)
                                .usernameParameter("email")
                                .successHandler(limit.succeeded())
                                .failureHandler(limit.failed()))
                .logout(logout -> logout.disable())
                .requestCache(cache -> cache.requestCache(wanted))
                .securityContext(context -> context.securityContextRepository(contexts))
                .addFilterBefore(limit, UsernamePasswordAuthenticationFilter.class)
                .addFilterBefore(new StepUp(codeApps::isOn, wanted), AuthorizationFilter.class)
                .exceptionHandling(on ->
                        on.authenticationEntryPoint(new LoginUrlAuthenticationEntryPoint(PAGE)))
                .authorizeHttpRequests(requests ->
                        requests.requestMatchers(
                                        PAGE,
                                        WelcomeController.PAGE,
                                        LinkController.PAGE,
                                        LinkController.USE,
                                        AddressController.CONFIRM,
                                        RecoveryPageController.PAGE,
                                        RecoveryPageController.STOP,
                                        RecoveryPageController.CODE,
                                        ExternalController.BEGIN,
                                        ExternalController.BACK,
                                        "/id/style.css",
                                        "/id/passkey.js",
                                        "/id/passkey/options",
                                        "/id/passkey/sign-in",
                                        "/id/.well-known/openid-configuration")
                                .permitAll()
                                .requestMatchers(CODE_PAGE, SECURITY, SECURITY + "/**")
                                .access(AuthenticatedAuthorizationManager.authenticated())
                                // A browser's session and the gateway's secret are both proofs.
                                .requestMatchers(AUTHORIZE, TOKEN, REVOKE)
                                .access(AuthenticatedAuthorizationManager.authenticated())
                                .anyRequest()
                                .denyAll())
                .headers(headers ->
                        headers.contentSecurityPolicy(policy ->
                                        policy.policyDirectives(contentSecurityPolicy(settings)))
                                .referrerPolicy(withDefaults()));
        return http.build();
    }

    /** Form answers end in a redirect to the gateway, so its origin is allowed beside our own. */
    private static String contentSecurityPolicy(IdentitySettings settings) {
        String gateway = settings.gatewayRedirectUri().resolve("/").toString().replaceAll("/$", "");
        return "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' "
                + gateway;
    }

    /** The gateway's secret is long and random, so it needs no slow hash at every token. */
    private static void compareSecretsByDigest(List<AuthenticationProvider> providers) {
        for (var provider : providers)
            if (provider instanceof ClientSecretAuthenticationProvider secrets)
                secrets.setPasswordEncoder(new SecretDigest());
    }

    /** Pages to come back to after a question who it is. */
    @Bean
    RequestCache wanted() {
        var wanted = new HttpSessionRequestCache();
        var paths = PathPatternRequestMatcher.withDefaults();
        wanted.setRequestMatcher(
                new OrRequestMatcher(
                        paths.matcher(HttpMethod.GET, AUTHORIZE),
                        paths.matcher(HttpMethod.GET, SECURITY)));
        return wanted;
    }

    @Bean
    SecurityContextRepository contexts() {
        return new DelegatingSecurityContextRepository(
                new RequestAttributeSecurityContextRepository(),
                new HttpSessionSecurityContextRepository());
    }

    /**
     * Passkeys for the host that browsers see. The device must look who holds it, and must know by itself whose key it is, so
     * that one touch is both name and proof.
     */
    @Bean
    WebAuthnRelyingPartyOperations passkeyOperations(
            IdentitySettings settings, Passkeys passkeys, Passkeys.Holders holders) {
        var operations =
                new Webauthn4JRelyingPartyOperations(
                        holders,
                        passkeys,
                        PublicKeyCredentialRpEntity.builder()
                                .id(settings.issuer().getHost())
                                .name("Coopmesh")
                                .build(),
                        Set.of(settings.origin()));
        operations.setCustomizeCreationOptions(options ->
                options.authenticatorSelection(
                        AuthenticatorSelectionCriteria.builder()
                                .residentKey(ResidentKeyRequirement.REQUIRED)
                                .userVerification(UserVerificationRequirement.REQUIRED)
                                .build()));
        operations.setCustomizeRequestOptions(
                options -> options.userVerification(UserVerificationRequirement.REQUIRED));
        return operations;
    }

    @Bean
    WebauthnJacksonModule passkeysAsJson() {
        return new WebauthnJacksonModule();
    }

    @Bean
    AuthorizationServerSettings authorizationServerSettings(IdentitySettings settings) {
        return AuthorizationServerSettings.builder()
                .issuer(settings.issuer().toString())
                .authorizationEndpoint(AUTHORIZE)
                .tokenEndpoint(TOKEN)
                .jwkSetEndpoint(KEYS)
                .tokenRevocationEndpoint(REVOKE)
                .tokenIntrospectionEndpoint("/id/oauth2/introspect")
                .oidcLogoutEndpoint(LOGOUT)
                .build();
    }

    /** The only client. Its id is fixed: stored authorizations name it. */
    @Bean
    RegisteredClientRepository clients(IdentitySettings settings) {
        var gateway =
                RegisteredClient.withId(CLIENT)
                        .clientId(CLIENT)
                        .clientSecret(SecretDigest.ofEach(settings.gatewayClientSecret()))
                        .clientName("Coopmesh gateway")
                        .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
                        .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_POST)
                        .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
                        .authorizationGrantType(AuthorizationGrantType.REFRESH_TOKEN)
                        .redirectUri(settings.gatewayRedirectUri().toString())
                        .postLogoutRedirectUri(
                                settings.gatewayRedirectUri().resolve("/").toString())
                        .scope(OidcScopes.OPENID)
                        .scope(OidcScopes.PROFILE)
                        .clientSettings(
                                ClientSettings.builder()
                                        .requireProofKey(true)
                                        .requireAuthorizationConsent(false)
                                        .build())
                        .tokenSettings(
                                TokenSettings.builder()
                                        .accessTokenTimeToLive(
                                                settings.identity().accessTokenLifetime())
                                        .refreshTokenTimeToLive(
                                                settings.identity().sessionLifetime())
                                        // Requests of one browser may renew at the same time.
                                        .reuseRefreshTokens(true)
                                        .build())
                        .build();
        return new InMemoryRegisteredClientRepository(gateway);
    }

    @Bean
    OAuth2AuthorizationService authorizations(
            JdbcOperations db, RegisteredClientRepository clients) {
        return new JdbcOAuth2AuthorizationService(db, clients);
    }

    @Bean
    SigningKeys signingKeys(IdentitySettings settings) {
        return new SigningKeys(settings.keysDir(), SIGNING_KEY_FOR, Proof.WALL);
    }

    /** By one key, though others are told beside it. */
    @Bean
    JwtEncoder jwtEncoder(SigningKeys signingKeys) {
        return new NimbusJwtEncoder(
                (selector, context) -> selector.select(new JWKSet(signingKeys.signs())));
    }

    /** Checks our own tokens without asking ourselves over HTTP. Lifetimes are judged by the wall clock. */
    @Bean
    JwtDecoder jwtDecoder(SigningKeys signingKeys, IdentitySettings settings) {
        var decoder = NimbusJwtDecoder.withJwkSource(signingKeys).build();
        decoder.setJwtValidator(
                JwtValidators.createDefaultWithIssuer(settings.issuer().toString()));
        return decoder;
    }

    /**
     * Puts roles and name into tokens, read afresh each time: a withdrawn role is gone with the next token; and when and by what
     * its owner last proved who they are.
     */
    @Bean
    OAuth2TokenCustomizer<JwtEncodingContext> rolesAndName(
            Accounts accounts, RoleGrants grants, SignIns signIns) {
        return token -> {
            var id =
                    new AccountId(
                            UUID.fromString(
                                    requireNonNull(token.<Authentication>getPrincipal())
                                            .getName()));
            Account account =
                    accounts.find(id)
                            .filter(Account::open)
                            .orElseThrow(() ->
                                    new OAuth2AuthenticationException(
                                            OAuth2ErrorCodes.INVALID_GRANT));
            token.getClaims().claim("name", account.name());
            if (OAuth2TokenType.ACCESS_TOKEN.equals(token.getTokenType())) {
                // An ArrayList, because stored tokens are read back only from types known to be
                // safe.
                var roles = new ArrayList<String>();
                grants.held(List.of(id)).getOrDefault(id, Set.of()).stream()
                        .sorted()
                        .forEach(role -> roles.add(role.word()));
                token.getClaims().claim("roles", roles);
                Proof.of(token.getPrincipal()).ifPresent(proof -> tell(proof, token, signIns));
            } else if (OidcParameterNames.ID_TOKEN.equals(token.getTokenType().getValue())) {
                token.getClaims().claim("email", account.email());
                // "sid" is the page's session, which changes with each proof; a sign-in stays
                Proof.of(token.getPrincipal())
                        .flatMap(Proof::signIn)
                        .ifPresent(signIn ->
                                token.getClaims().claim(SIGN_IN_CLAIM, signIn.toString()));
            }
        };
    }

    private static void tell(Proof proof, JwtEncodingContext token, SignIns signIns) {
        token.getClaims().claim("auth_time", Date.from(proof.at()));
        token.getClaims().claim("amr", proof.words());
        OAuth2Authorization authorization = token.getAuthorization();
        if (authorization != null) {
            proof.signIn()
                    .ifPresent(
                            id -> signIns.renewed(id, authorization.getId(), Proof.WALL.instant()));
        }
    }

    @Bean
    PasswordEncoder passwordEncoder() {
        return Argon2PasswordEncoder.defaultsForSpringSecurity_v5_8();
    }

    /** Finds accounts by e-mail address; who may not sign in is as unknown as who never was. */
    @Bean
    UserDetailsService accountsByEmail(Accounts accounts) {
        return email ->
                accounts.withEmail(email.strip())
                        .filter(Account::open)
                        .map(account ->
                                User.withUsername(account.id().toString())
                                        .password(account.passwordHash())
                                        .build())
                        .orElseThrow(() -> new UsernameNotFoundException("no such account"));
    }

    @Bean
    ExpiredAuthorizations expiredAuthorizations(
            JdbcClient db,
            SignIns signIns,
            MailedLinks links,
            Notices notices,
            Mails mails,
            Clock clock) {
        return new ExpiredAuthorizations(db, signIns, links, notices, mails, clock);
    }

    /** Deletes codes and tokens that nobody can use any more, and what was told long ago. */
    static class ExpiredAuthorizations {
        private static final Duration SIGN_INS_KEPT = Duration.ofDays(30);
        private static final Duration LINKS_KEPT = Duration.ofDays(1);
        private static final Duration NOTICES_KEPT = Duration.ofDays(90);

        private final JdbcClient db;
        private final SignIns signIns;
        private final MailedLinks links;
        private final Notices notices;
        private final Mails mails;
        private final Clock clock;

        ExpiredAuthorizations(
                JdbcClient db,
                SignIns signIns,
                MailedLinks links,
                Notices notices,
                Mails mails,
                Clock clock) {
            this.db = db;
            this.signIns = signIns;
            this.links = links;
            this.notices = notices;
            this.mails = mails;
            this.clock = clock;
        }

        /** Tokens live on the wall clock, so their end is the database's too. */
        @Scheduled(fixedDelayString = "PT1H")
        void delete() {
            db.sql(
                            """
                            delete from oauth2_authorization
                            where greatest(authorization_code_expires_at, access_token_expires_at,
                                           refresh_token_expires_at) < now() - interval '1 day'
                            """)
                    .update();
            signIns.forgetEnded(Proof.WALL.instant().minus(SIGN_INS_KEPT));
            links.forget(Proof.WALL.instant().minus(LINKS_KEPT));
            mails.forget(
                    Arrays.stream(MailedLinks.Purpose.values())
                            .map(purpose -> purpose.notice().tag())
                            .toList(),
                    clock.instant().minus(LINKS_KEPT));
            mails.forget(
                    Arrays.stream(Notice.values()).map(Notice::tag).toList(),
                    clock.instant().minus(NOTICES_KEPT));
            notices.forget(clock.instant().minus(NOTICES_KEPT));
        }
    }
}
