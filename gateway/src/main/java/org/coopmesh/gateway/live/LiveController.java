package org.coopmesh.gateway.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.coopmesh.gateway.live.Live.LiveRefused;
import org.coopmesh.gateway.session.Sessions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * {@code GET /api/live}: server-sent events, each the kinds that changed, nothing else. A thread of its own for each page, which costs
 * little, writes no faster than the page reads.
 */
@RestController
@RequestMapping("/api/live")
class LiveController {
    private static final Logger log = LoggerFactory.getLogger(LiveController.class);

    /** Between two events of a stream: a page that reads everything again does so at most so often. */
    private static final Duration APART = Duration.ofMillis(400);

    /** Roles are read when a stream begins; the page comes back at once. */
    private static final Duration LASTS_MAX = Duration.ofMinutes(10);

    /** Between these the page waits before it comes back, so that not all come together. */
    private static final int RETRY_MILLIS_MIN = 1_000;

    private static final int RETRY_MILLIS_MAX = 4_000;
    private static final int SEEN_CHARS_MAX = 40;

    private final Live live;
    private final Sessions sessions;
    private final LiveSettings settings;

    LiveController(Live live, Sessions sessions, LiveSettings settings) {
        this.live = live;
        this.sessions = sessions;
        this.settings = settings;
    }

    /**
     * Tells until the session ends, the page goes, or {@link #LASTS_MAX} is over.
     *
     * @param last the id of the event that the browser had heard before its line broke
     * @param since the same, from a page that comes back by itself
     */
    @GetMapping(produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    void listen(
            @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String last,
            @RequestParam(required = false) @Nullable String since,
            HttpServletRequest request,
            HttpServletResponse response) {
        Set<Kind> readable = Kind.readableBy(sessions.roles(request));
        LiveStream stream = live.open(sessions.id(request), readable, seen(last, since));
        try {
            response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
            response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
            // Proxies hand each event on at once
            response.setHeader("X-Accel-Buffering", "no");
            write(stream, response.getOutputStream());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (IOException gone) {
            log.atDebug().addKeyValue("cause", gone.getMessage()).log("page gone");
        } finally {
            live.close(stream);
        }
    }

    private static String seen(@Nullable String last, @Nullable String since) {
        String seen = last != null ? last : since != null ? since : "";
        return seen.length() > SEEN_CHARS_MAX ? Kind.ANYTHING : seen;
    }

    private void write(LiveStream stream, OutputStream out)
            throws IOException, InterruptedException {
        long until = System.nanoTime() + LASTS_MAX.toNanos();
        int retry = ThreadLocalRandom.current().nextInt(RETRY_MILLIS_MIN, RETRY_MILLIS_MAX);
        // Without an id: what it missed is told next, and until then it has heard no more than
        // before.
        send(out, "retry: %d\nevent: here\ndata: live\n\n".formatted(retry));
        while (System.nanoTime() < until) {
            Optional<LiveStream.Told> told = stream.take(settings.heartbeat());
            if (told.isEmpty()) {
                return;
            }
            String id = live.id(told.get().number());
            if (told.get().kinds().isEmpty()) {
                // The id counts for a browser that comes back, though nothing is handed to the page
                send(out, "id: %s\n\n".formatted(id));
            } else {
                send(out, "id: %s\ndata: %s\n\n".formatted(id, words(told.get().kinds())));
                Thread.sleep(APART);
            }
        }
    }

    private static String words(Collection<Kind> kinds) {
        return kinds.stream().map(Kind::word).collect(Collectors.joining(" "));
    }

    private static void send(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(UTF_8));
        out.flush();
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> refused(LiveRefused e) {
        return switch (e.why()) {
            case SESSION_FULL ->
                    problem(
                            HttpStatus.TOO_MANY_REQUESTS,
                            "too-many-streams",
                            "This sign-in has %d pages that listen already: this one asks by itself."
                                    .formatted(settings.streamsPerSessionMax()));
            case FULL ->
                    problem(
                            HttpStatus.SERVICE_UNAVAILABLE,
                            "live-full",
                            "As many pages listen as may: this one asks by itself.");
            case NOT_HEARING ->
                    problem(
                            HttpStatus.SERVICE_UNAVAILABLE,
                            "live-unavailable",
                            "Not every part tells what changes right now: the page asks by itself.");
        };
    }

    private static ResponseEntity<ProblemDetail> problem(
            HttpStatus status, String slug, String detail) {
        var problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return ResponseEntity.status(status)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(problem);
    }
}
