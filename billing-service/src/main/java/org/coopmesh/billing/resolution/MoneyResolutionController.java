package org.coopmesh.billing.resolution;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Positive;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What the assembly decided about money, and what became of it. */
@RestController
@RequestMapping("/api/money-resolutions")
class MoneyResolutionController {
    private final CarryingOut carryingOut;

    MoneyResolutionController(CarryingOut carryingOut) {
        this.carryingOut = carryingOut;
    }

    /**
     * One resolution.
     *
     * @param carriedOutAt null while it was not
     * @param why it was not; null where it was
     */
    record MoneyResolutionView(
            UUID proposalId,
            int number,
            LocalDate effectiveOn,
            String kind,
            String what,
            @Nullable Instant carriedOutAt,
            @Nullable String why) {}

    record MoneyResolutionsView(List<MoneyResolutionView> items, @Nullable String next) {}

    /** Newest first. */
    @GetMapping
    @PreAuthorize("hasAnyRole('member', 'treasurer', 'board')")
    MoneyResolutionsView resolutions(
            @RequestParam(required = false) @Nullable @Positive Integer after,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit) {
        List<MoneyResolutionView> items =
                carryingOut.before(after == null ? Integer.MAX_VALUE : after, limit).stream()
                        .map(each ->
                                new MoneyResolutionView(
                                        each.proposal(),
                                        each.number(),
                                        each.effectiveOn(),
                                        each.kind(),
                                        each.what(),
                                        each.carriedOutAt(),
                                        each.why()))
                        .toList();
        return new MoneyResolutionsView(
                items, items.size() < limit ? null : Integer.toString(items.getLast().number()));
    }
}
