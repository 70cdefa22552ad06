package org.coopmesh.membership.standing;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.coopmesh.membership.member.MemberId;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** A treasurer holds what being overdue would bring. */
@RestController
@RequestMapping("/api/members/{memberId}/hardship")
@PreAuthorize("hasRole('treasurer')")
class HardshipController {
    /** Shown at once; older ones are kept. */
    private static final int WORDS_MAX = 200;

    private final StandingReview review;

    HardshipController(StandingReview review) {
        this.review = review;
    }

    record Hold(@NotNull LocalDate until, @NotBlank @Size(max = 500) String reason) {}

    @PutMapping
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void hold(@PathVariable UUID memberId, @Valid @RequestBody Hold hold, Authentication caller) {
        review.hold(
                new MemberId(memberId),
                hold.until(),
                hold.reason(),
                UUID.fromString(caller.getName()));
    }

    @DeleteMapping
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void release(
            @PathVariable UUID memberId,
            @RequestParam @NotBlank @Size(max = 500) String reason,
            Authentication caller) {
        review.release(new MemberId(memberId), reason, UUID.fromString(caller.getName()));
    }

    /** {@code until} null: the hold was ended. */
    record HardshipWordView(@Nullable LocalDate until, String reason, UUID by, Instant at) {}

    record HardshipWordsView(List<HardshipWordView> items, @Nullable String next) {}

    /** Every hold that was given, changed or ended, newest first. */
    @GetMapping
    HardshipWordsView words(@PathVariable UUID memberId) {
        return new HardshipWordsView(
                review.hardship(new MemberId(memberId), WORDS_MAX).stream()
                        .map(word ->
                                new HardshipWordView(
                                        word.until(), word.reason(), word.by(), word.at()))
                        .toList(),
                null);
    }
}
