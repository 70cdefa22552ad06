package org.coopmesh.abuse.outside;

import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.stereotype.Component;

/** Fetches a list over HTTP: from where that is allowed, following nobody elsewhere, so many bytes and so long at most. */
@Component
@EnableConfigurationProperties(OutsideSettings.class)
class Fetcher implements Closeable {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(5);
    private static final int OK = 200;
    private static final int NOT_MODIFIED = 304;
    private static final int ETAG_LENGTH_MAX = 200;

    private final Reach reach;
    private final OutsideSettings settings;
    private final ScheduledExecutorService deadlines =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("outside-list-deadline").factory());

    Fetcher(OutsideSettings settings) {
        this.settings = settings;
        this.reach = new Reach(settings.ownNetworks());
    }

    /** For one fetch: on a line that was used before the client would ask again by itself, and a CrowdSec server tells a change once. */
    private static HttpClient client() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .proxy(HttpClient.Builder.NO_PROXY) // A proxy would look names up for itself.
                .connectTimeout(CONNECT_MAX)
                .build();
    }

    /** Reads what has come. */
    interface Reader {
        Reading read(InputStream in) throws IOException, NoList;
    }

    /**
     * An answer.
     *
     * @param reading null where nothing has changed since
     */
    record Fetched(
            @Nullable Reading reading, @Nullable String etag, @Nullable Instant modifiedAt) {}

    /**
     * Asks for {@code url} and reads all of the answer.
     *
     * @throws NoList if none came, not all of it came, or it is not to be taken
     */
    Fetched fetch(URI url, Map<String, String> headers, Reader reader) throws NoList {
        reach.check(url);
        var request = HttpRequest.newBuilder(url).timeout(settings.fetchMax());
        request.header("User-Agent", "Coopmesh");
        headers.forEach(request::header);
        HttpClient http = client();
        try {
            HttpResponse<InputStream> answer =
                    http.send(request.build(), BodyHandlers.ofInputStream());
            try (InputStream body = answer.body()) {
                return read(answer, body, reader);
            }
        } catch (IOException e) {
            String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw new NoList("failed", why);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NoList("failed", "interrupted");
        } finally {
            http.shutdownNow();
        }
    }

    private Fetched read(HttpResponse<?> answer, InputStream body, Reader reader)
            throws IOException, NoList {
        String etag =
                answer.headers()
                        .firstValue("ETag")
                        .filter(tag -> tag.length() <= ETAG_LENGTH_MAX)
                        .orElse(null);
        Instant modifiedAt =
                answer.headers().firstValue("Last-Modified").map(Fetcher::time).orElse(null);
        int status = answer.statusCode();
        if (status == NOT_MODIFIED) {
            return new Fetched(null, etag, modifiedAt);
        }
        if (status / 100 == 3) {
            throw new NoList(
                    "failed",
                    "it has moved (%d) to %s: name that address if you trust it"
                            .formatted(
                                    status,
                                    answer.headers()
                                            .firstValue("Location")
                                            .map(Fetcher::host)
                                            .orElse("nowhere")));
        }
        if (status != OK) {
            throw new NoList("failed", "the answer is " + status);
        }
        Future<?> deadline =
                deadlines.schedule(
                        () -> cut(body), settings.fetchMax().toMillis(), TimeUnit.MILLISECONDS);
        try {
            var limited = new Limited(body, settings.answerMax().toBytes());
            Reading reading = reader.read(limited);
            // To the end, so that what breaks off behind it is seen.
            limited.transferTo(OutputStream.nullOutputStream());
            return new Fetched(reading, etag, modifiedAt);
        } finally {
            deadline.cancel(false);
        }
    }

    private static void cut(InputStream body) {
        try {
            body.close();
        } catch (IOException gone) {
            // It is gone either way.
        }
    }

    private static @Nullable Instant time(String text) {
        try {
            return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        } catch (DateTimeException malformed) {
            return null;
        }
    }

    private static String host(String location) {
        try {
            String host = URI.create(location).getHost();
            return host == null ? "another path" : host;
        } catch (IllegalArgumentException malformed) {
            return "no address";
        }
    }

    /** Breaks off where a list is longer than any is to be. */
    private static final class Limited extends FilterInputStream {
        private final long max;
        private long read;

        Limited(InputStream in, long max) {
            super(in);
            this.max = max;
        }

        @Override
        public int read() throws IOException {
            int next = super.read();
            count(next < 0 ? 0 : 1);
            return next;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int more = super.read(bytes, offset, length);
            count(Math.max(more, 0));
            return more;
        }

        /** Whoever opened it closes it. */
        @Override
        public void close() {}

        private void count(int more) throws IOException {
            read += more;
            if (read > max) {
                throw new IOException("longer than " + max + " bytes");
            }
        }
    }

    @Override
    public void close() {
        deadlines.shutdownNow();
    }
}
