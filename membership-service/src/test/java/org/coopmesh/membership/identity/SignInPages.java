package org.coopmesh.membership.identity;

import static org.assertj.core.api.Assertions.assertThat;

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
    static final Pattern CSRF = Pattern.compile("name=\"_csrf\"[^>]*value=\"([^\"]+)\"");

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
        var csrf = CSRF.matcher(send(request("/id/sign-in").GET()).body());
        assertThat(csrf.find()).isTrue();
        String form = form(Map.of("email", email, "password", password, "_csrf", csrf.group(1)));
        return send(
                request("/id/sign-in")
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
}
