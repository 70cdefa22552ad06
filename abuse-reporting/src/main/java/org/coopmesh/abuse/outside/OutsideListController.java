package org.coopmesh.abuse.outside;

import io.swagger.v3.oas.annotations.Operation;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.coopmesh.abuse.outside.OutsideList.Limits;
import org.coopmesh.abuse.outside.OutsideList.Source;
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
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Lists of addresses that others keep: where from, how much of them, tried out or enforced, and how it went. */
@RestController
@RequestMapping("/api/outside-lists")
class OutsideListController {
    private static final int UPLOAD_BYTES_MAX = 8 << 20;
    private static final int ENTRIES = 50_000;
    private static final int WIDEST_V4 = 16;
    private static final int WIDEST_V6 = 32;
    private static final int HOLDS_HOURS = 7 * 24;
    private static final int EVERY_MINUTES = 60;

    private final OutsideLists lists;

    OutsideListController(OutsideLists lists) {
        this.lists = lists;
    }

    /** @param kind url, upload or crowdsec; what is left out of the numbers is as the documentation says */
    record ListRequest(
            @NotBlank @Size(max = 40) String name,
            @NotBlank @Size(max = 20) String kind,
            @Nullable @Size(max = 500) String url,
            @Nullable @Size(max = 200) String apiKey,
            @Nullable Integer entriesMax,
            @Nullable Integer widestV4,
            @Nullable Integer widestV6,
            @Nullable Integer holdsHours,
            @Nullable Integer everyMinutes) {}

    record EnforceRequest(@NotNull Boolean enforced) {}

    /** @param allTheSame takes it though hardly anything is left of it, or it is older */
    record FetchRequest(@Nullable Boolean allTheSame) {}

    record LeftOutView(String why, int entries) {}

    record ListView(
            UUID id,
            String name,
            String kind,
            @Nullable String url,
            boolean enforced,
            int entriesMax,
            int widestV4,
            int widestV6,
            long holdsHours,
            long everyMinutes,
            Instant addedAt,
            @Nullable Instant triedAt,
            @Nullable Instant takenAt,
            @Nullable String outcome,
            @Nullable String outcomeWhy,
            int entries,
            int ownMembers,
            List<LeftOutView> leftOut) {
        static ListView of(OutsideList list) {
            Limits limits = list.limits();
            return new ListView(
                    list.id(),
                    list.name(),
                    OutsideListTable.kind(list.source()),
                    OutsideListTable.url(list.source()),
                    list.enforced(),
                    limits.entries(),
                    limits.widestV4(),
                    limits.widestV6(),
                    limits.holds().toHours(),
                    limits.every().toMinutes(),
                    list.addedAt(),
                    list.seen().triedAt(),
                    list.seen().takenAt(),
                    list.seen().outcome(),
                    list.seen().why(),
                    list.held().entries(),
                    list.held().ownMembers(),
                    new TreeMap<>(list.held().leftOut())
                            .entrySet().stream()
                                    .map(e -> new LeftOutView(e.getKey(), e.getValue()))
                                    .toList());
        }
    }

    record ListsView(List<ListView> items, @Nullable String next) {}

    @Operation(summary = "Outside lists, and how each went")
    @GetMapping
    @PreAuthorize("hasAnyRole('moderator', 'board', 'network')")
    ListsView list() {
        return new ListsView(lists.all().stream().map(ListView::of).toList(), null);
    }

    @Operation(summary = "Add a list; it stops nothing until it is enforced")
    @PostMapping
    @PreAuthorize("hasRole('board')")
    @ResponseStatus(HttpStatus.CREATED)
    ListView add(@Valid @RequestBody ListRequest request, @AuthenticationPrincipal Jwt jwt) {
        OutsideLists.Request wanted;
        try {
            wanted =
                    new OutsideLists.Request(
                            name(request.name()), source(request), limits(request), member(jwt));
        } catch (IllegalArgumentException e) {
            throw new Malformed(e.getMessage());
        }
        return ListView.of(lists.add(wanted));
    }

    @Operation(summary = "Enforce a list, or go back to trying it out")
    @PutMapping("/{id}/enforced")
    @PreAuthorize("hasRole('board') and @freshProof.isGiven(authentication)")
    ListView enforce(@PathVariable UUID id, @Valid @RequestBody EnforceRequest request) {
        return ListView.of(lists.enforce(id, request.enforced()));
    }

    @Operation(summary = "Fetch a list now")
    @PostMapping("/{id}/fetch")
    @PreAuthorize("hasAnyRole('moderator', 'board')")
    ListView fetch(@PathVariable UUID id, @Valid @RequestBody FetchRequest request) {
        return ListView.of(lists.read(id, Boolean.TRUE.equals(request.allTheSame())));
    }

