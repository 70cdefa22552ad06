package org.coopmesh.membership.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.net.HttpCookie;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.security.crypto.password.PasswordEncoder;
import tools.jackson.databind.JsonNode;

class ProofIT extends SignInPages {
    private static final Pattern SPARE = Pattern.compile("<li><code>([a-z2-7-]+)</code>");
    private static final Pattern SIGN_IN = Pattern.compile("sign-ins/([0-9a-f-]{36})/end");

    @Autowired PasswordEncoder passwords;
    @Autowired SigningKeys signingKeys;

    @AfterEach
    void forget() {
        UUID board = boardId();
        db.sql("update account set password_hash = :hash where id = :board")
                .param("hash", passwords.encode(PASSWORD))
                .param("board", board)
                .update();
        for (String table : List.of("passkey", "spare_code", "code_app", "sign_in"))
            db.sql("delete from " + table + " where account_id = :board")
                    .param("board", board)
                    .update();
        db.sql("delete from spring_session").update();
    }

    @Test
    void aPasskeySignsInByItself() throws Exception {
        TestPasskey passkey = passkey("My phone");
        signOut();
        assertThat(location(send(request(authorize()).GET()))).endsWith("/id/sign-in");

        HttpResponse<String> in = signInBy(passkey, asked());

        assertThat(in.statusCode()).as(in.body()).isEqualTo(200);
        URI next = URI.create(read(in.body()).path("next").asString());
        assertThat(next.getPath()).isEqualTo("/id/oauth2/authorize");
        JWTClaimsSet claims = claims(tokens());
        assertThat(claims.getStringListClaim("amr")).containsExactly("pop");
        assertThat(claims.getSubject()).isEqualTo(boardId().toString());
        assertThat(Instant.ofEpochSecond(claims.getLongClaim("auth_time")))
                .isBetween(Instant.now().minusSeconds(60), Instant.now());
        assertThat(page()).contains("My phone").contains("Passkey added");
    }

    @Test
    void aPasskeyOpensNothingWhereAnythingIsWrong() throws Exception {
        TestPasskey passkey = passkey("My phone");
        signOut();

        passkey.origin = "http://localhost.example.org:8080";
        assertThat(signInBy(passkey, asked()).statusCode()).isEqualTo(401);

        passkey.origin = ORIGIN;
        JsonNode challenge = asked();
        String proof = passkey.proof(challenge);
        assertThat(posted("/id/passkey/sign-in", proof).statusCode()).isEqualTo(200);
        assertThat(posted("/id/passkey/sign-in", proof).statusCode()).as("again").isEqualTo(401);
        signOut();

        passkey.counter = 1;
        assertThat(signInBy(passkey, asked()).statusCode()).as("a copy").isEqualTo(401);

        passkey.counter = 100;
        passkey.flags = 0x01;
        assertThat(signInBy(passkey, asked()).statusCode()).as("nobody looked").isEqualTo(401);

        passkey.flags = 0x05;
        asked();
        assertThat(posted("/id/passkey/sign-in", "{\"id\": 7}").statusCode()).isEqualTo(400);
        assertThat(posted("/id/passkey/sign-in", " ".repeat(70_000)).statusCode()).isEqualTo(413);
        assertThat(location(send(request(authorize()).GET()))).endsWith("/id/sign-in");
    }

    @Test
    void aPasskeyThatWasRemovedOpensNothing() throws Exception {
        TestPasskey passkey = passkey("Lost phone");
        String id = read(passkey.proof(read("{}"))).path("id").asString();

        HttpResponse<String> removed = sent("/id/security/passkeys/" + id + "/removal", Map.of());

        assertThat(location(removed)).endsWith("said=passkey-removed");
        signOut();
        assertThat(signInBy(passkey, asked()).statusCode()).isEqualTo(401);
    }

    @Test
    void anAppsCodeIsAskedForAfterThePasswordAndCountsOnce() throws Exception {
        byte[] secret = setUpApp();
        signOut();
        assertThat(location(send(request(authorize()).GET()))).endsWith("/id/sign-in");
        submit(EMAIL, PASSWORD);
        assertThat(location(send(request("/id/security").GET()))).endsWith("/id/sign-in/code");
        assertThat(location(send(request(authorize()).GET()))).endsWith("/id/sign-in/code");

        assertThat(location(code("000000"))).endsWith("?refused");
        String right = codeOf(secret, Instant.now().plusSeconds(30));
        assertThat(location(code(right))).contains("/id/oauth2/authorize");
        assertThat(claims(tokens()).getStringListClaim("amr")).containsExactly("pwd", "otp");

        signOut();
        submit(EMAIL, PASSWORD);
        assertThat(location(code(right))).as("a code seen by another").endsWith("?refused");
    }

    @Test
    void aSpareCodeOpensOnce() throws Exception {
        setUpApp();
        var spare =
                SPARE.matcher(sent("/id/security/spare-codes", Map.of()).body())
                        .results()
                        .map(each -> each.group(1))
                        .toList();
        assertThat(spare).hasSize(10).doesNotHaveDuplicates();
        signOut();
        submit(EMAIL, PASSWORD);
        assertThat(location(code(spare.getFirst().toUpperCase(Locale.ROOT))))
                .doesNotContain("refused");
        assertThat(page()).contains("Spare codes left: 9");

        signOut();
        submit(EMAIL, PASSWORD);
        assertThat(location(code(spare.getFirst()))).endsWith("?refused");
    }

    @Test
    void guessingCodesHasToWait() throws Exception {
        byte[] secret = setUpApp();
        signOut();
        submit(EMAIL, PASSWORD);
        for (int i = 0; i < 10; i++) code("%06d".formatted(i));

        assertThat(location(code(codeOf(secret, Instant.now().plusSeconds(30))))).endsWith("?wait");
    }

