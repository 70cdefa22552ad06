package org.coopmesh.quickstart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A person at the gateway, without the pictures: signs in through the real pages, keeps the cookie, calls what the dashboard
 * calls.
 */
public final class Browser {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern CSRF_FIELD =
            Pattern.compile("name=\"_csrf\"[^>]*value=\"([^\"]+)\"");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String STEP_UP = "/step-up-required";
    private static final int PROOF_SECONDS = 300;

    private final String base;
    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NORMAL)
                    .cookieHandler(new CookieManager(null, CookiePolicy.ACCEPT_ALL))
                    .connectTimeout(PATIENCE)
                    .build();
    private String email = "";
    private String password = "";
    private String csrfHeader = "";
    private String csrfToken = "";

    /** A browser that nobody has signed in with yet. */
    public Browser(String base) {
        this.base = base;
    }

    /** What the gateway answered. */
    public record Answer(int status, JsonNode body, String text) {
        /** The body of a success. */
        public JsonNode ok() {
            if (status / 100 != 2) {
                throw new IllegalStateException("answered " + status + ": " + text);
            }
            return body;
        }
    }

    /**
     * Signs in as a person would: start page, form, redirect back.
     *
     * @throws IllegalStateException when the form or the session does not come as expected
     */
    public Browser signIn(String email, String password) {
        this.email = email;
        this.password = password;
        return signIn("/oauth2/authorization/coopmesh");
    }

    private Browser signIn(String start) {
        HttpResponse<String> form = send(page(base + start).GET().build());
        Matcher csrf = CSRF_FIELD.matcher(form.body());
        // Whose proof arrived, and the answer to it did not, is asked nothing
        HttpResponse<String> landed = csrf.find() ? prove(form.uri(), csrf.group(1)) : form;
        JsonNode session = get("/api/session").ok();
        if (!session.path("signedIn").asBoolean()) {
            throw new IllegalStateException(
                    "sign-in refused for "
                            + email
                            + ": landed at "
                            + landed.uri()
                            + ", answered "
                            + landed.statusCode());
        }
        csrfHeader = session.path("csrf").path("header").asString();
        csrfToken = session.path("csrf").path("token").asString();
        return this;
    }

    private HttpResponse<String> prove(URI form, String csrf) {
        return send(
                page(form.resolve("/id/sign-in").toString())
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        encode(
                                                Map.of(
                                                        "email",
                                                        email,
                                                        "password",
                                                        password,
                                                        "_csrf",
                                                        csrf))))
                        .build());
    }

    /** The member id of whoever is signed in. */
    public String memberId() {
        return get("/api/session").ok().path("memberId").asString();
    }

    /** Reads {@code path}. */
    public Answer get(String path) {
        return answer(send(request(path).GET().build()));
    }

    /** Posts {@code body} as JSON; each call carries an Idempotency-Key of its own. */
    public Answer post(String path, Object body) {
        return post(path, body, Map.of("Idempotency-Key", UUID.randomUUID().toString()));
    }

    /** Posts {@code body} as JSON with these headers. */
    public Answer post(String path, Object body, Map<String, String> headers) {
        return change("POST", path, body, headers);
    }

    /** Posts a file. */
    public Answer upload(String path, byte[] file) {
        HttpRequest.Builder request =
                request(path)
                        .header("Content-Type", "application/octet-stream")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(file));
        if (!csrfToken.isEmpty()) {
            request.header(csrfHeader, csrfToken);
        }
        return answer(send(request.build()));
    }

    /** Hands in a text. */
    public Answer putText(String path, String text) {
        return proving(path, () -> putTextOnce(path, text));
    }

    private Answer putTextOnce(String path, String text) {
        HttpRequest.Builder request =
                request(path)
                        .header("Content-Type", "text/plain")
                        .PUT(HttpRequest.BodyPublishers.ofString(text));
        if (!csrfToken.isEmpty()) {
            request.header(csrfHeader, csrfToken);
        }
        return answer(send(request.build()));
    }

    /** Puts {@code body} as JSON. */
    public Answer put(String path, Object body) {
        return change("PUT", path, body, Map.of());
    }

    /** Deletes {@code path}. */
    public Answer delete(String path) {
        return change("DELETE", path, Map.of(), Map.of());
    }

    private Answer change(String method, String path, Object body, Map<String, String> headers) {
        return proving(path, () -> changeOnce(method, path, body, headers));
    }

    /** What wants a fresh proof of who somebody is gets one, as from a person who types the password again. */
    private Answer proving(String path, Supplier<Answer> asking) {
        Answer answer = asking.get();
        if (email.isEmpty() || !wantsProof(answer)) {
            return answer;
        }
        try {
            signIn("/oauth2/authorization/coopmesh?max_age=" + PROOF_SECONDS);
        } catch (IllegalStateException notNow) {
            throw new UncheckedIOException(new IOException("no fresh proof for " + path, notNow));
        }
        Answer again = asking.get();
        if (wantsProof(again)) {
            throw new UncheckedIOException(new IOException("still no fresh proof for " + path));
        }
        return again;
    }

    private static boolean wantsProof(Answer answer) {
        return answer.body().path("type").asString("").endsWith(STEP_UP);
    }

    private Answer changeOnce(
            String method, String path, Object body, Map<String, String> headers) {
        HttpRequest.Builder request =
                request(path)
                        .header("Content-Type", "application/json")
                        .method(
                                method,
                                HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)));
        headers.forEach(request::header);
        if (!csrfToken.isEmpty()) {
            request.header(csrfHeader, csrfToken);
        }
        return answer(send(request.build()));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path))
                .timeout(PATIENCE)
                .header("Accept", "application/json");
    }

    private static HttpRequest.Builder page(String url) {
        return HttpRequest.newBuilder(URI.create(url))
                .timeout(PATIENCE)
                .header("Accept", "text/html");
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(request.method() + " " + request.uri(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static Answer answer(HttpResponse<String> response) {
        String text = response.body();
        boolean json =
                response.headers().firstValue("Content-Type").orElse("").contains("json")
                        && !text.isBlank();
        return new Answer(
                response.statusCode(), json ? JSON.readTree(text) : JSON.createObjectNode(), text);
    }

    private static String encode(Map<String, String> form) {
        return form.entrySet().stream()
                .map(field ->
                        field.getKey()
                                + "="
                                + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }
}
