package org.coopmesh.membership.roster;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.security.Principal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.member.Membership.Known;
import org.coopmesh.membership.member.Subscription;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Takes files of members; the file is the body, as it is. */
@RestController
@PreAuthorize("hasRole('board')")
class RosterController {
    private static final String PLAN_CODE = "|" + Subscription.PLAN_CODE;

    private final RosterImport roster;

    RosterController(RosterImport roster) {
        this.roster = roster;
    }

    record NamesakeView(UUID id, String name, String email) {
        static NamesakeView of(Known known) {
            return new NamesakeView(known.id().value(), known.name(), known.email());
        }
    }

    /** @param makes of "member", "site", "payer"; none for a line that is known already */
    record LineView(
            String at,
            String name,
            String email,
            @Nullable String site,
            @Nullable String planCode,
            @Nullable String payer,
            List<String> makes,
            @Nullable UUID memberId,
            List<NamesakeView> namesakes) {
        static LineView of(Intake.Step step) {
            var makes = new ArrayList<String>();
            if (step.makesMember()) makes.add("member");
            if (step.makesSite()) makes.add("site");
            if (step.makesPayer()) makes.add("payer");
            RosterLine line = step.line();
            RosterLine.Place place = line.place();
            RosterLine.PaidBy paidBy = line.paidBy();
            return new LineView(
                    line.at(),
                    line.name(),
                    line.email(),
                    place == null ? null : place.name(),
                    place == null ? null : place.planCode(),
                    paidBy == null ? null : paidBy.email(),
                    makes,
                    step.member() == null ? null : step.member().id().value(),
                    step.namesakes().stream().map(NamesakeView::of).toList());
        }
    }

    /** What would come of a file; its {@code sha256} goes with the import of the same bytes. */
    record PreviewView(
            String sha256,
            String format,
            @Nullable Instant takenAt,
            int members,
            int sites,
            int payers,
            List<LineView> lines,
            int problemCount,
            List<RosterProblem> problems,
            int skippedCount,
            List<RosterProblem> skipped) {
        static PreviewView of(RosterImport.Preview preview) {
            List<LineView> lines = preview.intake().steps().stream().map(LineView::of).toList();
            return new PreviewView(
                    preview.sha256(),
                    preview.roster().format(),
                    preview.taken().map(RosterImports.Taken::at).orElse(null),
                    count(lines, "member"),
                    count(lines, "site"),
                    count(lines, "payer"),
                    lines,
                    preview.intake().problems().size(),
                    bounded(preview.intake().problems()),
                    preview.roster().skipped().size(),
                    bounded(preview.roster().skipped()));
        }

        private static int count(List<LineView> lines, String what) {
            return (int) lines.stream().filter(line -> line.makes().contains(what)).count();
        }
    }

    record TakenView(
            String sha256,
            String name,
            Instant at,
            UUID by,
            int lines,
            int members,
            int sites,
            int payers,
            boolean again) {
        static TakenView of(RosterImports.Taken taken, boolean again) {
            return new TakenView(
                    taken.sha256(),
                    taken.name(),
                    taken.at(),
                    taken.by().value(),
                    taken.lines(),
                    taken.members(),
                    taken.sites(),
                    taken.payers(),
                    again);
        }
    }

    record TakenListView(List<TakenView> items) {}

    /** What would come of a file, line by line; nothing changes. */
    @PostMapping(
            path = "/api/members/import/preview",
            consumes = MediaType.APPLICATION_OCTET_STREAM_VALUE)
    PreviewView preview(
            @RequestParam(defaultValue = "") @Pattern(regexp = PLAN_CODE) String plan,
            HttpServletRequest request)
            throws IOException {
        return PreviewView.of(roster.preview(body(request), plan));
    }

    /** Takes a file that was previewed: all of it, or nothing. */
    @PostMapping(path = "/api/members/import", consumes = MediaType.APPLICATION_OCTET_STREAM_VALUE)
    TakenView take(
            @RequestParam @Pattern(regexp = "[0-9a-f]{64}") String sha256,
            @RequestParam @NotBlank @Size(max = 200) String name,
            @RequestParam(defaultValue = "") @Pattern(regexp = PLAN_CODE) String plan,
            @RequestParam(required = false) @Nullable LocalDate from,
            HttpServletRequest request,
            Principal caller)
            throws IOException {
        var by = new MemberId(UUID.fromString(caller.getName()));
        RosterImport.Outcome outcome = roster.take(body(request), sha256, name, plan, from, by);
        return TakenView.of(outcome.taken(), outcome.again());
    }

    /** The latest files that were taken, newest first. */
    @GetMapping("/api/members/imports")
    TakenListView taken() {
        return new TakenListView(
                roster.latest().stream().map(each -> TakenView.of(each, false)).toList());
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
    ProblemDetail refused(RosterRefused e) {
        var problem =
                ProblemDetail.forStatusAndDetail(
                        HttpStatus.UNPROCESSABLE_CONTENT, String.valueOf(e.getMessage()));
        problem.setType(URI.create("https://coopmesh.org/problems/" + e.slug()));
        problem.setProperty("errors", bounded(e.problems()));
        return problem;
    }
}