    @Operation(summary = "Hand a list in, as text")
    @PutMapping("/{id}/content")
    @PreAuthorize("hasRole('board') and @freshProof.isGiven(authentication)")
    ListView handIn(
            @PathVariable UUID id,
            @RequestParam(defaultValue = "false") boolean allTheSame,
            HttpServletRequest request)
            throws IOException {
        byte[] text = request.getInputStream().readNBytes(UPLOAD_BYTES_MAX + 1);
        if (text.length > UPLOAD_BYTES_MAX) {
            throw new OutsideListRefused(
                    OutsideListRefused.Why.NOT_TAKEN,
                    "longer than " + UPLOAD_BYTES_MAX + " bytes: name an address to fetch it from");
        }
        return ListView.of(lists.handIn(id, new ByteArrayInputStream(text), allTheSame));
    }

    @Operation(summary = "Remove a list and every ban that comes from it")
    @DeleteMapping("/{id}")
    @PreAuthorize("hasRole('board') and @freshProof.isGiven(authentication)")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void remove(@PathVariable UUID id, @AuthenticationPrincipal Jwt jwt) {
        lists.remove(id, member(jwt));
    }

    private static String name(String text) {
        String name = text.strip().toLowerCase(Locale.ROOT);
        if (!name.matches("[a-z0-9][a-z0-9-]{0,39}")) {
            throw new IllegalArgumentException("name: letters, digits and '-'");
        }
        return name;
    }

    private static Source source(ListRequest request) {
        return switch (request.kind()) {
            case "url" -> new Source.Text(url(request.url()));
            case "upload" -> new Source.Upload();
            case "crowdsec" -> {
                String key = request.apiKey();
                if (key == null || !key.matches("[!-~]{8,200}")) {
                    throw new IllegalArgumentException(
                            "apiKey: 8 to 200 letters, digits and signs without blanks");
                }
                yield new Source.CrowdSec(url(request.url()), key);
            }
            default -> throw new IllegalArgumentException("kind: url, upload or crowdsec");
        };
    }

    private static URI url(@Nullable String text) {
        try {
            URI url = new URI(text == null ? "" : text.strip());
            if (url.getHost() != null
                    && url.getUserInfo() == null
                    && url.getFragment() == null
                    && ("https".equals(url.getScheme()) || "http".equals(url.getScheme()))) {
                return url;
            }
        } catch (java.net.URISyntaxException malformed) {
            // Told below.
        }
        throw new IllegalArgumentException("url: https:// and a host, without a name or password");
    }

    private static Limits limits(ListRequest request) {
        return new Limits(
                or(request.entriesMax(), ENTRIES),
                or(request.widestV4(), WIDEST_V4),
                or(request.widestV6(), WIDEST_V6),
                Duration.ofHours(or(request.holdsHours(), HOLDS_HOURS)),
                Duration.ofMinutes(or(request.everyMinutes(), EVERY_MINUTES)));
    }

    private static int or(@Nullable Integer value, int otherwise) {
        return value == null ? otherwise : value;
    }

    private static UUID member(Jwt jwt) {
        return UUID.fromString(jwt.getSubject());
    }

    /** A request that no list can be made of; begins with the field. */
    private static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Malformed(@Nullable String message) {
            super(message);
        }
    }

    @ExceptionHandler
    ProblemDetail malformed(Malformed e) {
        String message = e.getMessage() == null ? "malformed" : e.getMessage();
        int colon = message.indexOf(": ");
        var problem = problem(HttpStatus.UNPROCESSABLE_CONTENT, "outside-list-malformed", message);
        problem.setProperty(
                "errors",
                List.of(
                        Map.of(
                                "field",
                                colon < 0 ? "" : message.substring(0, colon),
                                "rule",
                                "malformed",
                                "message",
                                message.substring(colon < 0 ? 0 : colon + 2))));
        return problem;
    }

    @ExceptionHandler
    ProblemDetail refused(OutsideListRefused e) {
        String message = e.getMessage() == null ? "" : e.getMessage();
        return switch (e.why()) {
            case NOT_FOUND -> problem(HttpStatus.NOT_FOUND, "outside-list-not-found", message);
            case NAME_TAKEN, TOO_MANY, NOT_THIS_KIND ->
                    problem(HttpStatus.CONFLICT, "outside-list-refused", message);
            case NOT_TAKEN ->
                    problem(HttpStatus.UNPROCESSABLE_CONTENT, "outside-list-not-taken", message);
        };
    }

    private static ProblemDetail problem(HttpStatus status, String slug, String detail) {
        var problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return problem;
    }
}
