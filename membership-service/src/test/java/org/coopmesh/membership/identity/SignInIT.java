package org.coopmesh.membership.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.SignedJWT;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A browser and the gateway sign in over real HTTP: authorization code, PKCE, the form, tokens. */
class SignInIT extends SignInPages {
    @Test
    void theFormLeadsToATokenWithRolesAndRefreshRenewsIt() throws Exception {
        String code = codeFor("board@example.org", "a-long-password");
        JsonNode tokens =
                token(
                        "authorization_code",
                        Map.of("code", code, "redirect_uri", CALLBACK, "code_verifier", verifier));

        var access = SignedJWT.parse(tokens.get("access_token").asString()).getJWTClaimsSet();

        assertThat(access.getIssuer()).isEqualTo("http://localhost:8080/id");
        assertThat(access.getStringListClaim("roles")).containsExactly("member", "board");
        assertThat(access.getStringClaim("name")).isEqualTo("Ada Board");
        assertThat(access.getSubject()).isEqualTo(boardId().toString());
        assertThat(me(tokens)).isEqualTo("Ada Board");

        JsonNode renewed =
                token(
                        "refresh_token",
                        Map.of("refresh_token", tokens.get("refresh_token").asString()));
        var again = SignedJWT.parse(renewed.get("access_token").asString()).getJWTClaimsSet();
        assertThat(again.getStringListClaim("roles")).containsExactly("member", "board");
        assertThat(me(renewed)).isEqualTo("Ada Board");
    }

    @Test
    void aRoleGrantedMeanwhileIsInTheNextToken() throws Exception {
        String code = codeFor("board@example.org", "a-long-password");
        JsonNode tokens =
                token(
                        "authorization_code",
                        Map.of("code", code, "redirect_uri", CALLBACK, "code_verifier", verifier));
        send(
                request("/api/members/" + boardId() + "/roles")
                        .header("Authorization", "Bearer " + tokens.get("access_token").asString())
                        .header("Content-Type", "application/json")
                        .PUT(
                                HttpRequest.BodyPublishers.ofString(
                                        "{\"roles\": [\"board\", \"moderator\"], \"reason\": \"small co-op\"}")));

        JsonNode renewed =
                token(
                        "refresh_token",
                        Map.of("refresh_token", tokens.get("refresh_token").asString()));

        assertThat(
                        SignedJWT.parse(renewed.get("access_token").asString())
                                .getJWTClaimsSet()
                                .getStringListClaim("roles"))
                .containsExactly("member", "moderator", "board");
        send(
                request("/api/members/" + boardId() + "/roles")
                        .header("Authorization", "Bearer " + renewed.get("access_token").asString())
                        .header("Content-Type", "application/json")
                        .PUT(
                                HttpRequest.BodyPublishers.ofString(
                                        "{\"roles\": [\"board\"], \"reason\": \"test over\"}")));
    }

    @Test
    void aCodeWithoutItsVerifierIsWorthNothing() throws Exception {
        String code = codeFor("board@example.org", "a-long-password");

        HttpResponse<String> answer =
                tokenAnswer(
                        "authorization_code",
                        Map.of("code", code, "redirect_uri", CALLBACK, "code_verifier", random()),
                        "test-secret");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("invalid_grant");
    }

    @Test
    void aClientWithAWrongSecretIsRefused() throws Exception {
        HttpResponse<String> answer =
                tokenAnswer("refresh_token", Map.of("refresh_token", "anything"), "guessed");

        assertThat(answer.statusCode()).isEqualTo(401);
    }

    @Test
    void aWrongPasswordAndAnUnknownAddressGetTheSameAnswer() throws Exception {
        HttpResponse<String> wrong = submit("board@example.org", "wrong-password");
        HttpResponse<String> unknown = submit("nobody@example.org", "wrong-password");

        assertThat(wrong.statusCode()).isEqualTo(unknown.statusCode()).isEqualTo(302);
        assertThat(location(wrong)).isEqualTo(location(unknown)).endsWith("/id/sign-in?refused");
        assertThat(send(request("/id/sign-in?refused").GET()).body())
                .contains("role=\"alert\"")
                .contains("is not right");
    }