    @Test
    void whatIsEndedCannotBeRenewed() throws Exception {
        JsonNode here = tokens(codeFor(EMAIL, PASSWORD));
        assertThat(page()).contains("This browser");
        var id = SIGN_IN.matcher(page());
        assertThat(id.find()).isTrue();

        BACK_CHANNEL.told.clear();
        BACK_CHANNEL.refuses = 1;
        sent("/id/security/sign-ins/" + id.group(1) + "/end", Map.of());

        assertThat(renewed(here)).isEqualTo(400);
        assertThat(
                        SignedJWT.parse(here.path("id_token").asString())
                                .getJWTClaimsSet()
                                .getStringClaim("sign_in"))
                .isEqualTo(id.group(1));
        Awaitility.await("the gateway is told, if not at once")
                .until(() -> !BACK_CHANNEL.told.isEmpty());
        SignedJWT logout = BACK_CHANNEL.told.getFirst();
        assertThat(logout.verify(new RSASSAVerifier(signingKeys.signs()))).isTrue();
        assertThat(logout.getHeader().getType()).hasToString("logout+jwt");
        JWTClaimsSet told = logout.getJWTClaimsSet();
        assertThat(told.getStringClaim("sid")).isEqualTo(id.group(1));
        assertThat(told.getSubject()).isEqualTo(boardId().toString());
        assertThat(told.getAudience()).containsExactly("gateway");
        assertThat(told.getClaim("nonce")).isNull();
        assertThat(location(send(request(authorize()).GET()))).endsWith("/id/sign-in");
    }

    @Test
    void aFreshProofEndsWhatTheOneBeforeHadLeft() throws Exception {
        JsonNode first = tokens(codeFor(EMAIL, PASSWORD));
        JsonNode second = tokens();
        assertThat(renewed(first)).as("one sign-in, one right to renew").isEqualTo(400);

        submit(EMAIL, PASSWORD);
        JsonNode third = tokens();

        assertThat(renewed(second)).isEqualTo(400);
        assertThat(renewed(third)).isEqualTo(200);
        assertThat(SIGN_IN.matcher(page()).results()).hasSize(1);
    }

    @Test
    void aStolenSessionOpensNothingOnceItsOwnerEndsItElsewhereAndThatIsWrittenDown()
            throws Exception {
        JsonNode tokens = tokens(codeFor(EMAIL, PASSWORD));
        List<HttpCookie> stolen = List.copyOf(cookies.getCookieStore().getCookies());
        String signIn =
                SignedJWT.parse(tokens.path("id_token").asString())
                        .getJWTClaimsSet()
                        .getStringClaim("sign_in");
        cookies.getCookieStore().removeAll();
        tokens(codeFor(EMAIL, PASSWORD));

        sent("/id/security/sign-ins/" + signIn + "/end", Map.of());

        cookies.getCookieStore().removeAll();
        for (HttpCookie cookie : stolen) {
            cookies.getCookieStore().add(URI.create("http://localhost:" + port + "/id/"), cookie);
        }
        assertThat(location(send(request("/id/security").GET()))).endsWith("/id/sign-in");
        assertThat(location(send(request(authorize()).GET()))).endsWith("/id/sign-in");
        assertThat(renewed(tokens)).isEqualTo(400);
        assertThat(
                        db.sql(
                                        "select what from identity_event where account_id = :board order by id desc limit 1")
                                .param("board", boardId())
                                .query(String.class)
                                .single())
                .isEqualTo("sign-in-ended");
    }

    @Test
    void nobodyEndsTheSignInOfAnother() throws Exception {
        apply("Somebody Else", "else@example.org");
        tokens(codeFor("else@example.org", PASSWORD));
        var other = SIGN_IN.matcher(page());
        assertThat(other.find()).isTrue();
        signOut();
        JsonNode mine = tokens(codeFor(EMAIL, PASSWORD));

        sent("/id/security/sign-ins/" + other.group(1) + "/end", Map.of());

        assertThat(
                        db.sql(
                                        "select count(*) from oauth2_authorization a join sign_in s on s.authorization_id = a.id where s.id = :id")
                                .param("id", UUID.fromString(other.group(1)))
                                .query(Long.class)
                                .single())
                .isEqualTo(1);
        assertThat(renewed(mine)).isEqualTo(200);
    }

    @Test
    void aNewPasswordSignsOutEverywhereElse() throws Exception {
        JsonNode elsewhere = tokens(codeFor(EMAIL, PASSWORD));
        cookies.getCookieStore().removeAll();
        JsonNode here = tokens(codeFor(EMAIL, PASSWORD));

        assertThat(location(sent("/id/security/password", Map.of("password", "short"))))
                .endsWith("said=password-refused");
        assertThat(location(sent("/id/security/password", Map.of("password", "another-one"))))
                .endsWith("said=password-changed");

        assertThat(renewed(elsewhere)).isEqualTo(400);
        assertThat(renewed(here)).isEqualTo(200);
        signOut();
        assertThat(location(submit(EMAIL, PASSWORD))).endsWith("?refused");
        assertThat(location(submit(EMAIL, "another-one"))).doesNotContain("refused");
    }

    @Test
    void whatAnotherSiteSendsChangesNothing() throws Exception {
        submit(EMAIL, PASSWORD);

        HttpResponse<String> forged =
                send(
                        request("/id/security/password")
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .POST(HttpRequest.BodyPublishers.ofString("password=another-one")));

        assertThat(forged.statusCode()).isEqualTo(403);
    }
}
