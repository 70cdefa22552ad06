package org.coopmesh.membership.mail;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.coopmesh.mail.Mail;
import org.coopmesh.mail.Mail.State;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The queue of mails to members, for the board: it names addresses, and says who asked for a link to sign in by. */
@RestController
@RequestMapping("/api/members/mail")
@PreAuthorize("hasRole('board')")
class MailController {
    private static final String STATES = "waiting|sending|sent|failed|doubtful|unaddressed|dropped";

    private final MailDesk desk;

    MailController(MailDesk desk) {
        this.desk = desk;
    }

    /**
     * @param hindrance why none leaves: server, sender or paused; null where nothing keeps them
     * @param why what the server said, while paused
     * @param counts mails by state
     */
    record MemberMailQueueView(
            @Nullable String hindrance,
            @Nullable String why,
            @Nullable Instant pausedUntil,
            int perMinute,
            Map<String, Long> counts) {}

    /** @param answer what the server said last, or why the mail stands as it does */
    record MemberMailView(
            long id,
            String notice,
            UUID about,
            UUID memberId,
            String state,
            int attempts,
            Instant queuedAt,
            @Nullable Instant sentAt,
            @Nullable String sentTo,
            @Nullable String answer) {
        static MemberMailView of(Mail mail) {
            return new MemberMailView(
                    mail.id(),
                    mail.notice(),
                    mail.about(),
                    mail.recipient(),
                    mail.state().tag(),
                    mail.attempts(),
                    mail.queuedAt(),
                    mail.sentAt(),
                    mail.sentTo(),
                    mail.answer());
        }
    }

    record MemberMailsView(List<MemberMailView> items, @Nullable String next) {}

    record MemberMailDrop(@NotBlank @Size(max = 300) String reason) {}

    record MemberMailsRetried(int mails) {}

    /** How many mails stand where, and what keeps them. */
    @GetMapping
    MemberMailQueueView queue() {
        MailDesk.Queue queue = desk.queue();
        var counts = new TreeMap<String, Long>();
        queue.counts().forEach((state, count) -> counts.put(state.tag(), count));
        return new MemberMailQueueView(
                queue.hindrance() == null
                        ? null
                        : queue.hindrance().name().toLowerCase(Locale.ROOT),
                queue.gate().why(),
                queue.gate().pausedUntil(),
                queue.perMinute(),
                counts);
    }

    /** Mails, newest first: all of them, or without a next page those to one member. */
    @GetMapping("/mails")
    MemberMailsView mails(
            @RequestParam(required = false) @Pattern(regexp = STATES) @Nullable String state,
            @RequestParam(required = false) @Nullable UUID memberId,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            @RequestParam(required = false) @Nullable @Positive Long after) {
        List<Mail> found =
                memberId == null
                        ? desk.list(state == null ? null : State.of(state), after, limit)
                        : desk.to(memberId, limit);
        List<MemberMailView> items = found.stream().map(MemberMailView::of).toList();
        return new MemberMailsView(
                items,
                items.size() < limit || memberId != null
                        ? null
                        : String.valueOf(items.getLast().id()));
    }

    /** Sends a mail again that failed, is in doubt, had no address or was given up. */
    @PostMapping("/mails/{id}/again")
    MemberMailView again(@PathVariable long id, Authentication caller) {
        return MemberMailView.of(desk.again(id, caller.getName()));
    }

    /** Gives a mail up. */
    @PostMapping("/mails/{id}/drop")
    MemberMailView drop(
            @PathVariable long id,
            @Valid @RequestBody MemberMailDrop request,
            Authentication caller) {
        return MemberMailView.of(desk.drop(id, request.reason().strip(), caller.getName()));
    }

    /** Sends all again that failed or had no address. */
    @PostMapping("/retry")
    MemberMailsRetried retry() {
        return new MemberMailsRetried(desk.retry());
    }

    @ExceptionHandler
    ProblemDetail notFound(MailNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "mail-not-found", e);
    }

    @ExceptionHandler
    ProblemDetail refused(MailRefused e) {
        ProblemDetail problem = problem(HttpStatus.CONFLICT, "mail-refused", e);
        problem.setProperty(
                "errors",
                List.of(
                        Map.of(
                                "field",
                                "state",
                                "rule",
                                e.rule(),
                                "message",
                                String.valueOf(e.getMessage()))));
        return problem;
    }

    private static ProblemDetail problem(HttpStatus status, String slug, RuntimeException e) {
        var problem = ProblemDetail.forStatusAndDetail(status, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return problem;
    }
}
