package org.coopmesh.membership.roster;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.security.Principal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.UUID;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.member.NotFound;
import org.coopmesh.membership.member.SiteId;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Takes files that sort members and sites, and what was agreed about nodes; a file is the body, as it is. */
@RestController
class SortingController {
    private final Sorting sorting;
    private final Agreed agreed;

    SortingController(Sorting sorting, Agreed agreed) {
        this.sorting = sorting;
        this.agreed = agreed;
    }

    /** @param to null where it stays */
    record WordsChangeView(List<String> from, @Nullable List<String> to) {
        static WordsChangeView of(Sorting.Change<List<String>> change) {
            return new WordsChangeView(change.from(), change.isOne() ? change.to() : null);
        }
    }

    /** @param to null where it stays */
    record ZoneChangeView(String from, @Nullable String to) {
        static ZoneChangeView of(Sorting.Change<String> change) {
            return new ZoneChangeView(change.from(), change.isOne() ? change.to() : null);
        }
    }

    record SortingLineView(
            String at,
            UUID memberId,
            String name,
            @Nullable UUID siteId,
            @Nullable String site,
            WordsChangeView labels,
            ZoneChangeView zone,
            WordsChangeView nodes,
            boolean changes) {
        static SortingLineView of(Sorting.Step step) {
            SiteId site = step.site();
            return new SortingLineView(
                    step.at(),
                    step.member().value(),
                    step.name(),
                    site == null ? null : site.value(),
                    step.siteName(),
                    WordsChangeView.of(step.labels()),
                    ZoneChangeView.of(step.zone()),
                    WordsChangeView.of(step.nodes()),
                    step.changes());
        }
    }

    /** What would come of a file; its {@code sha256} goes with the taking of the same bytes. */
    record SortingPreviewView(
            String sha256,
            int changes,
            List<SortingLineView> lines,
            int problemCount,
            List<RosterProblem> problems) {}

    /** @param lines that changed something */
    record SortingTakenView(int lines) {}

    record AgreedNodesRequest(
            @NotNull @Size(max = Agreed.PER_SITE_MAX)
                    List<@NotBlank @Size(max = Agreed.NAME_MAX) String> names) {}

    record AgreedNodesView(List<String> names) {}

    /** What would come of a file, line by line; nothing changes. */
    @PostMapping(
            path = "/api/members/sorting/preview",
            consumes = MediaType.APPLICATION_OCTET_STREAM_VALUE)
    @PreAuthorize("hasRole('board')")
    SortingPreviewView preview(HttpServletRequest request) throws IOException {
        Sorting.Preview preview = sorting.preview(body(request));
        return new SortingPreviewView(
                preview.sha256(),
                (int) preview.steps().stream().filter(Sorting.Step::changes).count(),
                preview.steps().stream().map(SortingLineView::of).toList(),
                preview.problems().size(),
                bounded(preview.problems()));
    }

    /** Takes a file that was previewed: all of it, or nothing. */
    @PostMapping(path = "/api/members/sorting", consumes = MediaType.APPLICATION_OCTET_STREAM_VALUE)
    @PreAuthorize("hasRole('board')")
    SortingTakenView take(
            @RequestParam @Pattern(regexp = "[0-9a-f]{64}") String sha256,
            HttpServletRequest request,
            Principal caller)
            throws IOException {
        return new SortingTakenView(
                sorting.take(
                        body(request), sha256, new MemberId(UUID.fromString(caller.getName()))));
    }

    /** Sets which nodes a site is to have; none for nothing agreed. */
    @PutMapping("/api/sites/{id}/agreed-nodes")
    @PreAuthorize("hasAnyRole('board', 'network')")
    AgreedNodesView agree(
            @PathVariable UUID id,
            @Valid @RequestBody AgreedNodesRequest request,
            Principal caller) {
        var names = new LinkedHashMap<String, String>();
        request.names().forEach(name -> names.putIfAbsent(Agreed.key(name), name.strip()));
        agreed.set(new SiteId(id), names.values(), new MemberId(UUID.fromString(caller.getName())));
        return new AgreedNodesView(List.copyOf(names.values()));
    }

    private static byte[] body(HttpServletRequest request) throws IOException {
        try (InputStream in = request.getInputStream()) {
            return in.readNBytes(Roster.BYTES_MAX + 1);
        }
    }

    private static List<RosterProblem> bounded(List<RosterProblem> problems) {
        return problems.stream().limit(Roster.PROBLEMS_MAX).toList();
    }

    @ExceptionHandler
    ProblemDetail notFound(NotFound e) {
        var problem = ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/" + e.noun() + "-not-found"));
        return problem;
    }

    @ExceptionHandler
    ProblemDetail refused(RosterRefused e) {
        var problem =
                ProblemDetail.forStatusAndDetail(
                        HttpStatus.UNPROCESSABLE_CONTENT, String.valueOf(e.getMessage()));
        problem.setType(URI.create("https://coopmesh.org/problems/" + e.slug()));
        problem.setProperty("errors", bounded(e.problems()));
        return problem;
    }
}
