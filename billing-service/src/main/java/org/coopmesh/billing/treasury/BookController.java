package org.coopmesh.billing.treasury;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;
import java.util.UUID;
import org.coopmesh.billing.ledger.CloseRefused;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.subscription.Caller;
import org.coopmesh.billing.subscription.Coop;
import org.coopmesh.billing.subscription.PayerRegister;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The book to take home, and the closing of months. */
@RestController
class BookController {
    private final BookExport export;
    private final Ledger ledger;
    private final PayerRegister register;

    BookController(BookExport export, Ledger ledger, PayerRegister register) {
        this.export = export;
        this.ledger = ledger;
        this.register = register;
    }

    /** The book without anybody's name: persons' accounts by alias. */
    @GetMapping("/api/treasury/books/{format}")
    @PreAuthorize("hasAnyRole('member', 'treasurer', 'board')")
    void books(
            @PathVariable BookExport.Format format,
            @RequestParam(required = false) @Nullable LocalDate from,
            @RequestParam(required = false) @Nullable LocalDate until,
            HttpServletResponse response)
            throws IOException {
        write(format, Names.ALIASES, from, until, response);
    }

    /** The book with the ids of payers and with what was said. */
    @GetMapping("/api/treasury/books/{format}/full")
    @PreAuthorize("hasRole('treasurer')")
    void fullBooks(
            @PathVariable BookExport.Format format,
            @RequestParam(required = false) @Nullable LocalDate from,
            @RequestParam(required = false) @Nullable LocalDate until,
            HttpServletResponse response)
            throws IOException {
        write(format, Names.PAYERS, from, until, response);
    }

    private void write(
            BookExport.Format format,
            Names names,
            @Nullable LocalDate from,
            @Nullable LocalDate until,
            HttpServletResponse response)
            throws IOException {
        register.coop(); // Refused before the answer has begun.
        String suffix =
                switch (format) {
                    case BOOKS -> "jsonl";
                    case HLEDGER -> "journal";
                    case BEANCOUNT -> "beancount";
                    case CSV -> "csv";
                };
        response.setContentType(format == BookExport.Format.CSV ? "text/csv" : "text/plain");
        response.setCharacterEncoding("UTF-8");
        response.setHeader(
                "Content-Disposition", "attachment; filename=\"coopmesh-books." + suffix + "\"");
        response.setHeader("Cache-Control", "no-store");
        export.write(format, names, from, until, response.getOutputStream());
    }

    record ClosedMonthView(YearMonth month, Instant until, Instant closedAt) {}

    record CloseRequestView(YearMonth month, UUID askedBy, Instant askedAt) {}

    record MonthsView(List<ClosedMonthView> closed, List<CloseRequestView> asked) {}

    @GetMapping("/api/treasury/months")
    @PreAuthorize("hasAnyRole('treasurer', 'board')")
    MonthsView months() {
        return new MonthsView(
                ledger.closedMonths().stream()
                        .map(m -> new ClosedMonthView(m.month(), m.until(), m.agreedAt()))
                        .toList(),
                ledger.closeRequests().stream()
                        .map(r -> new CloseRequestView(r.month(), r.askedBy(), r.askedAt()))
                        .toList());
    }

    /** Asks that a month be closed. Asking again changes nothing. */
    @PostMapping("/api/treasury/months/{month}/close-request")
    @PreAuthorize("hasRole('treasurer')")
    ResponseEntity<Void> askToClose(@PathVariable YearMonth month, Authentication caller) {
        ledger.askToClose(month, end(month), Caller.of(caller).member().value());
        return ResponseEntity.noContent().build();
    }

    /** Agrees to what somebody else asked for: the month is closed for good. */
    @PostMapping("/api/treasury/months/{month}/close")
    @PreAuthorize("hasAnyRole('treasurer', 'board')")
    ResponseEntity<Void> close(@PathVariable YearMonth month, Authentication caller) {
        ledger.close(month, end(month), Caller.of(caller).member().value());
        return ResponseEntity.noContent().build();
    }

    private Instant end(YearMonth month) {
        Coop coop = register.coop();
        return coop.startOf(month.plusMonths(1).atDay(1));
    }

    @ExceptionHandler
    ProblemDetail refused(CloseRefused e) {
        var problem = ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/" + e.rule()));
        return problem;
    }
}
