package org.coopmesh.membership.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.coopmesh.membership.RunningService;
import org.coopmesh.quickstart.Servers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;

/** A browser and the gateway sign in over real HTTP: authorization code, PKCE, the form, tokens. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class SignInIT extends RunningService {
    private static final String CALLBACK = "http://localhost:8080/login/oauth2/code/coopmesh";
    private static final Pattern CSRF = Pattern.compile("name=\"_csrf\"[^>]*value=\"([^\"]+)\"");

    @LocalServerPort int port;
    @Autowired JdbcClient db;

    private final CookieManager cookies = new CookieManager();
    private final HttpClient browser =
            HttpClient.newBuilder()
                    .cookieHandler(cookies)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .build();
    private final String verifier = random();

    @DynamicPropertySource
    static void ownDatabase(DynamicPropertyRegistry settings) throws IOException {
        String database = Servers.freshDatabase("membership");
        String state = Files.createTempDirectory("membership-sign-in").toString();
        settings.add("spring.datasource.url", () -> database);
        settings.add("coopmesh.state-dir", () -> state);
    }

    @BeforeEach
    void aCoop() throws Exception {
        if (Files.exists(stateDir.resolve("setup-code"))) constitute();
        clock.advance(Duration.ofHours(1)); // Failures of the test before are forgotten.
    }

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
    void thePageRunsNoScriptAndLoadsOnlyItsOwnStyle() throws Exception {
        HttpResponse<String> page = send(request("/id/sign-in").GET());

        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'")
                .contains("style-src 'self'");
        assertThat(page.body())
                .doesNotContain("<script")
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

    private UUID boardId() {
        return db.sql("select id from account where email = 'board@example.org'")
                .query(UUID.class)
                .single();
    }

    private String codeFor(String email, String password) throws Exception {
        HttpResponse<String> start = send(request(authorize()).header("Accept", "text/html").GET());
        assertThat(location(start)).endsWith("/id/sign-in");
        HttpResponse<String> signedIn = submit(email, password);
        assertThat(location(signedIn)).contains("/id/oauth2/authorize");
        URI back = URI.create(location(signedIn));
        HttpResponse<String> granted =
                send(request(back.getRawPath() + "?" + back.getRawQuery()).GET());
        assertThat(location(granted)).startsWith(CALLBACK);
        return parameter(location(granted), "code");
    }

    private HttpResponse<String> submit(String email, String password) throws Exception {
        var csrf = CSRF.matcher(send(request("/id/sign-in").GET()).body());
        assertThat(csrf.find()).isTrue();
        String form = form(Map.of("email", email, "password", password, "_csrf", csrf.group(1)));
        return send(
                request("/id/sign-in")
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(form)));
    }

    private String authorize() throws Exception {
        byte[] digest =
                MessageDigest.getInstance("SHA-256")
                        .digest(verifier.getBytes(StandardCharsets.US_ASCII));
        return "/id/oauth2/authorize?response_type=code&client_id=gateway&state=s&nonce=n&scope="
                + encode("openid profile")
                + "&redirect_uri="
                + encode(CALLBACK)
                + "&code_challenge_method=S256&code_challenge="
                + Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
    }

    private JsonNode token(String grant, Map<String, String> parameters) throws Exception {
        HttpResponse<String> answer = tokenAnswer(grant, parameters, "test-secret");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return read(answer.body());
    }

    private HttpResponse<String> tokenAnswer(
            String grant, Map<String, String> parameters, String secret) throws Exception {
        String basic =
                Base64.getEncoder()
                        .encodeToString(("gateway:" + secret).getBytes(StandardCharsets.US_ASCII));
        // The gateway has no cookies of the browser.
        return HttpClient.newHttpClient()
                .send(
                        request("/id/oauth2/token")
                                .header("Authorization", "Basic " + basic)
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .POST(
                                        HttpRequest.BodyPublishers.ofString(
                                                form(parameters) + "&grant_type=" + grant))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private String me(JsonNode tokens) throws Exception {
        return read(send(request("/api/me")
                                .header(
                                        "Authorization",
                                        "Bearer " + tokens.get("access_token").asString())
                                .GET())
                        .body())
                .get("name")
                .asString();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return browser.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String location(HttpResponse<String> response) {
        return response.headers()
                .firstValue("Location")
                .orElse("no redirect: " + response.statusCode());
    }

    private static String parameter(String url, String name) {
        for (String pair : URI.create(url).getRawQuery().split("&"))
            if (pair.startsWith(name + "="))
                return URLDecoder.decode(pair.substring(name.length() + 1), StandardCharsets.UTF_8);
        throw new AssertionError("no " + name + " in " + url);
    }

    private static String form(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(each -> each.getKey() + "=" + encode(each.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String random() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
