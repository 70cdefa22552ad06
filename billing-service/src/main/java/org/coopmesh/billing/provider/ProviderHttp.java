package org.coopmesh.billing.provider;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Calls one provider: in JSON, with a deadline, a limit on what it may answer, and two ways to fail. */
final class ProviderHttp {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(5);
    private static final Duration ANSWER_MAX = Duration.ofSeconds(15);
    private static final int ANSWER_BYTES_MAX = 1 << 20;
    private static final int WHY_CHARS_MAX = 300;
    private static final Pattern REFERENCE = Pattern.compile("[A-Za-z0-9_-]{1,128}");

    private final Provider provider;
    private final URI base;
    private final Map<String, String> headers;
    private final JsonMapper json;
    private final HttpClient client =
            HttpClient.newBuilder()
                    .connectTimeout(CONNECT_MAX)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .build();

    ProviderHttp(Provider provider, URI base, Map<String, String> headers, JsonMapper json) {
        this.provider = provider;
        this.base = base;
        this.headers = headers;
        this.json = json;
    }

    JsonNode get(String path) {
        return send(request(path).GET());
    }

    JsonNode post(String path, String type, byte[] body, Map<String, String> more) {
        HttpRequest.Builder request = request(path);
        more.forEach(request::header);
        return send(
                request.header("Content-Type", type)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
    }

    /** What a provider calls something, fit to stand in a path. */
    String reference(JsonNode value) {
        String reference = value.asString("");
        if (!REFERENCE.matcher(reference).matches()) {
            throw new ProviderAway(provider, "an answer names nothing: " + cut(reference));
        }
        return reference;
    }

    /** Where a payer is to go; only over https, or to where the provider itself is. */
    URI page(JsonNode value) {
        try {
            URI page = URI.create(value.asString(""));
            if ("https".equals(page.getScheme())
                    || (base.getScheme().equals(page.getScheme())
                            && base.getAuthority().equals(page.getAuthority()))) {
                return page;
            }
        } catch (IllegalArgumentException noAddress) {
            // Said below.
        }
        throw new ProviderAway(provider, "an answer leads to no page: " + cut(value.asString("")));
    }

    private HttpRequest.Builder request(String path) {
        String root = base.toString();
        HttpRequest.Builder request =
                HttpRequest.newBuilder(
                                URI.create(
                                        (root.endsWith("/")
                                                        ? root.substring(0, root.length() - 1)
                                                        : root)
                                                + path))
                        .timeout(ANSWER_MAX);
        headers.forEach(request::header);
        return request;
    }

    private JsonNode send(HttpRequest.Builder request) {
        HttpResponse<byte[]> response;
        try {
            response =
                    client.send(
                            request.build(),
                            BodyHandlers.limiting(BodyHandlers.ofByteArray(), ANSWER_BYTES_MAX));
        } catch (IOException away) {
            throw new ProviderAway(provider, away.getClass().getSimpleName());
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            throw new ProviderAway(provider, "this service ends");
        }
        int status = response.statusCode();
        JsonNode answer = read(response.body(), status);
        if (status / 100 == 2) {
            return answer;
        }
        // Somebody else works on the same key, we ask too often, or it is theirs: all pass by.
        boolean conflictToRead = status == 409 && provider == Provider.GOCARDLESS;
        if (status >= 500 || status == 429 || status == 408 || (status == 409 && !conflictToRead)) {
            throw new ProviderAway(provider, "status " + status);
        }
        JsonNode error = answer.path("error");
        String why = error.path("message").asString(answer.path("message").asString(""));
        throw new ProviderRefused(
                provider,
                status,
                "status " + status + (why.isEmpty() ? "" : ": " + cut(why)),
                answer);
    }

    private JsonNode read(byte[] body, int status) {
        try {
            return body.length == 0 ? json.createObjectNode() : json.readTree(body);
        } catch (JacksonException unreadable) {
            if (status / 100 == 2) {
                throw new ProviderAway(provider, "an answer is no JSON");
            }
            return json.createObjectNode();
        }
    }

    private static String cut(String text) {
        return text.substring(0, Math.min(text.length(), WHY_CHARS_MAX));
    }
}
