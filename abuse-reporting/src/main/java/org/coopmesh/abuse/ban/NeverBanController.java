package org.coopmesh.abuse.ban;

import io.swagger.v3.oas.annotations.Operation;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.Prefix;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The list of what is never banned. */
@RestController
@RequestMapping("/api/never-bans")
class NeverBanController {
    private final Bans bans;

    NeverBanController(Bans bans) {
        this.bans = bans;
    }

    /** {@code id} null: built in or by setting, not removable here. */
    record NeverBanView(
            @Nullable UUID id,
            String prefix,
            String reason,
            String origin,
            @Nullable UUID addedBy,
            @Nullable Instant addedAt) {
        static NeverBanView of(NeverBanEntry entry) {
            return new NeverBanView(
                    entry.id(),
                    entry.prefix().toString(),
                    entry.reason(),
                    "list",
                    entry.addedBy().value(),
                    entry.addedAt());
        }

        static NeverBanView fixed(Prefix prefix, String reason, String origin) {
            return new NeverBanView(null, prefix.toString(), reason, origin, null, null);
        }
    }

    record NeverBansView(List<NeverBanView> items, @Nullable String next) {}

    record NeverBanRequest(
            @NotBlank @Size(max = 49) String prefix,
            @NotBlank @Size(max = NeverBanEntry.REASON_LENGTH_MAX) String reason) {}

    @Operation(summary = "What is never banned: by list, by setting, and built in")
    @GetMapping
    @PreAuthorize("hasAnyRole('moderator', 'board', 'network')")
    NeverBansView list() {
        return new NeverBansView(
                Stream.of(
                                bans.neverBans().stream().map(NeverBanView::of),
                                bans.neverBySetting().stream()
                                        .map(prefix ->
                                                NeverBanView.fixed(
                                                        prefix,
                                                        "the co-op's own services",
                                                        "setting")),
                                NeverBan.RESERVED.stream()
                                        .map(reserved ->
                                                NeverBanView.fixed(
                                                        reserved.prefix(),
                                                        reserved.why(),
                                                        "builtIn")))
                        .flatMap(part -> part)
                        .toList(),
                null);
    }

    @Operation(summary = "Put a range on the list; bans that hold already go on")
    @PostMapping
    @PreAuthorize("hasAnyRole('moderator', 'board')")
    @ResponseStatus(HttpStatus.CREATED)
    NeverBanView add(
            @Valid @RequestBody NeverBanRequest request, @AuthenticationPrincipal Jwt jwt) {
        Prefix prefix;
        try {
            prefix = Prefix.parse(request.prefix().strip());
        } catch (IllegalArgumentException e) {
            throw new Malformed(HttpStatus.BAD_REQUEST, e.getMessage());
        }
        if (NeverBan.tooWide(prefix)) {
            throw new Malformed(
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    "so wide a range would leave hardly anything to ban");
        }
        return NeverBanView.of(bans.addNeverBan(prefix, request.reason(), member(jwt)));
    }

    @Operation(summary = "Take a range off the list")
    @DeleteMapping("/{id}")
    @PreAuthorize("hasAnyRole('moderator', 'board')")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void remove(
            @PathVariable UUID id,
            @RequestParam @NotBlank @Size(max = NeverBanEntry.REASON_LENGTH_MAX) String reason,
            @AuthenticationPrincipal Jwt jwt) {
        if (!bans.removeNeverBan(id, reason, member(jwt))) {
            throw new NoSuchEntry();
        }
    }

    private static MemberId member(Jwt jwt) {
        return new MemberId(UUID.fromString(jwt.getSubject()));
    }

    /** The list has no such entry, or it was removed before. */
    private static class NoSuchEntry extends RuntimeException {}

    /** A range that cannot stand on the list. */
    private static class Malformed extends RuntimeException {
        private final HttpStatus status;
        private final String why;

        Malformed(HttpStatus status, @Nullable String why) {
            super(why);
            this.status = status;
            this.why = why == null ? "malformed" : why;
        }
    }

    @ExceptionHandler
    ProblemDetail noSuchEntry(NoSuchEntry e) {
        return problem(HttpStatus.NOT_FOUND, "never-ban-not-found", "no such entry");
    }

    @ExceptionHandler
    ProblemDetail malformed(Malformed e) {
        var problem = problem(e.status, "never-ban-malformed", "prefix: " + e.why);
        problem.setProperty(
                "errors",
                List.of(Map.of("field", "prefix", "rule", "malformed", "message", e.why)));
        return problem;
    }

    private static ProblemDetail problem(HttpStatus status, String slug, String detail) {
        var problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return problem;
    }
}