    @Test
    void anAddressThatNoTableCanHoldIsRefusedLikeAnyOther() throws Exception {
        assertThat(location(submit("a\0b@example.org", "wrong-\0-password")))
                .endsWith("/id/sign-in?refused");
    }

    @Test
    void afterTooManyFailuresEvenTheRightPasswordHasToWait() throws Exception {
        for (int i = 0; i < 10; i++) submit("board@example.org", "wrong-password");

        HttpResponse<String> held = submit("board@example.org", "a-long-password");

        assertThat(location(held)).endsWith("/id/sign-in?wait");
        assertThat(send(request("/id/sign-in?wait").GET()).body()).contains("15 minutes");
        clock.advance(Duration.ofMinutes(16));
        assertThat(location(submit("board@example.org", "a-long-password")))
                .doesNotContain("sign-in");
    }

    @Test
    void aRefusedApplicantIsSignedOutAndCannotComeBack() throws Exception {
        UUID applicant = apply("Out Soon", "out@example.org");
        String code = codeFor("out@example.org", "a-long-password");
        JsonNode tokens =
                token(
                        "authorization_code",
                        Map.of("code", code, "redirect_uri", CALLBACK, "code_verifier", verifier));
        assertThat(
                        SignedJWT.parse(tokens.get("access_token").asString())
                                .getJWTClaimsSet()
                                .getStringListClaim("roles"))
                .isEmpty();

        http.perform(
                org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post(
                                "/api/members/{id}/refuse", applicant)
                        .with(caller(boardId(), "board"))
                        .contentType("application/json")
                        .content("{\"reason\": \"out of reach\"}"));

        assertThat(
                        tokenAnswer(
                                        "refresh_token",
                                        Map.of(
                                                "refresh_token",
                                                tokens.get("refresh_token").asString()),
                                        "test-secret")
                                .statusCode())
                .isEqualTo(400);
        assertThat(location(submit("out@example.org", "a-long-password"))).endsWith("?refused");
    }

    @Test
    void signingOutEndsTheSessionHere() throws Exception {
        String code = codeFor("board@example.org", "a-long-password");
        JsonNode tokens =
                token(
                        "authorization_code",
                        Map.of("code", code, "redirect_uri", CALLBACK, "code_verifier", verifier));
        assertThat(location(send(request(authorize()).GET()))).startsWith(CALLBACK);

        HttpResponse<String> out =
                send(
                        request(
                                        "/id/connect/logout?post_logout_redirect_uri="
                                                + encode("http://localhost:8080/")
                                                + "&id_token_hint="
                                                + tokens.get("id_token").asString())
                                .GET());

        assertThat(location(out)).isEqualTo("http://localhost:8080/");
        assertThat(location(send(request(authorize()).GET()))).endsWith("/id/sign-in");
    }

    @Test
    void theSessionCookieStaysWithSignIn() throws Exception {
        send(request(authorize()).GET());

        var cookie = cookies.getCookieStore().getCookies().getFirst();

        assertThat(cookie.getName()).isEqualTo("coopmesh-id");
        assertThat(cookie.getPath()).isEqualTo("/id");
        assertThat(cookie.isHttpOnly()).isTrue();
    }

    @Test
    void thePageRunsOnlyItsOwnScriptAndLoadsOnlyItsOwnStyle() throws Exception {
        HttpResponse<String> page = send(request("/id/sign-in").GET());

        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'")
                .contains("style-src 'self'")
                .contains("script-src 'self'")
                .doesNotContain("unsafe");
        assertThat(page.body())
                .containsOnlyOnce("<script")
                .contains("<script type=\"module\" src=\"/id/passkey.js\">")
                .doesNotContain("style=")
                .contains("lang=\"en\"");
        HttpResponse<String> style = send(request("/id/style.css").GET());
        assertThat(style.statusCode()).isEqualTo(200);
        assertThat(style.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/css");
    }

    @Test
    void discoveryNamesEndpointsThatAnswer() throws Exception {
        JsonNode discovery =
                read(send(request("/id/.well-known/openid-configuration").GET()).body());

        assertThat(discovery.get("issuer").asString()).isEqualTo("http://localhost:8080/id");
        String keys = discovery.get("jwks_uri").asString().replace("http://localhost:8080", "");
        assertThat(read(send(request(keys).GET()).body()).get("keys").size()).isEqualTo(1);
    }
}
