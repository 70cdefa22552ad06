package org.coopmesh.membership.feed;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.InputStreamResource;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.WebRequest;

/** Feeds for programs, and the keys to the whole of them. */
@RestController
@RequestMapping("/api/feeds")
class FeedController {
    private static final String KEY = "Feed-Key";
    private static final String RETRY_SECONDS = "60";

    private final Feeds feeds;

    FeedController(Feeds feeds) {
        this.feeds = feeds;
    }

    @GetMapping("/netjson.json")
    ResponseEntity<Resource> netJson(
            @RequestHeader(name = KEY, required = false) @Nullable String header,
            @RequestParam(required = false) @Nullable String key,
            WebRequest request) {
        return told(FeedKind.NETJSON, header, key, request);
    }

    @GetMapping("/meshviewer.json")
    ResponseEntity<Resource> meshviewer(
            @RequestHeader(name = KEY, required = false) @Nullable String header,
            @RequestParam(required = false) @Nullable String key,
            WebRequest request) {
        return told(FeedKind.MESHVIEWER, header, key, request);
    }

    @GetMapping("/nodes.geojson")
    ResponseEntity<Resource> geoJson(
            @RequestHeader(name = KEY, required = false) @Nullable String header,
            @RequestParam(required = false) @Nullable String key,
            WebRequest request) {
        return told(FeedKind.GEOJSON, header, key, request);
    }

    /** Addresses are in it: there is nothing of it for everybody. */
    @GetMapping("/prometheus.json")
    ResponseEntity<Resource> prometheus(
            @RequestHeader(name = KEY, required = false) @Nullable String header,
            @RequestParam(required = false) @Nullable String key,
            WebRequest request) {
        if (header == null && key == null) {
            throw new FeedRefused(
                    FeedRefused.Why.KEY_REQUIRED,
                    "this feed wants a feed key, as the header " + KEY + " or the parameter key");
        }
        return told(FeedKind.PROMETHEUS, header, key, request);
    }

    private ResponseEntity<Resource> told(
            FeedKind kind, @Nullable String header, @Nullable String query, WebRequest request) {
        String key = header == null ? query : header;
        Document document = feeds.read(kind, key);
        boolean zipped = takesGzip(request.getHeader(HttpHeaders.ACCEPT_ENCODING));
        CacheControl cache = CacheControl.maxAge(Feeds.KEPT);
        var headers = new HttpHeaders();
        headers.setCacheControl(key == null ? cache.cachePublic() : cache.cachePrivate());
        headers.setVary(List.of(KEY, HttpHeaders.ACCEPT_ENCODING));
        // Nobody's session is looked at here: pages of others may read what everybody may.
        headers.setAccessControlAllowOrigin("*");
        // Weak: the same content, compressed or not.
        String tag = "W/\"" + document.tag() + "\"";
        if (request.checkNotModified(tag)) {
            return ResponseEntity.status(HttpStatus.NOT_MODIFIED)
                    .headers(headers)
                    .eTag(tag)
                    .build();
        }
        headers.setContentType(MediaType.parseMediaType(kind.mediaType()));
        if (zipped) headers.set(HttpHeaders.CONTENT_ENCODING, "gzip");
        InputStream body =
                zipped ? new ByteArrayInputStream(document.compressed()) : document.plain();
        return ResponseEntity.ok().headers(headers).eTag(tag).body(new InputStreamResource(body));
    }

    private static boolean takesGzip(@Nullable String encodings) {
        if (encodings == null) return false;
        for (String encoding : encodings.toLowerCase(Locale.ROOT).split(",")) {
            String[] parts = encoding.strip().split("\\s*;\\s*");
            if (parts[0].equals("gzip"))
                return parts.length < 2 || !parts[1].matches("q=0(\\.0*)?");
        }
        return false;
    }

    record KeyRequest(@NotBlank @Size(max = 80) String name) {}

    record FeedKeyView(
            UUID id,
            String name,
            Instant createdAt,
            UUID createdBy,
            @Nullable Instant revokedAt,
            @Nullable LocalDate lastUsedOn) {
        static FeedKeyView of(FeedKey key) {
            return new FeedKeyView(
                    key.id(),
                    key.name(),
                    key.createdAt(),
                    key.createdBy(),
                    key.revokedAt(),
                    key.lastUsedOn());
        }
    }

    /** @param key the secret itself, told this once */
    record NewKeyView(UUID id, String name, String key) {}

    record FeedKeysView(List<FeedKeyView> items, @Nullable String next) {}

    @GetMapping("/keys")
    @PreAuthorize("hasRole('board')")
    FeedKeysView keys() {
        return new FeedKeysView(feeds.keys().stream().map(FeedKeyView::of).toList(), null);
    }

    @PostMapping("/keys")
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize("hasRole('board')")
    NewKeyView makeKey(@RequestBody @Valid KeyRequest request, Authentication caller) {
        Feeds.NewKey made = feeds.makeKey(request.name(), UUID.fromString(caller.getName()));
        return new NewKeyView(made.key().id(), made.key().name(), made.text());
    }

    @DeleteMapping("/keys/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @PreAuthorize("hasRole('board')")
    void revoke(@PathVariable UUID id, Authentication caller) {
        feeds.revoke(id, UUID.fromString(caller.getName()));
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> refused(FeedRefused e) {
        return switch (e.why()) {
            case KEY_REQUIRED -> problem(HttpStatus.BAD_REQUEST, "feed-key-required", e);
            case KEY_UNKNOWN -> problem(HttpStatus.FORBIDDEN, "feed-key-unknown", e);
            case TOO_MANY_READS -> problem(HttpStatus.TOO_MANY_REQUESTS, "too-many-reads", e);
            case FEED_TOO_LARGE -> problem(HttpStatus.SERVICE_UNAVAILABLE, "feed-too-large", e);
            case TOO_MANY_KEYS -> problem(HttpStatus.CONFLICT, "too-many-feed-keys", e);
            case KEY_NOT_FOUND -> problem(HttpStatus.NOT_FOUND, "feed-key-not-found", e);
        };
    }

    private static ResponseEntity<ProblemDetail> problem(
            HttpStatus status, String slug, FeedRefused e) {
        var problem = ProblemDetail.forStatusAndDetail(status, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        var answer =
                ResponseEntity.status(status)
                        .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                        .cacheControl(CacheControl.noStore());
        if (status == HttpStatus.TOO_MANY_REQUESTS) {
            answer.header(HttpHeaders.RETRY_AFTER, RETRY_SECONDS);
        }
        return answer.body(problem);
    }
}
