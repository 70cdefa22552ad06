package org.coopmesh.membership.circular;

import jakarta.validation.Valid;
import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.security.Principal;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.coopmesh.membership.member.MemberId;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** Letters to many members: by zone or label, or chosen one by one. */
@RestController
@RequestMapping("/api/members/circulars")
@PreAuthorize("hasAnyRole('board', 'network')")
class CircularController {
    // Neither a second header nor what turns the order of letters around
    private static final String ONE_LINE =
            "[^\\p{Cntrl}\\u2028\\u2029\\u202A-\\u202E\\u2066-\\u2069]+";
    private static final String LINES = "(?s)[^\\p{Cntrl}]*(?:[\\n\\t][^\\p{Cntrl}]*)*+";

    private final Circulars circulars;

    CircularController(Circulars circulars) {
        this.circulars = circulars;
    }

    /** @param members chosen one by one; none where label and zone say whom it is for */
    record CircularRequest(
            @NotNull @Size(max = 40) String label,
            @NotNull @Size(max = 40) String zone,
            @Nullable @Size(min = 1, max = Circular.CHOSEN_MAX) Set<@NotNull UUID> members,
            @NotNull @Pattern(regexp = "en|es|ca|de|fr") String language,
            @NotBlank @Size(max = Circular.SUBJECT_MAX) @Pattern(regexp = ONE_LINE) String subject,
            @NotBlank @Size(max = Circular.TEXT_MAX) @Pattern(regexp = LINES) String text) {
        @AssertTrue(message = "go without label and zone")
        boolean isMembers() {
            return members == null || (label + zone).isEmpty();
        }

        Set<MemberId> chosen() {
            return members == null
                    ? Set.of()
                    : members.stream().map(MemberId::new).collect(Collectors.toUnmodifiableSet());
        }
    }

    record CircularView(
            UUID id,
            UUID by,
            Instant at,
            String label,
            String zone,
            int chosen,
            String language,
            String subject,
            String text) {
        static CircularView of(Circular circular) {
            return new CircularView(
                    circular.id(),
                    circular.by().value(),
                    circular.at(),
                    circular.to().label(),
                    circular.to().zone(),
                    circular.to().chosen(),
                    circular.language().getLanguage(),
                    circular.subject(),
                    circular.text());
        }
    }

    record CircularsView(List<CircularView> items, @Nullable UUID next) {}

    record ReachView(int recipients) {}

    /** @param notSent refused, in doubt, or for somebody who has left meanwhile */
    record CircularProgressView(int recipients, int waiting, int sent, int notSent) {}

    /** How many members a letter would reach now. */
    @GetMapping("/reach")
    ReachView reach(
            @RequestParam(defaultValue = "") @Size(max = 40) String label,
            @RequestParam(defaultValue = "") @Size(max = 40) String zone) {
        return new ReachView(circulars.reach(label, zone));
    }

    /** Sends a letter under a number of the sender's choice; the same again sends nothing. */
    @PutMapping("/{id}")
    @PreAuthorize("hasAnyRole('board', 'network') and @freshProof.isGiven(authentication)")
    CircularView send(
            @PathVariable UUID id, @RequestBody @Valid CircularRequest request, Principal caller) {
        Set<MemberId> chosen = request.chosen();
        return CircularView.of(
                circulars.send(
                        new Circular(
                                id,
                                new MemberId(UUID.fromString(caller.getName())),
                                circulars.now(),
                                new Circular.Audience(
                                        request.label(), request.zone(), chosen.size()),
                                Locale.of(request.language()),
                                request.subject().strip(),
                                request.text().strip()),
                        chosen));
    }

    /** Newest first. */
    @GetMapping
    CircularsView list(
            @RequestParam(defaultValue = "20") @Min(1) @Max(100) int limit,
            @RequestParam(required = false) @Nullable UUID after) {
        CircularTable.Cursor cursor =
                after == null
                        ? null
                        : circulars
                                .find(after)
                                .map(last -> new CircularTable.Cursor(last.at(), last.id()))
                                .orElseThrow(CircularController::unknown);
        List<Circular> page = circulars.page(cursor, limit + 1);
        List<CircularView> shown = page.stream().limit(limit).map(CircularView::of).toList();
        return new CircularsView(shown, page.size() > limit ? shown.getLast().id() : null);
    }

    /** How many got it. */
    @GetMapping("/{id}/progress")
    CircularProgressView progress(@PathVariable UUID id) {
        if (circulars.find(id).isEmpty()) throw unknown();
        Circulars.Progress come = circulars.progress(id);
        return new CircularProgressView(
                come.recipients(), come.waiting(), come.sent(), come.notSent());
    }

    private static ResponseStatusException unknown() {
        return new ResponseStatusException(HttpStatus.NOT_FOUND, "no such letter");
    }

    @ExceptionHandler
    ProblemDetail refused(CircularRefused e) {
        HttpStatus status =
                e.slug().equals("too-many-circulars")
                        ? HttpStatus.TOO_MANY_REQUESTS
                        : HttpStatus.CONFLICT;
        var problem = ProblemDetail.forStatusAndDetail(status, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/" + e.slug()));
        return problem;
    }
}
