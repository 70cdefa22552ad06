package org.coopmesh.membership.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.eatthepath.otp.TimeBasedOneTimePasswordGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
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
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.spec.SecretKeySpec;
import org.apache.commons.codec.binary.Base32;
import org.coopmesh.membership.RunningService;
import org.coopmesh.quickstart.Servers;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;

/** A browser and the gateway at the sign-in pages, over real HTTP. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
abstract class SignInPages extends RunningService {
    static final String CALLBACK = "http://localhost:8080/login/oauth2/code/coopmesh";
    static final String ORIGIN = "http://localhost:8080";
    static final String EMAIL = "board@example.org";
    static final String PASSWORD = "a-long-password";
    static final Pattern SECRET = Pattern.compile("class=\"secret\">([A-Z2-7]+)<");
    static final Pattern META = Pattern.compile("name=\"csrf\" content=\"([^\"]+)\"");
    static final Pattern CSRF = Pattern.compile("name=\"_csrf\"[^>]*value=\"([^\"]+)\"");

    static final BackChannelEnd BACK_CHANNEL = new BackChannelEnd();

    @LocalServerPort int port;
    @Autowired JdbcClient db;

    final CookieManager cookies = new CookieManager();
    final HttpClient browser =
            HttpClient.newBuilder()
                    .cookieHandler(cookies)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .build();
    final String verifier = random();

    @DynamicPropertySource
    static void ownDatabase(DynamicPropertyRegistry settings) throws IOException {
        String database = Servers.freshDatabase("membership");
        String state = Files.createTempDirectory("membership-sign-in").toString();
        settings.add("spring.datasource.url", () -> database);
        settings.add("coopmesh.state-dir", () -> state);
        settings.add("coopmesh.gateway-back-channel-uri", BACK_CHANNEL::uri);
    }

    @BeforeEach
    void aCoop() throws Exception {
        if (Files.exists(stateDir.resolve("setup-code"))) constitute();
        clock.advance(Duration.ofHours(1)); // Failures of the test before are forgotten.
    }

    UUID boardId() {
        return db.sql("select id from account where email = 'board@example.org'")
                .query(UUID.class)
                .single();
    }

    String codeFor(String email, String password) throws Exception {
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

    HttpResponse<String> submit(String email, String password) throws Exception {
        return submit(email, password, "en");
    }

    HttpResponse<String> submit(String email, String password, String language) throws Exception {
        var csrf = CSRF.matcher(send(request("/id/sign-in").GET()).body());
        assertThat(csrf.find()).isTrue();
        String form = form(Map.of("email", email, "password", password, "_csrf", csrf.group(1)));
        return send(
                request("/id/sign-in")
                        .header("Accept-Language", language)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(form)));
    }

    String authorize() throws Exception {
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

    JsonNode token(String grant, Map<String, String> parameters) throws Exception {
        HttpResponse<String> answer = tokenAnswer(grant, parameters, "test-secret");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return read(answer.body());
    }

    HttpResponse<String> tokenAnswer(String grant, Map<String, String> parameters, String secret)
            throws Exception {
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

    String me(JsonNode tokens) throws Exception {
        return read(send(request("/api/me")
                                .header(
                                        "Authorization",
                                        "Bearer " + tokens.get("access_token").asString())
                                .GET())
                        .body())
                .get("name")
                .asString();
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return browser.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    static String location(HttpResponse<String> response) {
        return response.headers()
                .firstValue("Location")
                .orElse("no redirect: " + response.statusCode());
    }

    static String parameter(String url, String name) {
        for (String pair : URI.create(url).getRawQuery().split("&"))
            if (pair.startsWith(name + "="))
                return URLDecoder.decode(pair.substring(name.length() + 1), StandardCharsets.UTF_8);
        throw new AssertionError("no " + name + " in " + url);
    }

    static String form(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(each -> each.getKey() + "=" + encode(each.getValue()))
                .collect(Collectors.joining("&"));
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    static String random() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    JsonNode tokens() throws Exception {
        HttpResponse<String> granted = send(request(authorize()).GET());
        assertThat(location(granted)).startsWith(CALLBACK);
        return tokens(parameter(location(granted), "code"));
    }

    JsonNode tokens(String code) throws Exception {
        return token(
                "authorization_code",
                Map.of("code", code, "redirect_uri", CALLBACK, "code_verifier", verifier));
    }

    int renewed(JsonNode tokens) throws Exception {
        return tokenAnswer(
                        "refresh_token",
                        Map.of("refresh_token", tokens.get("refresh_token").asString()),
                        "test-secret")
                .statusCode();
    }

    static JWTClaimsSet claims(JsonNode tokens) throws Exception {
        return SignedJWT.parse(tokens.get("access_token").asString()).getJWTClaimsSet();
    }

    TestPasskey passkey(String label) throws Exception {
        return passkey(EMAIL, label);
    }

    TestPasskey passkey(String email, String label) throws Exception {
        submit(email, PASSWORD);
        JsonNode offer = read(posted("/id/security/passkeys/options", "").body());
        var passkey = new TestPasskey(offer, ORIGIN);
        HttpResponse<String> added = posted("/id/security/passkeys", passkey.made(offer, label));
        assertThat(added.statusCode()).as(added.body()).isEqualTo(200);
        return passkey;
    }

    JsonNode asked() throws Exception {
        return read(posted("/id/passkey/options", "").body());
    }

    HttpResponse<String> signInBy(TestPasskey passkey, JsonNode asked) throws Exception {
        return posted("/id/passkey/sign-in", passkey.proof(asked));
    }

    byte[] setUpApp() throws Exception {
        return setUpApp(EMAIL);
    }

    byte[] setUpApp(String email) throws Exception {
        submit(email, PASSWORD);
        return setUpAppHere();
    }

    /** Of whoever is signed in. */
    byte[] setUpAppHere() throws Exception {
        sent("/id/security/code-app", Map.of());
        var secret = SECRET.matcher(send(request("/id/security/code-app").GET()).body());
        assertThat(secret.find()).isTrue();
        byte[] bytes = new Base32().decode(secret.group(1));
        assertThat(location(sent("/id/security/code-app/confirmation", Map.of("code", "000000"))))
                .endsWith("?refused");
        HttpResponse<String> confirmed =
                sent(
                        "/id/security/code-app/confirmation",
                        Map.of("code", codeOf(bytes, Instant.now())));
        assertThat(confirmed.body()).contains("Your spare codes");
        return bytes;
    }

    static String codeOf(byte[] secret, Instant at) throws Exception {
        return new TimeBasedOneTimePasswordGenerator()
                .generateOneTimePasswordString(
                        new SecretKeySpec(secret, "HmacSHA1"), at, Locale.ROOT);
    }

    HttpResponse<String> code(String code) throws Exception {
        var csrf = CSRF.matcher(send(request("/id/sign-in/code").GET()).body());
        assertThat(csrf.find()).isTrue();
        return send(
                request("/id/sign-in/code")
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        form(Map.of("code", code, "_csrf", csrf.group(1))))));
    }

    String page() throws Exception {
        return send(request("/id/security").GET()).body();
    }

    HttpResponse<String> sent(String path, Map<String, String> fields) throws Exception {
        var csrf = CSRF.matcher(page());
        assertThat(csrf.find()).isTrue();
        var all = new HashMap<>(fields);
        all.put("_csrf", csrf.group(1));
        return send(
                request(path)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(form(all))));
    }

    HttpResponse<String> posted(String path, String body) throws Exception {
        var csrf = META.matcher(send(request("/id/sign-in").GET()).body());
        assertThat(csrf.find()).isTrue();
        return send(
                request(path)
                        .header("Content-Type", "application/json")
                        .header("X-CSRF-TOKEN", csrf.group(1))
                        .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    void signOut() {
        cookies.getCookieStore().removeAll();
    }
}
