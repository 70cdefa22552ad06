package org.coopmesh.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.HttpCookie;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Somebody at a browser: keeps cookies and sends them where they belong, follows no redirect unasked, forgets nothing. */
class Person {
    private static final JsonMapper JSON = new JsonMapper();

    /** Everything that the browser ever got to see. */
    final List<HttpResponse<String>> seen = new ArrayList<>();

    final Map<String, HttpCookie> cookies = new HashMap<>();

    private final String base;
    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(20))
                    .build();

    Person(String base) {
        this.base = base;
    }

    /** Signs in through the pages, as the dashboard sends people there. */
    Person signedInAs(String member) {
        assertThat(triesToSignInAs(member)).hasPath("/").hasNoQuery();
        return this;
    }

    /** Where it led. */
    URI triesToSignInAs(String member) {
        assertThat(follow("/oauth2/authorization/coopmesh").uri().getPath())
                .isEqualTo("/id/sign-in");
        send(
                request("/id/sign-in")
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(
                                BodyPublishers.ofString(
                                        "member=" + URLEncoder.encode(member, UTF_8))));
        return follow("/oauth2/authorization/coopmesh").uri();
    }

    HttpResponse<String> follow(String path) {
        HttpResponse<String> response = get(path);
        while (response.statusCode() == 302) {
            URI next = response.uri().resolve(response.headers().firstValue("Location").get());
            assertThat(next.toString()).startsWith(base);
            response = get(next.toString().substring(base.length()));
        }
        return response;
    }

    HttpResponse<String> get(String path) {
        return send(request(path).GET());
    }

    HttpResponse<String> post(String path, String body) {
        JsonNode csrf = session().path("csrf");
        return send(
                request(path)
                        .header("Content-Type", "application/json")
                        .header(csrf.path("header").asString(), csrf.path("token").asString())
                        .POST(BodyPublishers.ofString(body)));
    }

    JsonNode session() {
        return JSON.readTree(get("/api/session").body());
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path)).timeout(Duration.ofSeconds(30));
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        String path = request.copy().build().uri().getPath();
        var sent = new ArrayList<String>();
        for (HttpCookie cookie : cookies.values()) {
            if (path.startsWith(cookie.getPath())) {
                sent.add(cookie.getName() + "=" + cookie.getValue());
            }
        }
        if (!sent.isEmpty()) {
            request.header("Cookie", String.join("; ", sent));
        }
        try {
            var response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            seen.add(response);
            response.headers().allValues("Set-Cookie").forEach(this::keep);
            return response;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void keep(String header) {
        for (HttpCookie cookie : HttpCookie.parse(header)) {
            if (cookie.getMaxAge() == 0) {
                cookies.remove(cookie.getName());
            } else {
                cookies.put(cookie.getName(), cookie);
            }
        }
    }
}
