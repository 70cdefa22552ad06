package org.coopmesh.billing.webhook;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.billing.subscription.Caller;
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
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The co-op's other tools: who is told what, and what became of each message. */
@RestController
@RequestMapping("/api/billing/webhooks")
@PreAuthorize("hasAnyRole('treasurer', 'board')")
class ReceiverController {
    private static final int NOTE_CHARS_MAX = 200;

    private final Telling telling;

    ReceiverController(Telling telling) {
        this.telling = telling;
    }

    /**
     * @param oldSecretUntil until then the secret of before signs as well
     * @param disabledWhy nothing is sent, for this reason
     * @param failingSince nothing was taken since
     * @param takenAt when a message was taken last
     */
    record ReceiverView(
            UUID id,
            String url,
            @Nullable String note,
            List<String> kinds,
            @Nullable Instant oldSecretUntil,
            @Nullable Instant disabledAt,
            @Nullable String disabledWhy,
            @Nullable Instant failingSince,
            @Nullable Instant takenAt,
            UUID addedBy,
            Instant addedAt,
            int waiting,
            int failed) {
        static ReceiverView of(Receiver receiver, Deliveries.@Nullable Counts counts) {
            Receiver.Old old = receiver.old();
            Receiver.Disabled disabled = receiver.disabled();
            return new ReceiverView(
                    receiver.id(),
                    receiver.url().toString(),
                    receiver.note(),
                    receiver.kinds().stream().sorted().map(Kind::code).toList(),
                    old == null ? null : old.until(),
                    disabled == null ? null : disabled.at(),
                    disabled == null ? null : disabled.why(),
                    receiver.failingSince(),
                    receiver.takenAt(),
                    receiver.addedBy().value(),
                    receiver.addedAt(),
                    counts == null ? 0 : counts.waiting(),
                    counts == null ? 0 : counts.failed());
        }
    }

    /**
     * @param kinds what a receiver can be told of
     */
    record ReceiversView(List<ReceiverView> items, List<String> kinds) {}

    record ReceiverRequest(
            @NotBlank @Size(max = Telling.URL_CHARS_MAX) String url,
            @Nullable @Size(max = NOTE_CHARS_MAX) String note,
            @NotEmpty @Size(max = 20) List<@NotBlank String> kinds) {
        @Nullable String noted() {
            return note == null || note.isBlank() ? null : note.strip();
        }
    }

    /**
     * @param secret told this once
     */
    record SecretView(ReceiverView receiver, String secret) {
        static SecretView of(Receiver receiver) {
            return new SecretView(ReceiverView.of(receiver, null), receiver.secret().text());
        }
    }

    /**
     * @param messageId the header {@code webhook-id}, the same however often it is sent
     * @param state waiting, taken or failed
     * @param status of the last answer; null where there was none
     * @param why the last attempt failed
     */
    record DeliveryView(
            UUID id,
            String messageId,
            String kind,
            String body,
            String state,
            int attempts,
            Instant createdAt,
            @Nullable Instant nextAt,
            @Nullable Instant triedAt,
            @Nullable Integer status,
            @Nullable String why,
            @Nullable Integer tookMillis) {
        static DeliveryView of(Delivery delivery) {
            return new DeliveryView(
                    delivery.id(),
                    delivery.messageId(),
                    delivery.kind().code(),
                    delivery.body(),
                    delivery.state().name().toLowerCase(Locale.ROOT),
                    delivery.attempts(),
                    delivery.createdAt(),
                    delivery.nextAt(),
                    delivery.triedAt(),
                    delivery.status(),
                    delivery.why(),
                    delivery.tookMillis());
        }
    }

    record DeliveriesView(List<DeliveryView> items, @Nullable String next) {}

    /** Who is told what. */
    @GetMapping
    ReceiversView receivers() {
        var counts = telling.counts();
        return new ReceiversView(
                telling.receivers().stream()
                        .map(receiver -> ReceiverView.of(receiver, counts.get(receiver.id())))
                        .toList(),
                Arrays.stream(Kind.values())
                        .filter(kind -> kind != Kind.TEST)
                        .map(Kind::code)
                        .toList());
    }

