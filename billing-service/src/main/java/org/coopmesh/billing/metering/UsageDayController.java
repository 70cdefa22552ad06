package org.coopmesh.billing.metering;

import java.time.Instant;
import java.time.LocalDate;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.coopmesh.billing.metering.SetAsideQueue.ReportNotFound;
import org.coopmesh.billing.metering.UsageReport.Key;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The trees over the reports of each day: roots to hold the co-op to, and the proof that a report is in one. Hashes only. */
@RestController
@RequestMapping("/api/usage")
class UsageDayController {
    private static final HexFormat HEX = HexFormat.of();

    private final UsageDays days;
    private final UsageReports reports;
    private final Retention retention;
    private final MeteringSettings settings;

    UsageDayController(
            UsageDays days, UsageReports reports, Retention retention, MeteringSettings settings) {
        this.days = days;
        this.reports = reports;
        this.retention = retention;
        this.settings = settings;
    }

    record PageView<T>(List<T> items, @Nullable String next) {}

    /** {@code root} as in RFC 6962, section 2.1, over the SHA-256 of the reports' signed bytes. */
    record DayView(LocalDate day, long reports, String root, Instant closedAt) {
        static DayView of(UsageDays.Day day) {
            return new DayView(day.day(), day.reports(), HEX.formatHex(day.root()), day.closedAt());
        }
    }

    /** {@code path} leads from the leaf to the root. All are null while the day of the report's receipt is not closed. */
    record InclusionView(
            String hash,
            Instant receivedAt,
            @Nullable DayView day,
            @Nullable Long index,
            @Nullable List<String> path) {}

    /** How long what is kept, as ISO 8601 durations, and the oldest that is there. */
    record RetentionView(
            String windowsShown,
            String reports,
            String hours,
            String days,
            @Nullable Instant oldestReport,
            @Nullable Instant oldestHour,
            @Nullable Instant oldestDay) {}

    /** For every member: what is kept about their use, and for how long. Reports behind open invoices are kept longer. */
    @GetMapping("/retention")
    @PreAuthorize("isAuthenticated()")
    RetentionView retention() {
        Retention.Oldest oldest = retention.oldest();
        return new RetentionView(
                settings.showWindows().toString(),
                settings.keepReports().toString(),
                settings.keepHours().toString(),
                settings.keepDays().toString(),
                oldest.report(),
                oldest.hour(),
                oldest.day());
    }

    /** Newest first; the cursor is the last day of a page. */
    @GetMapping("/days")
    @PreAuthorize("isAuthenticated()")
    PageView<DayView> days(
            @RequestParam(required = false) @Nullable LocalDate before,
            @RequestParam(defaultValue = "50") int limit) {
        int size = QueryParameters.limit(limit);
        List<DayView> items = days.days(before, size).stream().map(DayView::of).toList();
        return new PageView<>(items, items.size() < size ? null : items.getLast().day().toString());
    }

    @GetMapping("/reports/{nodeId}/{bootId}/{sequence}/inclusion")
    @PreAuthorize("isAuthenticated()")
    InclusionView inclusion(
            @PathVariable String nodeId, @PathVariable UUID bootId, @PathVariable long sequence) {
        KeptReport kept =
                reports.find(new Key(QueryParameters.node(nodeId), bootId, sequence))
                        .orElseThrow(ReportNotFound::new);
        String hash = UsageReports.hex(kept.report().hash());
        return days.place(kept.report().hash(), kept.receivedAt())
                .map(place ->
                        new InclusionView(
                                hash,
                                kept.receivedAt(),
                                DayView.of(place.day()),
                                place.index(),
                                place.path().stream().map(HEX::formatHex).toList()))
                .orElseGet(() -> new InclusionView(hash, kept.receivedAt(), null, null, null));
    }
}
