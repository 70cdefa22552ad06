package org.coopmesh.abuse.transparency;

import io.swagger.v3.oas.annotations.Operation;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.coopmesh.abuse.transparency.Entries.Opening;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The log for everybody: checkpoint and tiles as C2SP tlog-tiles has them, proofs, keys and reports. */
@RestController
class LogController {
    private static final String TILES = "/log/tile/";
    private static final Pattern NUMBER =
            Pattern.compile("((?:x[0-9]{3}/)*[0-9]{3})(?:\\.p/([1-9][0-9]{0,2}))?");
    private static final int NUMBER_LENGTH_MAX = 32;
    private static final MediaType CSV = MediaType.parseMediaType("text/csv;charset=UTF-8");
    private static final CacheControl FOR_GOOD =
            CacheControl.maxAge(Duration.ofDays(365)).cachePublic().immutable();
    private static final CacheControl BRIEFLY = CacheControl.maxAge(Duration.ofSeconds(5));

    private final TransparencyLog log;
    private final Reporting reporting;
    private final Testimony testimony;

    LogController(TransparencyLog log, Reporting reporting, Testimony testimony) {
        this.log = log;
        this.reporting = reporting;
        this.testimony = testimony;
    }

    /** @param proof hashes in Base64, the lowest first */
    record ProofView(List<String> proof) {
        static ProofView of(List<Hash> proof) {
            return new ProofView(proof.stream().map(Hash::base64).toList());
        }
    }

    /**
     * A key of the log.
     *
     * @param key as C2SP signed-note writes verifier keys
     * @param until null for the newest; until then one that was replaced signs beside it
     */
    record KeyView(String key, Instant since, @Nullable Instant until) {}

    record KeysView(List<KeyView> items) {}

    /**
     * The newest checkpoint, and how far it has come.
     *
     * @param root Base64
     * @param refusals how often a node refused one
     */
    record StandingView(String name, long size, String root, int seenBy, int nodes, int refusals) {
        static StandingView of(Testimony.Standing standing) {
            return new StandingView(
                    standing.newest().origin(),
                    standing.newest().size(),
                    standing.newest().root().base64(),
                    standing.seenBy(),
                    standing.nodes(),
                    standing.refusals());
        }
    }

    /** @param key as C2SP signed-note writes verifier keys; {@code cosignature} is a line of a note under the checkpoint of this size */
    record WitnessView(String node, long size, String key, String cosignature, Instant seenAt) {}

    /** Two checkpoints that both were handed to a node as the log. */
    record RefusalView(String node, String why, String checkpoint, String seen, Instant toldAt) {}

    record WitnessesView(List<WitnessView> items, List<RefusalView> refusals) {}

    record PeriodsView(List<String> items) {}

    record StatementsView(List<Statement> statements) {}

    /**
     * What an entry commits to.
     *
     * @param salt hexadecimal; the commitment is SHA-256 over it and {@code sealed}
     */
    record OpeningView(long index, String entry, String salt, String sealed) {
        static OpeningView of(Opening opening) {
            return new OpeningView(
                    opening.index(), opening.entry(), opening.salt(), opening.sealed());
        }
    }

    record ReasonRequest(@NotBlank @Size(max = 500) String reason) {}

    record NewKeyView(String key) {}

    @Operation(summary = "The newest signed checkpoint of the log, C2SP tlog-checkpoint")
    @GetMapping(path = "/log/checkpoint", produces = "text/plain;charset=UTF-8")
    ResponseEntity<String> checkpoint() {
        return ResponseEntity.ok()
                .cacheControl(BRIEFLY)
                .body(
                        log.checkpoint()
                                .orElseThrow(() -> new NotThere("no checkpoint yet"))
                                .whole());
    }

    @Operation(summary = "A signed checkpoint of an earlier size that was published")
    @GetMapping(path = "/log/checkpoints/{size}", produces = "text/plain;charset=UTF-8")
    String checkpoint(@PathVariable long size) {
        return log.checkpoint(size)
                .orElseThrow(() -> new NotThere("size: never published"))
                .whole();
    }