    /** Adds a receiver; what its messages are signed with is told this once. */
    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    SecretView add(@Valid @RequestBody ReceiverRequest request, Authentication authentication) {
        return SecretView.of(
                telling.add(
                        request.url(),
                        request.noted(),
                        kinds(request.kinds()),
                        Caller.of(authentication).member()));
    }

    /** Changes where a receiver is and what it is told of. */
    @PutMapping("/{id}")
    ReceiverView change(@PathVariable UUID id, @Valid @RequestBody ReceiverRequest request) {
        return ReceiverView.of(
                telling.change(id, request.url(), request.noted(), kinds(request.kinds())),
                telling.counts().get(id));
    }

    /** Tells a receiver nothing any more. */
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void remove(@PathVariable UUID id) {
        telling.remove(id);
    }

    /** Gives a receiver a new secret; for a day the one of before signs as well. */
    @PostMapping("/{id}/secret")
    SecretView rotate(@PathVariable UUID id) {
        return SecretView.of(telling.rotate(id));
    }

    /** Begins again to tell a receiver that was disabled. */
    @PostMapping("/{id}/enable")
    ReceiverView enable(@PathVariable UUID id) {
        return ReceiverView.of(telling.enable(id), telling.counts().get(id));
    }

    /** Sends a message that says nothing. */
    @PostMapping("/{id}/test")
    @ResponseStatus(HttpStatus.ACCEPTED)
    void test(@PathVariable UUID id) {
        telling.test(id);
    }

    /** What became of each message, newest first; the last thirty days. */
    @GetMapping("/{id}/deliveries")
    DeliveriesView deliveries(
            @PathVariable UUID id,
            @RequestParam(required = false) @Pattern(regexp = "waiting|taken|failed")
                    @Nullable String state,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            @RequestParam(required = false) @Nullable UUID after) {
        List<DeliveryView> items =
                telling
                        .deliveries(
                                id,
                                state == null
                                        ? null
                                        : Delivery.State.valueOf(state.toUpperCase(Locale.ROOT)),
                                after,
                                limit)
                        .stream()
                        .map(DeliveryView::of)
                        .toList();
        return new DeliveriesView(
                items, items.size() < limit ? null : items.getLast().id().toString());
    }

    /** Sends a message again, as the same one. */
    @PostMapping("/{id}/deliveries/{deliveryId}/again")
    @ResponseStatus(HttpStatus.ACCEPTED)
    void again(@PathVariable UUID id, @PathVariable UUID deliveryId) {
        telling.again(id, deliveryId);
    }

    private static Set<Kind> kinds(List<String> codes) {
        var kinds = new LinkedHashSet<Kind>();
        for (String code : codes) {
            kinds.add(
                    Kind.of(code)
                            .filter(kind -> kind != Kind.TEST)
                            .orElseThrow(() ->
                                    new ReceiverRefused(
                                            "kinds", "kind", "nothing happens that is " + code)));
        }
        return kinds;
    }

    @ExceptionHandler
    ProblemDetail notFound(ReceiverNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "webhook-receiver-not-found", e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail refused(ReceiverRefused e) {
        return switch (e.rule()) {
            case "disabled" ->
                    problem(HttpStatus.CONFLICT, "webhook-receiver-disabled", e.getMessage());
            case "overlap" ->
                    problem(HttpStatus.CONFLICT, "webhook-secrets-overlap", e.getMessage());
            case "number" ->
                    problem(HttpStatus.CONFLICT, "too-many-webhook-receivers", e.getMessage());
            default -> {
                record Wrong(String field, String rule, @Nullable String message) {}
                ProblemDetail problem =
                        problem(
                                HttpStatus.BAD_REQUEST,
                                "invalid-request",
                                e.field() + ": " + e.getMessage());
                problem.setProperty(
                        "errors", List.of(new Wrong(e.field(), e.rule(), e.getMessage())));
                yield problem;
            }
        };
    }

    private static ProblemDetail problem(HttpStatus status, String slug, @Nullable String detail) {
        var problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return problem;
    }
}
