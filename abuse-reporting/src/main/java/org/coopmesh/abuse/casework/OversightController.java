package org.coopmesh.abuse.casework;

import io.swagger.v3.oas.annotations.Operation;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.coopmesh.abuse.subject.MemberId;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Who asked who stood behind an address, and who opened evidence: for moderators to agree to, and to answer for. */
@RestController
@RequestMapping("/api/abuse")
class OversightController {
    private final Oversight oversight;
    private final Clock clock;

    OversightController(Oversight oversight, Clock clock) {
        this.oversight = oversight;
        this.clock = clock;
    }

    /** @param mine whether the reader asked, who may then not agree */
    record WaitingView(
            UUID caseId,
            long caseNumber,
            String category,
            UUID moderatorId,
            String reason,
            Instant askedAt,
            boolean mine) {
        static WaitingView of(Oversight.Waiting waiting, MemberId reader) {
            return new WaitingView(
                    waiting.matter().id().value(),
                    waiting.matter().number(),
                    waiting.matter().category().wire(),
                    waiting.lookUp().moderator().value(),
                    waiting.lookUp().reason(),
                    waiting.lookUp().askedAt(),
                    waiting.lookUp().moderator().equals(reader));
        }
    }

    record WaitingsView(List<WaitingView> items, @Nullable String next) {}

    /**
     * @param found whether anybody held the address; who, only the case tells
     * @param agreedBy null where it took one moderator alone
     */
    record LookUpView(
            UUID caseId,
            long caseNumber,
            UUID moderatorId,
            String reason,
            boolean found,
            @Nullable UUID agreedBy,
            Instant at) {
        static LookUpView of(Oversight.Past past) {
            MemberId agreedBy = past.lookUp().agreedBy();
            return new LookUpView(
                    past.matter().id().value(),
                    past.matter().number(),
                    past.lookUp().moderator().value(),
                    past.lookUp().reason(),
                    past.lookUp().found(),
                    agreedBy == null ? null : agreedBy.value(),
                    past.lookUp().at());
        }
    }

    record LookUpsView(List<LookUpView> items, @Nullable String next) {}

    /**
     * @param what read, consented or refused
     * @param caseId null where the file came with a report that opened no case
     */
    record LookView(
            UUID evidenceId,
            @Nullable UUID caseId,
            @Nullable Long caseNumber,
            UUID moderatorId,
            String what,
            String reason,
            Instant at) {
        static LookView of(Oversight.Look look) {
            Matter matter = look.matter();
            var reading = look.look().reading();
            return new LookView(
                    look.look().file(),
                    matter == null ? null : matter.id().value(),
                    matter == null ? null : matter.number(),
                    reading.moderator(),
                    reading.what(),
                    reading.reason(),
                    reading.at());
        }
    }

    record LooksView(List<LookView> items, @Nullable String next) {}

    @Operation(
            summary =
                    "Look-ups that wait for a second moderator, oldest first, without those of cases that the reader stands"
                            + " too near to")
    @GetMapping("/look-ups/waiting")
    @PreAuthorize("hasAnyRole('moderator', 'board')")
    WaitingsView waiting(
            @RequestParam(defaultValue = "100") @Min(1) @Max(200) int limit,
            @AuthenticationPrincipal Jwt jwt) {
        MemberId reader = member(jwt);
        return new WaitingsView(
                oversight.waiting(limit, reader).stream()
                        .map(one -> WaitingView.of(one, reader))
                        .toList(),
                null);
    }

    @Operation(
            summary =
                    "Who asked who stood behind an address, in which case and why, newest first; not who was found")
    @GetMapping("/look-ups")
    @PreAuthorize("hasAnyRole('moderator', 'board')")
    LookUpsView lookUps(
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            @RequestParam(required = false) @Nullable Instant before,
            @AuthenticationPrincipal Jwt jwt) {
        Instant end = before == null ? clock.instant().plus(Duration.ofDays(1)) : before;
        var page = oversight.past(end, limit, member(jwt));
        return new LookUpsView(page.items().stream().map(LookUpView::of).toList(), page.next());
    }

    @Operation(
            summary =
                    "Who opened evidence, agreed to it or gave a wrong passphrase, in which case and why, newest first")
    @GetMapping("/evidence-readings")
    @PreAuthorize("hasAnyRole('moderator', 'board')")
    LooksView evidenceReadings(
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            @RequestParam(required = false) @Nullable Long before,
            @AuthenticationPrincipal Jwt jwt) {
        var page = oversight.looks(before == null ? Long.MAX_VALUE : before, limit, member(jwt));
        return new LooksView(page.items().stream().map(LookView::of).toList(), page.next());
    }

    private static MemberId member(Jwt jwt) {
        return new MemberId(UUID.fromString(jwt.getSubject()));
    }
}
