package org.coopmesh.membership.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Signing in by a provider elsewhere, over real HTTP. */
class ExternalSignInIT extends SignInPages {
    private static final ProviderElsewhere PROVIDER = new ProviderElsewhere();

    @DynamicPropertySource
    static void provider(DynamicPropertyRegistry settings) {
        settings.add("coopmesh.identity.external.name", () -> "Valley Union");
        settings.add("coopmesh.identity.external.issuer", PROVIDER::issuer);
        settings.add("coopmesh.identity.external.client-id", () -> ProviderElsewhere.CLIENT);
        settings.add("coopmesh.identity.external.client-secret", () -> ProviderElsewhere.SECRET);
    }

    @BeforeEach
    void nothingIsLinked() {
        db.sql("delete from external_account").update();
        PROVIDER.behaves();
    }

    @Test
    void whoLinkedAnAccountElsewhereSignsInByIt() throws Exception {
        link();
        assertThat(page()).contains("You can sign in as board@example.org");
        signOut();
        send(request(authorize()).GET());
        assertThat(send(request("/id/sign-in").GET()).body()).contains("Sign in with Valley Union");

        assertThat(arrived()).contains("/id/oauth2/authorize");

        JWTClaimsSet claims = claims(tokens());
        assertThat(claims.getSubject()).isEqualTo(boardId().toString());
        assertThat(claims.getStringListClaim("amr")).containsExactly("ext");
        assertThat(claims.getLongClaim("auth_time")).isEqualTo(PROVIDER.provedAt.getEpochSecond());
        sent("/id/security/external/removal", Map.of());
        signOut();
        assertThat(arrived()).endsWith("external=unknown");
    }

    @Test
    void anAddressThatTheProviderTellsSignsNobodyIn() throws Exception {
        assertThat(arrived()).endsWith("external=unknown");
        assertThat(send(request("/id/sign-in?external=unknown").GET()).body())
                .contains("is not linked");
        assertThat(location(send(request(authorize()).GET()))).endsWith("/id/sign-in");
    }

    @Test
    void toComeBackLinksNothingWithoutTheButton() throws Exception {
        tokens(codeFor(EMAIL, PASSWORD));
        URI back =
                PROVIDER.arrive(URI.create(location(send(request("/id/security/external").GET()))));
        assertThat(location(send(request(back.getRawPath() + "?" + back.getRawQuery()).GET())))
                .endsWith("/id/security/external/link");

        assertThat(db.sql("select count(*) from external_account").query(Long.class).single())
                .isZero();
    }

    @Test
    void anAccountElsewhereSignsInOneHereOnly() throws Exception {
        link();
        signOut();
        apply("Somebody Else", "external-else@example.org");
        tokens(codeFor("external-else@example.org", PASSWORD));

        assertThat(linked()).endsWith("said=external-taken");
    }

    @Test
    void anAnswerForWhoWasSignedInWhenItWasAskedLinksNobodyElse() throws Exception {
        apply("Next At The Desk", "external-next@example.org");
        tokens(codeFor(EMAIL, PASSWORD));
        URI back =
                PROVIDER.arrive(URI.create(location(send(request("/id/security/external").GET()))));
        // Somebody else signs in, in the same browser.
        submit("external-next@example.org", PASSWORD);

        assertThat(location(send(request(back.getRawPath() + "?" + back.getRawQuery()).GET())))
                .endsWith("external=refused");

        assertThat(db.sql("select count(*) from external_account").query(Long.class).single())
                .isZero();
    }

    @Test
    void whatWasFoundForOneIsNotLinkedToWhoSignsInBeforeTheButton() throws Exception {
        apply("Next At The Button", "external-button@example.org");
        tokens(codeFor(EMAIL, PASSWORD));
        URI back =
                PROVIDER.arrive(URI.create(location(send(request("/id/security/external").GET()))));
        send(request(back.getRawPath() + "?" + back.getRawQuery()).GET());
        submit("external-button@example.org", PASSWORD);

        assertThat(location(sent("/id/security/external/link", Map.of())))
                .doesNotContain("external-linked");

        assertThat(db.sql("select count(*) from external_account").query(Long.class).single())
                .isZero();
    }

    @Test
    void anAnswerThatThisBrowserDidNotAskForIsRefused() throws Exception {
        link();
        signOut();
        URI back = PROVIDER.arrive(URI.create(location(send(request("/id/external").GET()))));
        String query = back.getRawQuery();

        assertThat(location(send(request(back.getRawPath() + "?" + query + "x").GET())))
                .endsWith("external=refused");
        assertThat(location(send(request(back.getRawPath() + "?" + query).GET())))
                .as("its one try is used up")
                .endsWith("external=refused");
        assertThat(location(send(request(back.getRawPath() + "?error=access_denied").GET())))
                .endsWith("external=refused");
    }

    @Test
    void whatCannotBeBelievedSignsNobodyIn() throws Exception {
        link();
        signOut();
        for (Consumer<JWTClaimsSet.Builder> wrong :
                List.<Consumer<JWTClaimsSet.Builder>>of(
                        claims -> claims.audience("another"),
                        claims -> claims.issuer("https://elsewhere.example"),
                        claims -> claims.claim("nonce", "another"),
                        claims -> claims.claim("auth_time", null),
                        claims ->
                                claims.claim(
                                        "auth_time",
                                        Instant.now().minus(Duration.ofHours(1)).getEpochSecond()),
                        claims ->
                                claims.claim(
                                        "auth_time",
                                        Instant.now().plus(Duration.ofHours(1)).getEpochSecond()),
                        claims ->
                                claims.expirationTime(
                                        java.util.Date.from(
                                                Instant.now().minus(Duration.ofHours(1)))))) {
            PROVIDER.forged = wrong;
            assertThat(arrived()).endsWith("external=refused");
        }
        PROVIDER.behaves();
        PROVIDER.signs = new RSAKeyGenerator(2048).keyID("elsewhere").generate();
        assertThat(arrived()).endsWith("external=refused");
        PROVIDER.behaves();
        assertThat(arrived()).doesNotContain("external=");
    }

    @Test
    void aProviderThatIsSilentKeepsNobodyElseOut() throws Exception {
        PROVIDER.isSilent = true;

        assertThat(claims(tokens(codeFor(EMAIL, PASSWORD))).getSubject())
                .isEqualTo(boardId().toString());
    }

    private void link() throws Exception {
        tokens(codeFor(EMAIL, PASSWORD));
        assertThat(linked()).endsWith("said=external-linked");
    }

    private String linked() throws Exception {
        URI back =
                PROVIDER.arrive(URI.create(location(send(request("/id/security/external").GET()))));
        send(request(back.getRawPath() + "?" + back.getRawQuery()).GET());
        assertThat(send(request("/id/security/external/link").GET()).body())
                .contains("Link your account of Valley Union?");
        return location(sent("/id/security/external/link", Map.of()));
    }

    /** Where somebody lands who went to the provider and came back. */
    private String arrived() throws Exception {
        URI back = PROVIDER.arrive(URI.create(location(send(request("/id/external").GET()))));
        return location(send(request(back.getRawPath() + "?" + back.getRawQuery()).GET()));
    }
}
