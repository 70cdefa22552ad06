package org.coopmesh.billing.mail;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.billing.party.Language;
import org.coopmesh.billing.subscription.Caller;
import org.coopmesh.mail.Mail;
import org.coopmesh.mail.Mail.State;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The queue of mails and the words in them, for the treasurer. */
@RestController
@RequestMapping("/api/billing/mail")
class MailController {
    private static final String STATES = "waiting|sending|sent|failed|doubtful|unaddressed|dropped";
    private static final String LANGUAGES = "en|es|ca|de|fr";

    private final MailDesk desk;

    MailController(MailDesk desk) {
        this.desk = desk;
    }

    /**
     * @param hindrance why none leaves: server, sender or paused; null where nothing keeps them
     * @param why what the server said, while paused
     * @param pausedUntil when the server is asked again
     * @param perMinute how many leave in a minute at most
     * @param counts mails by state
     */
    record QueueView(
            @Nullable String hindrance,
            @Nullable String why,
            @Nullable Instant pausedUntil,
            int perMinute,
            Map<String, Long> counts) {}

    /** @param answer what the server said last, or why the mail stands as it does */
    record MailView(
            long id,
            String notice,
            UUID about,
            UUID payerId,
            String state,
            int attempts,
            Instant queuedAt,
            @Nullable Instant sentAt,
            @Nullable String sentTo,
            @Nullable String answer) {
        static MailView of(Mail mail) {
            return new MailView(
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

    record MailsView(List<MailView> items, @Nullable String next) {}

    record DropRequest(@NotBlank @Size(max = 300) String reason) {}

    record RetriedView(int mails) {}

    /** @param own whether these are the co-op's own words */
    record WordsView(String language, String subject, String body, boolean own) {}

    /**
     * @param enabled whether such mails are queued
     * @param enclosed whether the document goes with them, where there is one
     * @param places what its words may name, in braces
     * @param needed what they must name
     */
    record NoticeView(
            String notice,
            boolean enabled,
            boolean enclosed,
            List<String> places,
            List<String> needed,
            List<WordsView> words) {}

    record NoticesView(List<NoticeView> items) {}

    record PolicyRequest(@NotNull Boolean enabled, @NotNull Boolean enclosed) {}

    record WordsRequest(
            @NotNull @Size(max = 1000) String subject, @NotNull @Size(max = 20_000) String body) {}

    record PreviewRequest(
            @NotNull String notice,
            @NotNull @Pattern(regexp = LANGUAGES) String language,
            @NotNull @Size(max = 1000) String subject,
            @NotNull @Size(max = 20_000) String body) {}

    record PreviewView(String subject, String body) {}

    /** How many mails stand where, and what keeps them. */
    @GetMapping
    @PreAuthorize("hasAnyRole('treasurer', 'board')")
    QueueView queue() {
        MailDesk.Queue queue = desk.queue();
        var counts = new HashMap<String, Long>();
        queue.counts().forEach((state, count) -> counts.put(state.tag(), count));
        return new QueueView(
                queue.hindrance() == null
                        ? null
                        : queue.hindrance().name().toLowerCase(Locale.ROOT),
                queue.gate().why(),
                queue.gate().pausedUntil(),
                queue.perMinute(),
                counts);
    }

    /** Mails, newest first: all of them, or without a next page those about one thing, or to one payer. */
    @GetMapping("/mails")
    @PreAuthorize("hasAnyRole('treasurer', 'board')")
    MailsView mails(
            @RequestParam(required = false) @Pattern(regexp = STATES) @Nullable String state,
            @RequestParam(required = false) @Nullable UUID about,
            @RequestParam(required = false) @Nullable UUID payerId,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            @RequestParam(required = false) @Nullable Long after) {
        List<Mail> found =
                payerId == null
                        ? desk.list(state == null ? null : State.of(state), about, after, limit)
                        : desk.to(payerId, limit);
        List<MailView> items = found.stream().map(MailView::of).toList();
        return new MailsView(
                items,
                items.size() < limit || about != null || payerId != null
                        ? null
                        : String.valueOf(items.getLast().id()));
    }

    /** Sends a mail again: one that failed or is in doubt under its own name, one that was sent as a new one. */
    @PostMapping("/mails/{id}/again")
    @PreAuthorize("hasRole('treasurer')")
    MailView again(@PathVariable long id) {
        return MailView.of(desk.again(id));
    }

    /** Takes a mail off the queue. */
    @PostMapping("/mails/{id}/drop")
    @PreAuthorize("hasRole('treasurer')")
    MailView drop(@PathVariable long id, @Valid @RequestBody DropRequest request) {
        return MailView.of(desk.drop(id, request.reason().strip()));
    }

    /** Sends all again that failed, or had no address; not those in doubt, which are decided one by one. */
    @PostMapping("/retry")
    @PreAuthorize("hasRole('treasurer')")
    RetriedView retry() {
        return new RetriedView(desk.retry());
    }

    /** The notices that are sent, and their words. */
    @GetMapping("/notices")
    @PreAuthorize("hasAnyRole('treasurer', 'board')")
    NoticesView notices() {
        return new NoticesView(Arrays.stream(Notice.values()).map(this::view).toList());
    }

    private NoticeView view(Notice notice) {
        MailTexts.Policy policy = desk.policy(notice);
        return new NoticeView(
                notice.tag(),
                policy.enabled(),
                policy.enclosed(),
                notice.places(),
                notice.needed().stream().sorted().toList(),
                Arrays.stream(Language.values())
                        .map(language -> {
                            MailDesk.Words words = desk.words(notice, language);
                            return new WordsView(
                                    language.tag(),
                                    words.wording().subject(),
                                    words.wording().body(),
                                    words.own());
                        })
                        .toList());
    }

    /** Says whether such mails are queued from now on, and whether documents go with them. */
    @PutMapping("/notices/{notice}")
    @PreAuthorize("hasRole('treasurer')")
    NoticeView policy(
            @PathVariable String notice,
            @Valid @RequestBody PolicyRequest request,
            Authentication authentication) {
        Notice known = known(notice);
        desk.say(
                known,
                new MailTexts.Policy(request.enabled(), request.enclosed()),
                Caller.of(authentication).member());
        return view(known);
    }

    /** Gives a notice the co-op's own words in one language. */
    @PutMapping("/notices/{notice}/words/{language}")
    @PreAuthorize("hasRole('treasurer')")
    NoticeView words(
            @PathVariable String notice,
            @PathVariable @Pattern(regexp = LANGUAGES) String language,
            @Valid @RequestBody WordsRequest request,
            Authentication authentication) {
        Notice known = known(notice);
        desk.say(
                known,
                Language.of(language),
                Wording.of(known, request.subject(), request.body()),
                Caller.of(authentication).member());
        return view(known);
    }

    /** Goes back to what the software says by itself. */
    @DeleteMapping("/notices/{notice}/words/{language}")
    @PreAuthorize("hasRole('treasurer')")
    NoticeView forget(
            @PathVariable String notice,
            @PathVariable @Pattern(regexp = LANGUAGES) String language) {
        Notice known = known(notice);
        desk.forget(known, Language.of(language));
        return view(known);
    }

    /** How words come out, with values made up for it. Keeps nothing. */
    @PostMapping("/preview")
    @PreAuthorize("hasAnyRole('treasurer', 'board')")
    PreviewView preview(@Valid @RequestBody PreviewRequest request) {
        Notice notice = known(request.notice());
        Wording filled =
                desk.preview(
                        notice,
                        Language.of(request.language()),
                        Wording.of(notice, request.subject(), request.body()));
        return new PreviewView(filled.subject(), filled.body());
    }

    private static Notice known(String tag) {
        return Arrays.stream(Notice.values())
                .filter(notice -> notice.tag().equals(tag))
                .findFirst()
                .orElseThrow(() -> new MailRefused("notice", "unknown", "no such notice"));
    }

    @ExceptionHandler
    ProblemDetail notFound(MailNotFound e) {
        var problem = ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/mail-not-found"));
        return problem;
    }

    @ExceptionHandler
    ProblemDetail refused(MailRefused e) {
        record Wrong(String field, String rule, @Nullable String message) {}
        boolean state = e.field().equals("state");
        var problem =
                ProblemDetail.forStatusAndDetail(
                        state ? HttpStatus.CONFLICT : HttpStatus.BAD_REQUEST,
                        e.field() + ": " + e.getMessage());
        problem.setType(
                URI.create(
                        "https://coopmesh.org/problems/"
                                + (state ? "mail-state" : "invalid-request")));
        problem.setProperty("errors", List.of(new Wrong(e.field(), e.rule(), e.getMessage())));
        return problem;
    }
}