    @Operation(summary = "A tile of hashes, or a bundle of entries, C2SP tlog-tiles")
    @GetMapping(path = "/log/tile/{level}/**", produces = MediaType.APPLICATION_OCTET_STREAM_VALUE)
    ResponseEntity<byte[]> tile(@PathVariable String level, HttpServletRequest request) {
        String rest = request.getRequestURI().substring(TILES.length() + level.length());
        Matcher number = NUMBER.matcher(rest.startsWith("/") ? rest.substring(1) : rest);
        if (rest.length() > NUMBER_LENGTH_MAX || !number.matches()) {
            throw new Malformed("index", "written 067 or x001/067, a partial one 067.p/5");
        }
        long index = Long.parseLong(number.group(1).replaceAll("[x/]", ""));
        String partial = number.group(2);
        int width = partial == null ? TransparencyLog.TILE_WIDTH : Integer.parseInt(partial);
        if (width > TransparencyLog.TILE_WIDTH
                || partial != null && width == TransparencyLog.TILE_WIDTH) {
            throw new Malformed("width", "1 to 255");
        }
        byte[] body =
                level.equals("entries") ? bundle(index, width) : tile(level(level), index, width);
        return ResponseEntity.ok().cacheControl(FOR_GOOD).body(body);
    }

    private byte[] tile(int level, long index, int width) {
        var body = new ByteArrayOutputStream();
        for (Hash hash : log.tile(level, index, width).orElseThrow(LogController::notYet)) {
            body.writeBytes(hash.bytes());
        }
        return body.toByteArray();
    }

    /** Each entry behind its length in two bytes, the higher first. */
    private byte[] bundle(long index, int width) {
        var body = new ByteArrayOutputStream();
        for (byte[] entry : log.bundle(index, width).orElseThrow(LogController::notYet)) {
            body.write(entry.length >> 8);
            body.write(entry.length);
            body.writeBytes(entry);
        }
        return body.toByteArray();
    }

    private static NotThere notYet() {
        return new NotThere("the log is not that large yet");
    }

    private static int level(String text) {
        if (!text.matches("[0-9]{1,2}")
                || Integer.parseInt(text) > TransparencyLog.TILE_LEVEL_MAX) {
            throw new Malformed("level", "0 to " + TransparencyLog.TILE_LEVEL_MAX + ", or entries");
        }
        return Integer.parseInt(text);
    }

    @Operation(summary = "The proof that an entry is in the log of a size, RFC 6962")
    @GetMapping("/log/proofs/inclusion")
    ProofView inclusion(@RequestParam long index, @RequestParam long size) {
        try {
            return ProofView.of(log.inclusion(index, size));
        } catch (IllegalArgumentException refused) {
            throw new Malformed(refused);
        }
    }

    @Operation(
            summary = "The proof that the log of one size is the beginning of a larger, RFC 6962")
    @GetMapping("/log/proofs/consistency")
    ProofView consistency(@RequestParam long from, @RequestParam long to) {
        try {
            return ProofView.of(log.consistency(from, to));
        } catch (IllegalArgumentException refused) {
            throw new Malformed(refused);
        }
    }

    @Operation(summary = "Every key the log ever had, newest first")
    @GetMapping("/log/keys")
    KeysView keys() {
        return new KeysView(
                log.keys().stream()
                        .map(key -> new KeyView(key.verifier().text(), key.since(), key.until()))
                        .toList());
    }

    @Operation(
            summary = "Have another key sign the log; the one before signs beside it for a while")
    @PostMapping("/api/abuse/log/keys")
    @PreAuthorize("hasRole('board') and @freshProof.isGiven(authentication)")
    NewKeyView rotate(@Valid @RequestBody ReasonRequest request, @AuthenticationPrincipal Jwt jwt) {
        return new NewKeyView(
                log.rotate(UUID.fromString(jwt.getSubject()), request.reason().strip()));
    }

