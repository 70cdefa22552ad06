package org.coopmesh.billing.invoice;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.time.Instant;
import java.util.UUID;
import org.coopmesh.billing.metering.Metering;
import org.coopmesh.billing.metering.UsageEvidence;
import org.coopmesh.billing.rating.Charge;
import org.coopmesh.billing.rating.Grounds;
import org.coopmesh.billing.rating.Rating;
import org.coopmesh.billing.subscription.Caller;
import org.coopmesh.billing.subscription.PayerRegister;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What one line of an invoice rests on: signed reports, certificates, proofs, prices. {@code ./coopmesh verify} checks it. */
@RestController
@RequestMapping("/api/invoices")
class EvidenceController {
    private final Invoicing invoicing;
    private final Bills bills;
    private final Rating rating;
    private final Metering metering;
    private final PayerRegister register;
    private final LineEvidence evidence;

    EvidenceController(
            Invoicing invoicing,
            Bills bills,
            Rating rating,
            Metering metering,
            PayerRegister register,
            LineEvidence evidence) {
        this.invoicing = invoicing;
        this.bills = bills;
        this.rating = rating;
        this.metering = metering;
        this.register = register;
        this.evidence = evidence;
    }

    /**
     * Reports are shown as they were signed, so a member gets them only where they speak of nobody else's attachments; the
     * treasurer and the board get all.
     */
    @GetMapping(path = "/{id}/lines/{line}/evidence", produces = MediaType.APPLICATION_JSON_VALUE)
    @PreAuthorize("isAuthenticated()")
    ResponseEntity<byte[]> evidence(
            @PathVariable UUID id, @PathVariable int line, Authentication authentication) {
        Invoice.Heading heading = invoicing.find(new InvoiceId(id)).heading();
        Caller caller = Caller.of(authentication);
        if (!caller.readsAllMoney() && !register.pays(caller.member(), heading.payer())) {
            throw new InvoiceNotFound(heading.id());
        }
        var lines = bills.lines(heading.id());
        if (line < 1 || line > lines.size()) throw new NoEvidence("no such line");
        BillLine found = lines.get(line - 1);
        Charge.Key charge = found.charge();
        if (charge == null || !restsOnReports(charge.kind())) {
            throw new NoEvidence("the line rests on days and prices alone, not on reports");
        }
        Grounds grounds =
                rating.groundsOf(heading.payer(), charge)
                        .orElseThrow(() -> new NoEvidence("nothing is charged there any more"));
        Instant billedAt = bills.billedAt(heading.id());
        UsageEvidence counted = metering.evidence(grounds.stretches(), billedAt);
        if (counted.runs().isEmpty() && found.windows() != 0) {
            throw new NoEvidence("the reports are not kept any more: the invoice is final");
        }
        if (!caller.readsAllMoney() && metering.namesOthers(counted, grounds.stretches())) {
            throw new AccessDeniedException("the reports speak of others too; ask the treasurer");
        }
        byte[] export =
                evidence.write(
                        heading.number(),
                        line,
                        found,
                        bills.before(heading.id(), requireNonNull(charge)),
                        grounds,
                        counted);
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .header(
                        "Content-Disposition",
                        "attachment; filename=\"evidence-%s-%d.json\""
                                .formatted(heading.number(), line))
                .body(export);
    }

    private static boolean restsOnReports(Charge.Kind kind) {
        return switch (kind) {
            case USAGE, TIMED, PEAK -> true;
            case DUES, SCALE -> false;
        };
    }

    @ExceptionHandler
    ProblemDetail notFound(InvoiceNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "invoice-not-found", e);
    }

    @ExceptionHandler
    ProblemDetail none(NoEvidence e) {
        return problem(HttpStatus.NOT_FOUND, "no-evidence", e);
    }

    @ExceptionHandler
    ProblemDetail notWhole(UsageEvidence.NotWhole e) {
        return problem(HttpStatus.CONFLICT, "evidence-not-whole", e);
    }

    private static ProblemDetail problem(HttpStatus status, String slug, RuntimeException e) {
        var problem = ProblemDetail.forStatusAndDetail(status, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return problem;
    }

    private static class NoEvidence extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NoEvidence(String why) {
            super(why);
        }
    }
}
