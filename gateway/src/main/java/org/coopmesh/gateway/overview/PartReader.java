package org.coopmesh.gateway.overview;

import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.coopmesh.gateway.routing.Part;
import org.coopmesh.gateway.routing.Parts;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientResponseException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Reads from the services in the name of whoever asks; what does not answer in time is told, not waited for. */
@Component
class PartReader implements AutoCloseable {
    private final Parts parts;
    private final Duration patience;
    private final RestClient client;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    PartReader(Parts parts, @Value("${coopmesh.overview.patience}") Duration patience) {
        this.parts = parts;
        this.patience = patience;
        var requests =
                new JdkClientHttpRequestFactory(
                        HttpClient.newBuilder()
                                .version(HttpClient.Version.HTTP_1_1)
                                .connectTimeout(patience)
                                .build());
        requests.setReadTimeout(patience);
        this.client = RestClient.builder().requestFactory(requests).build();
    }

    /** What a part said: a body, a refusal (nothing to see for this role), or silence. */
    sealed interface Answer {
        /** The part answered. */
        record Told(JsonNode body) implements Answer {}

        /** The part answered that this is not for the caller's eyes. */
        record NotForYou() implements Answer {}

        /** The part did not answer, or not in a way that makes sense. */
        record Silent(String why) implements Answer {}

        /** The body, or an empty object. */
        default JsonNode body() {
            return this instanceof Told(JsonNode body)
                    ? body
                    : JsonNodeFactory.instance.objectNode();
        }
    }

    /** Starts to read; the answer is there after {@code patience} at the latest. */
    Pending ask(Part part, String path, String token) {
        Callable<Answer> call = () -> read(part, path, token);
        return new Pending(threads.submit(call), patience.multipliedBy(2));
    }

    /**
     * Starts to read a list page by page, as far as {@code patience} and {@code pagesMax} allow; what is missing then is told by
     * a {@code next}.
     *
     * @param path with its limit: {@code /api/nodes?limit=200}
     */
    Pending askPages(Part part, String path, int pagesMax, String token) {
        Callable<Answer> call = () -> pages(part, path, pagesMax, token);
        return new Pending(threads.submit(call), patience.multipliedBy(2));
    }

    private Answer pages(Part part, String path, int pagesMax, String token) {
        long startedNanos = System.nanoTime();
        Answer answer = read(part, path, token);
        if (!(answer instanceof Answer.Told)) {
            return answer;
        }
        ObjectNode whole = JsonNodeFactory.instance.objectNode();
        ArrayNode items = whole.putArray("items");
        for (int page = 1; answer instanceof Answer.Told(JsonNode body); page++) {
            body.path("items").forEach(items::add);
            @Nullable String next = body.hasNonNull("next") ? body.path("next").asString() : null;
            whole.put("next", next);
            if (next == null
                    || page == pagesMax
                    || System.nanoTime() - startedNanos > patience.toNanos()) {
                break;
            }
            String after = URLEncoder.encode(body.path("next").asString(), StandardCharsets.UTF_8);
            answer = read(part, path + "&after=" + after, token);
        }
        return new Answer.Told(whole);
    }

    /** An answer under way. */
    record Pending(Future<Answer> future, Duration patience) {
        Answer get() {
            try {
                return future.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return new Answer.Silent("interrupted");
            } catch (ExecutionException | TimeoutException e) {
                future.cancel(true);
                return new Answer.Silent("does not answer");
            }
        }
    }

    private Answer read(Part part, String path, String token) {
        try {
            JsonNode body =
                    client.get()
                            .uri(parts.of(part).resolve(path))
                            .headers(headers -> headers.setBearerAuth(token))
                            .retrieve()
                            .body(JsonNode.class);
            return body == null ? new Answer.Silent("empty answer") : new Answer.Told(body);
        } catch (RestClientResponseException refused) {
            int status = refused.getStatusCode().value();
            return status == 401 || status == 403 || status == 404
                    ? new Answer.NotForYou()
                    : new Answer.Silent("answered " + status);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
