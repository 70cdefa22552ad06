package org.coopmesh.membership.identity;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.security.Principal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Recoveries of accounts, for the board. */
@RestController
@RequestMapping("/api/recoveries")
@PreAuthorize("hasRole('board')")
class RecoveryController {
    private static final long HOURS_MIN = 24;
    private static final long HOURS_MAX = 336;

    private final Recovering recovering;
    private final Clock clock;

    RecoveryController(Recovering recovering, Clock clock) {
        this.recovering = recovering;
        this.clock = clock;
    }

    record ApprovalView(UUID by, Instant at) {
        static ApprovalView of(Recovery.Approval approval) {
            return new ApprovalView(approval.by().value(), approval.at());
        }
    }

    /**
     * @param state asked, approved-once, waiting, due, done, stopped or lapsed
     * @param openedBy null where somebody asked at the sign-in page
     * @param codeAt when the code that counts was made
     * @param endedBy who stopped it; null where a link or code did
     */
    record RecoveryView(
            UUID id,
            UUID memberId,
            String name,
            String state,
            Instant openedAt,
            @Nullable UUID openedBy,
            String reason,
            List<ApprovalView> approvals,
            @Nullable Instant dueAt,
            @Nullable Instant codeAt,
            @Nullable Instant endedAt,
            @Nullable UUID endedBy) {}

    /**
     * @param delayHours how long those wait that are approved from now on
     * @param items those under way first, at most 100
     */
    record RecoveriesView(
            long delayHours, long delayHoursMin, long delayHoursMax, List<RecoveryView> items) {}

    record OpenRequest(@NotNull UUID memberId, @NotBlank @Size(max = 500) String reason) {}

    record DelayRequest(@NotNull @Min(HOURS_MIN) @Max(HOURS_MAX) Integer hours) {}

    record DelayView(long hours) {}

    /** What the board hands over; the code is readable this once. */
    record RecoveryCodeView(String code, Instant expiresAt, String page) {}

    /** Recoveries under way, and those that ended. */
    @GetMapping
    RecoveriesView list() {
        return new RecoveriesView(
                recovering.delay().toHours(),
                HOURS_MIN,
                HOURS_MAX,
                recovering.list().stream().map(this::view).toList());
    }

    /** Opens one for a member; that is no approval yet. */
    @PostMapping
    @PreAuthorize("hasRole('board') and @freshProof.isGiven(authentication)")
    @ResponseStatus(HttpStatus.CREATED)
    RecoveryView open(
            @RequestBody @Valid OpenRequest request, Principal caller, HttpServletRequest http) {
        return view(
                recovering.open(
                        new AccountId(request.memberId()),
                        by(caller),
                        request.reason().strip(),
                        http.getRemoteAddr()));
    }

    /** Approves; the second board member's approval begins the delay. */
    @PostMapping("/{id}/approval")
    @PreAuthorize("hasRole('board') and @freshProof.isGiven(authentication)")
    RecoveryView approve(@PathVariable UUID id, Principal caller, HttpServletRequest http) {
        return view(recovering.approve(id, by(caller), http.getRemoteAddr()));
    }

    /** Stops it, at once. */
    @PostMapping("/{id}/stop")
    RecoveryView stop(@PathVariable UUID id, Principal caller, HttpServletRequest http) {
        return view(recovering.stop(id, by(caller), http.getRemoteAddr()));
    }

    /** Makes the code once the delay is over; an earlier one is void. */
    @PostMapping("/{id}/code")
    @PreAuthorize("hasRole('board') and @freshProof.isGiven(authentication)")
    RecoveryCodeView code(@PathVariable UUID id, Principal caller, HttpServletRequest http) {
        Recovering.Code made = recovering.code(id, by(caller), http.getRemoteAddr());
        return new RecoveryCodeView(made.code(), made.expiresAt(), RecoveryPageController.CODE);
    }

    /** Says how long those wait that are approved from now on. */
    @PutMapping("/delay")
    @PreAuthorize("hasRole('board') and @freshProof.isGiven(authentication)")
    DelayView delay(@RequestBody @Valid DelayRequest request, Principal caller) {
        recovering.setDelay(Duration.ofHours(request.hours()), by(caller));
        return new DelayView(request.hours());
    }

    private RecoveryView view(Recovery recovery) {
        var approvals = new ArrayList<ApprovalView>();
        Instant dueAt = null;
        Instant codeAt = null;
        Instant endedAt = null;
        UUID endedBy = null;
        String state;
        switch (recovery) {
            case Recovery.Asked _ -> state = "asked";
            case Recovery.ApprovedOnce once -> {
                state = "approved-once";
                approvals.add(ApprovalView.of(once.first()));
            }
            case Recovery.Waiting waiting -> {
                state = clock.instant().isBefore(waiting.dueAt()) ? "waiting" : "due";
                approvals.add(ApprovalView.of(waiting.first()));
                approvals.add(ApprovalView.of(waiting.second()));
                dueAt = waiting.dueAt();
                codeAt = waiting.codeAt();
            }
            case Recovery.Ended ended -> {
                state = ended.outcome().name().toLowerCase(Locale.ROOT);
                endedAt = ended.at();
                AccountId by = ended.by();
                endedBy = by == null ? null : by.value();
            }
        }
        Recovery.Heading heading = recovery.heading();
        AccountId openedBy = heading.openedBy();
        return new RecoveryView(
                heading.id(),
                heading.account().value(),
                recovering.name(heading.account()),
                state,
                heading.openedAt(),
                openedBy == null ? null : openedBy.value(),
                heading.reason(),
                approvals,
                dueAt,
                codeAt,
                endedAt,
                endedBy);
    }

    private static AccountId by(Principal caller) {
        return new AccountId(UUID.fromString(caller.getName()));
    }

    @ExceptionHandler
    ProblemDetail notFound(AccountNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "member-not-found", e);
    }

    @ExceptionHandler
    ProblemDetail notFound(RecoveryNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "recovery-not-found", e);
    }

    @ExceptionHandler
    ProblemDetail refused(RecoveryRefused e) {
        return problem(HttpStatus.CONFLICT, e.slug(), e);
    }

    private static ProblemDetail problem(HttpStatus status, String slug, RuntimeException e) {
        var problem = ProblemDetail.forStatusAndDetail(status, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return problem;
    }
}
