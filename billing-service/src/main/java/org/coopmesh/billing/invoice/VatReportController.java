package org.coopmesh.billing.invoice;

import java.net.URI;
import java.time.LocalDate;
import java.time.Period;
import java.util.List;
import org.coopmesh.billing.ledger.MoneyView;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What the co-op owes the tax office for a span of days, by rate. */
@RestController
@RequestMapping("/api/billing/vat/report")
class VatReportController {
    private static final Period SPAN_MAX = Period.ofMonths(13);

    private final VatReporting reporting;

    VatReportController(VatReporting reporting) {
        this.reporting = reporting;
    }

    /**
     * @param kind invoice, credit-note, write-off, or bill for what was billed without an invoice
     * @param category UNCL 5305: S, E, O or AE
     * @param base below zero where it gives back
     */
    record RowView(
            String kind,
            String category,
            int rateHundredths,
            long number,
            MoneyView gross,
            MoneyView base,
            MoneyView tax,
            MoneyView rounding) {}

    /**
     * @param tax of all rows
     * @param booked the same, as the book has it
     * @param otherwise what else moved the account: below zero what went to the tax office
     * @param owed at the end of the last day
     */
    record ReportView(
            LocalDate from,
            LocalDate to,
            List<RowView> rows,
            MoneyView tax,
            MoneyView booked,
            MoneyView otherwise,
            MoneyView owed) {}

    /** By day of issue, both days included; at most thirteen months. */
    @GetMapping
    @PreAuthorize("hasAnyRole('treasurer', 'board')")
    ReportView report(@RequestParam LocalDate from, @RequestParam LocalDate to) {
        if (to.isBefore(from) || to.isAfter(from.plus(SPAN_MAX))) {
            throw new SpanRefused();
        }
        VatReporting.Report report = reporting.report(from, to);
        return new ReportView(
                from,
                to,
                report.sums().stream()
                        .map(sum ->
                                new RowView(
                                        sum.kind().code(),
                                        sum.category().name(),
                                        sum.hundredths(),
                                        sum.number(),
                                        MoneyView.of(sum.gross()),
                                        MoneyView.of(sum.base()),
                                        MoneyView.of(sum.tax()),
                                        MoneyView.of(sum.rounding())))
                        .toList(),
                MoneyView.of(report.tax()),
                MoneyView.of(report.booked()),
                MoneyView.of(report.otherwise()),
                MoneyView.of(report.owed()));
    }

    private static final class SpanRefused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        SpanRefused() {
            super("not before from, and at most thirteen months after it");
        }
    }

    @ExceptionHandler
    ProblemDetail refused(SpanRefused e) {
        record Wrong(String field, String rule, @Nullable String message) {}
        var problem =
                ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, "to: " + e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/invalid-request"));
        problem.setProperty("errors", List.of(new Wrong("to", "range", e.getMessage())));
        return problem;
    }
}
