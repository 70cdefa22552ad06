package org.coopmesh.abuse.bouncer;

import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.coopmesh.abuse.bouncer.Question.Match;
import org.coopmesh.abuse.subject.Prefix;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What CrowdSec's bouncers call, word for word as its local API answers (version 1), so that a stock bouncer takes the co-op's
 * bans. Its errors are CrowdSec's too: an object with a message.
 */
@Hidden // The contract is CrowdSec's, not ours.
@RestController
@RequestMapping("/v1")
class LapiController {
    private static final String KEY = "X-Api-Key";
    private static final byte[] NOTHING =
            "{\"new\":null,\"deleted\":null}".getBytes(StandardCharsets.UTF_8);
    private static final int METRICS_BYTES_MAX = 1 << 20;
    private static final String RETRY_SECONDS = "60";
    private static final JsonMapper JSON = new JsonMapper();

    private final Gate gate;
    private final Feed feed;

    LapiController(Gate gate, Feed feed) {
        this.gate = gate;
        this.feed = feed;
    }

    /** What is new and what has ended since this firewall was told last; at startup everything. */
    @GetMapping("/decisions/stream")
    void stream(
            @RequestHeader(name = KEY, required = false) @Nullable String key,
            @RequestParam(required = false) @Nullable String startup,
            @RequestParam(required = false) @Nullable String scopes,
            @RequestParam(required = false) @Nullable String origins,
            @RequestParam(name = "scenarios_containing", required = false) @Nullable String with,
            @RequestParam(name = "scenarios_not_containing", required = false)
                    @Nullable String without,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        Gate.Firewall firewall = admit(key, request);
        if (isHead(request)) {
            return;
        }
        var selection = Selection.of(scopes, origins, with, without);
        Long told = firewall.caller().told();
        long head = firewall.caller().head();
        // Who is unknown here, or was away for longer than endings are kept, begins anew.
        Feed.Told answer =
                "true".equals(startup) || told == null || told < firewall.caller().forgotten()
                        ? feed.whole(selection, head)
                        : feed.changes(told, head, selection);
        write(answer.compressed(), request, response);
        gate.told(firewall, answer);
    }

    /** What holds at present for an address, within a range, of an origin and so on. */
    @GetMapping("/decisions")
    void decisions(
            @RequestHeader(name = KEY, required = false) @Nullable String key,
            @RequestParam(required = false) @Nullable String ip,
            @RequestParam(required = false) @Nullable String range,
            @RequestParam(required = false) @Nullable String scope,
            @RequestParam(required = false) @Nullable String scopes,
            @RequestParam(required = false) @Nullable String value,
            @RequestParam(required = false) @Nullable String type,
            @RequestParam(required = false) @Nullable String contains,
            @RequestParam(required = false) @Nullable String origins,
            @RequestParam(name = "scenarios_containing", required = false) @Nullable String with,
            @RequestParam(name = "scenarios_not_containing", required = false)
                    @Nullable String without,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        admit(key, request);
        if (isHead(request)) {
            return;
        }
        var selection = Selection.of(scope == null ? scopes : scope, origins, with, without);
        String about = ip == null ? range : ip;
        Match match = "false".equals(contains) ? Match.WITHIN : Match.COVERS;
        if (about == null && value != null) {
            about = value;
            match = Match.SAME;
        }
        Prefix prefix = about == null ? null : prefix(about);
        if (type != null && !type.toLowerCase(Locale.ROOT).equals("ban")) {
            write("null".getBytes(StandardCharsets.UTF_8), response);
            return;
        }
        write(feed.answer(new Question(selection, prefix, match)), request, response);
    }

    private static Prefix prefix(String text) {
        try {
            return Prefix.parse(text.strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "unable to convert '" + printable(text) + "': " + e.getMessage(), e);
        }
    }

    /** How much a firewall has dropped. What else it tells of itself is not kept. */
    @PostMapping("/usage-metrics")
    ResponseEntity<Map<String, String>> metrics(
            @RequestHeader(name = KEY, required = false) @Nullable String key,
            HttpServletRequest request)
            throws IOException {
        Gate.Firewall firewall = admit(key, request);
        byte[] body = request.getInputStream().readNBytes(METRICS_BYTES_MAX + 1);
        if (body.length > METRICS_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "metrics have at most " + METRICS_BYTES_MAX + " bytes");
        }
        JsonNode told;
        try {
            told = JSON.readTree(body);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("metrics are not JSON", e);
        }
        if (!told.path("remediation_components").isArray()) {
            throw new IllegalArgumentException("remediation_components: a list is wanted");
        }
        long dropped = 0;
        for (JsonNode component : told.path("remediation_components")) {
            for (JsonNode window : component.path("metrics")) {
                for (JsonNode item : window.path("items")) {
                    if (item.path("name").asString("").equals("dropped")
                            && item.path("unit").asString("").startsWith("packet")) {
                        dropped += Math.clamp(item.path("value").asLong(0), 0, 1L << 40);
                    }
                }
            }
        }
        gate.dropped(firewall, dropped);
        return ResponseEntity.status(HttpStatus.CREATED).body(Map.of("message", "ok"));
    }

    private Gate.Firewall admit(@Nullable String key, HttpServletRequest request) {
        return gate.admit(key, request.getRemoteAddr(), request.getHeader(HttpHeaders.USER_AGENT));
    }

    private static boolean isHead(HttpServletRequest request) {
        return request.getMethod().equals("HEAD");
    }

    private static void write(
            byte @Nullable [] compressed, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        if (compressed == null) {
            write(NOTHING, response);
            return;
        }
        response.setContentType("application/json");
        if (takesGzip(request.getHeader(HttpHeaders.ACCEPT_ENCODING))) {
            response.setHeader(HttpHeaders.CONTENT_ENCODING, "gzip");
            response.setContentLength(compressed.length);
            response.getOutputStream().write(compressed);
        } else {
            try (InputStream plain = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
                plain.transferTo(response.getOutputStream());
            }
        }
        response.flushBuffer();
    }

    private static void write(byte[] plain, HttpServletResponse response) throws IOException {
        response.setContentType("application/json");
        response.setContentLength(plain.length);
        response.getOutputStream().write(plain);
        response.flushBuffer();
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

    private static String printable(String text) {
        return text.chars()
                .limit(60)
                .map(c -> c >= ' ' && c < 127 ? c : '?')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    @ExceptionHandler
    ResponseEntity<Map<String, String>> refused(BouncerRefused e) {
        HttpStatus status =
                switch (e.why()) {
                    case TOO_MANY_CALLS, TOO_MANY_WRONG_KEYS -> HttpStatus.TOO_MANY_REQUESTS;
                    case KEY_WRONG, TOO_MANY_KEYS, KEY_NOT_FOUND -> HttpStatus.FORBIDDEN;
                };
        var answer = ResponseEntity.status(status);
        if (status == HttpStatus.TOO_MANY_REQUESTS) {
            answer.header(HttpHeaders.RETRY_AFTER, RETRY_SECONDS);
        }
        return answer.body(message(e));
    }

    @ExceptionHandler
    ResponseEntity<Map<String, String>> malformed(IllegalArgumentException e) {
        return ResponseEntity.badRequest().body(message(e));
    }

    private static Map<String, String> message(Exception e) {
        String why = e.getMessage();
        return Map.of("message", why == null ? "malformed" : why);
    }
}
