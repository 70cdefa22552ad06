package org.coopmesh.abuse.casework;

import io.swagger.v3.oas.annotations.Operation;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.abuse.subject.MemberId;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Hours of moderators: each logs their own, the board looks over all. */
@RestController
@RequestMapping("/api/hours")
class HoursController {
    private final HoursLog log;

    HoursController(HoursLog log) {
        this.log = log;
    }

    record HoursRequest(
            @NotNull LocalDate workedOn,
            @Min(1) @Max(WorkedHours.MINUTES_OF_A_DAY) int minutes,
            @NotBlank @Size(max = WorkedHours.WHAT_LENGTH_MAX) String what) {}

    record HoursWithdrawalRequest(
            @NotBlank @Size(max = WorkedHours.WHAT_LENGTH_MAX) String reason) {}

    /** @param withdrawnAt null where they count */
    record HoursView(
            UUID id,
            UUID moderatorId,
            LocalDate workedOn,
            int minutes,
            String what,
            Instant loggedAt,
            @Nullable Instant withdrawnAt,
            @Nullable String withdrawnWhy) {
        static HoursView of(WorkedHours hours) {
            WorkedHours.Withdrawal withdrawal = hours.withdrawal();
            return new HoursView(
                    hours.id(),
                    hours.moderator().value(),
                    hours.workedOn(),
                    hours.minutes(),
                    hours.what(),
                    hours.loggedAt(),
                    withdrawal == null ? null : withdrawal.at(),
                    withdrawal == null ? null : withdrawal.reason());
        }
    }

    record HoursOfMonthView(YearMonth month, List<HoursView> items) {
        static HoursOfMonthView of(YearMonth month, List<WorkedHours> hours) {
            return new HoursOfMonthView(month, hours.stream().map(HoursView::of).toList());
        }
    }

    @Operation(
            summary = "Log hours under an id of one's own making; the same again changes nothing")
    @PutMapping("/{id}")
    @PreAuthorize("hasRole('moderator')")
    HoursView log(
            @PathVariable UUID id,
            @Valid @RequestBody HoursRequest request,
            @AuthenticationPrincipal Jwt jwt) {
        return HoursView.of(
                log.log(
                        id,
                        moderator(jwt),
                        request.workedOn(),
                        request.minutes(),
                        request.what().strip()));
    }

    @Operation(summary = "Take back hours of one's own that were a mistake")
    @PostMapping("/{id}/withdrawal")
    @PreAuthorize("hasRole('moderator')")
    HoursView withdraw(
            @PathVariable UUID id,
            @Valid @RequestBody HoursWithdrawalRequest request,
            @AuthenticationPrincipal Jwt jwt) {
        return HoursView.of(log.withdraw(id, moderator(jwt), request.reason().strip()));
    }

    @Operation(summary = "One's own hours of a month")
    @GetMapping("/mine")
    @PreAuthorize("hasRole('moderator')")
    HoursOfMonthView mine(@RequestParam YearMonth month, @AuthenticationPrincipal Jwt jwt) {
        return HoursOfMonthView.of(month, log.of(month, moderator(jwt)));
    }

    @Operation(summary = "Everybody's hours of a month, for whoever looks over them before pay")
    @GetMapping
    @PreAuthorize("hasAnyRole('treasurer', 'board')")
    HoursOfMonthView all(@RequestParam YearMonth month) {
        return HoursOfMonthView.of(month, log.of(month, null));
    }

    private static MemberId moderator(Jwt jwt) {
        return new MemberId(UUID.fromString(jwt.getSubject()));
    }

    @ExceptionHandler
    ProblemDetail refused(HoursRefused e) {
        var problem =
                ProblemDetail.forStatusAndDetail(HttpStatus.UNPROCESSABLE_CONTENT, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/validation"));
        problem.setProperty(
                "errors",
                List.of(
                        Map.of(
                                "field",
                                e.field(),
                                "rule",
                                e.rule(),
                                "message",
                                String.valueOf(e.getMessage()))));
        return problem;
    }

    @ExceptionHandler
    ProblemDetail notFound(HoursNotFound e) {
        var problem = ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/hours-not-found"));
        return problem;
    }
}