    @Operation(summary = "What an entry commits to, for who knows the id of its fact")
    @GetMapping("/api/abuse/log/openings/{kind}/{fact}")
    OpeningView opening(@PathVariable String kind, @PathVariable String fact) {
        return log.opening(kind, fact)
                .map(OpeningView::of)
                .orElseThrow(() -> new NotThere("no such entry, or not yet"));
    }

    @Operation(summary = "The newest checkpoint, and on how many nodes it was seen")
    @GetMapping("/log/witnesses")
    StandingView standing() {
        return StandingView.of(
                testimony.standing().orElseThrow(() -> new NotThere("no checkpoint yet")));
    }

    @Operation(summary = "Cosignatures of nodes, newest first, and what nodes refused")
    @GetMapping("/api/abuse/log/witnesses")
    WitnessesView witnesses(@RequestParam(defaultValue = "100") @Min(1) @Max(1000) int limit) {
        return new WitnessesView(
                testimony.words(limit).stream()
                        .map(word ->
                                new WitnessView(
                                        word.node(),
                                        word.size(),
                                        word.key().text(),
                                        word.line(),
                                        word.seenAt()))
                        .toList(),
                testimony.refusals(limit).stream()
                        .map(refusal ->
                                new RefusalView(
                                        refusal.node(),
                                        refusal.why(),
                                        refusal.checkpoint(),
                                        refusal.seen(),
                                        refusal.toldAt()))
                        .toList());
    }

    @Operation(summary = "Periods with a public report, newest first")
    @GetMapping("/log/reports")
    PeriodsView periods() {
        return new PeriodsView(reporting.periods());
    }

    @Operation(summary = "The public report of a period, as its hash stands in the log")
    @GetMapping(path = "/log/reports/{period}", produces = MediaType.APPLICATION_JSON_VALUE)
    String report(@PathVariable String period) {
        return reporting.report(period(period)).orElseThrow(LogController::notPublished);
    }

    @Operation(summary = "The public report of a period as a table")
    @GetMapping(path = "/log/reports/{period}/table.csv", produces = "text/csv")
    ResponseEntity<String> table(@PathVariable String period) {
        String csv = reporting.csv(period(period)).orElseThrow(LogController::notPublished);
        return ResponseEntity.ok().contentType(CSV).body(csv);
    }

    @Operation(
            summary =
                    "Statements of reasons of a period in the shape of the DSA Transparency Database")
    @GetMapping("/log/reports/{period}/statements")
    StatementsView statements(@PathVariable String period) {
        return new StatementsView(
                reporting.statements(period(period)).orElseThrow(LogController::notPublished));
    }

    private static Period period(String text) {
        try {
            return Period.parse(text);
        } catch (IllegalArgumentException malformed) {
            throw new Malformed("period", "written 2026-Q4");
        }
    }

    private static NotThere notPublished() {
        return new NotThere("no report of this period yet");
    }

    /** A request for what the log does not have. */
    private static class NotThere extends RuntimeException {
        NotThere(String why) {
            super(why);
        }
    }

    /** A request that no log could answer. */
    private static class Malformed extends RuntimeException {
        private final String field;
        private final String why;

        Malformed(String field, String why) {
            super(field + ": " + why);
            this.field = field;
            this.why = why;
        }

        /** From a refusal that begins with its field. */
        Malformed(IllegalArgumentException refused) {
            this(
                    String.valueOf(refused.getMessage()).split(": ", 2)[0],
                    String.valueOf(refused.getMessage()).split(": ", 2)[1]);
        }
    }

    @ExceptionHandler
    ProblemDetail notThere(NotThere e) {
        return problem(HttpStatus.NOT_FOUND, "not-in-the-log", e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail keyStep(KeyStepRefused e) {
        return problem(HttpStatus.CONFLICT, "key-step-refused", e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail malformed(Malformed e) {
        var problem = problem(HttpStatus.BAD_REQUEST, "malformed", e.getMessage());
        problem.setProperty(
                "errors", List.of(Map.of("field", e.field, "rule", "range", "message", e.why)));
        return problem;
    }

    private static ProblemDetail problem(HttpStatus status, String slug, @Nullable String detail) {
        var problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return problem;
    }
}
