package org.coopmesh.billing.invoice;

import java.net.URI;
import java.util.ArrayDeque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.coopmesh.billing.costshare.CostSharing;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Movement;
import org.coopmesh.billing.metering.Metering;
import org.coopmesh.billing.metering.UsageEvidence;
import org.coopmesh.billing.outage.OutageCredits;
import org.coopmesh.billing.rating.Charge;
import org.coopmesh.billing.rating.Grounds;
import org.coopmesh.billing.rating.Rating;
import org.coopmesh.billing.settlement.PostedGrounds;
import org.coopmesh.billing.settlement.Settling;
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

/**
 * What one line of an invoice rests on: signed reports with certificates and proofs, prices, days, what others share, and the
 * account that the invoice was drawn from. {@code ./coopmesh verify} checks it.
 */
@RestController
@RequestMapping("/api/invoices")
class EvidenceController {
    /** Movements of the account in one export: those of some years, where each hour is charged. */
    private static final int MOVEMENTS_MAX = 20_000;

    private final Invoicing invoicing;
    private final Bills bills;
    private final Rating rating;
    private final Metering metering;
    private final PayerRegister register;
    private final CostSharing sharing;
    private final Settling settling;
    private final OutageCredits outages;
    private final Ledger ledger;

    EvidenceController(
            Invoicing invoicing,
            Bills bills,
            Rating rating,
            Metering metering,
            PayerRegister register,
            CostSharing sharing,
            Settling settling,
            OutageCredits outages,
            Ledger ledger) {
        this.invoicing = invoicing;
        this.bills = bills;
        this.rating = rating;
        this.metering = metering;
        this.register = register;
        this.sharing = sharing;
        this.settling = settling;
        this.outages = outages;
        this.ledger = ledger;
    }

    /**
     * Reports are shown as they were signed, so a member gets them only where they speak of nobody else's attachments; and what
     * many share only where they are so many that no position is a name. The treasurer and the board get all.
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
        LineEvidence.Rests rests =
                charge == null
                        ? posted(found, caller)
                        : switch (charge.kind()) {
                            case USAGE, TIMED, PEAK -> reports(heading, found, charge, caller);
                            case DUES, SCALE ->
                                    found.isTakenBack()
                                            ? new LineEvidence.Rests.OnEarlierBills()
                                            : new LineEvidence.Rests.OnPlan(
                                                    rating.partOf(charge)
                                                            .orElseThrow(() ->
                                                                    new NoEvidence(
                                                                            "the plan has no such part")));
                        };
        byte[] export =
                LineEvidence.write(
                        whole(heading, lines),
                        line,
                        charge == null
                                ? LineEvidence.Before.NOTHING
                                : bills.before(heading.id(), charge),
                        rests);
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .header(
                        "Content-Disposition",
                        "attachment; filename=\"evidence-%s-%d.json\""
                                .formatted(heading.number(), line))
                .body(export);
    }

    private LineEvidence.Rests reports(
            Invoice.Heading heading, BillLine line, Charge.Key charge, Caller caller) {
        Grounds grounds = rating.groundsOf(heading.payer(), charge).orElse(null);
        if (grounds == null) {
            return new LineEvidence.Rests.OnEarlierBills();
        }
        UsageEvidence counted =
                metering.evidence(grounds.stretches(), bills.billedAt(heading.id()));
        if (counted.runs().isEmpty() && line.windows() != 0) {
            throw new NoEvidence("the reports are not kept any more: the invoice is final");
        }
        if (!caller.readsAllMoney() && metering.namesOthers(counted, grounds.stretches())) {
            throw new AccessDeniedException("the reports speak of others too; ask the treasurer");
        }
        return new LineEvidence.Rests.OnReports(grounds, counted);
    }

    private LineEvidence.Rests posted(BillLine line, Caller caller) {
        BillLine.Source source = line.source();
        if (source == null) {
            return new LineEvidence.Rests.OnAccount();
        }
        PostedGrounds grounds =
                (switch (line.kind()) {
                            case SHARE -> sharing.grounds(source.id());
                            case RECIPROCITY, CARRIAGE -> settling.grounds(source.id());
                            case OUTAGE -> outages.grounds(source.id());
                            case DUES, USAGE, ADJUSTMENT, CARRIED, PREPAID ->
                                    throw new IllegalStateException("posted: " + line.kind());
                        })
                        .orElseThrow(
                                () -> new NoEvidence("not all was kept that it was reckoned from"));
        if (!caller.readsAllMoney() && !grounds.hideWhoIsWho()) {
            throw new AccessDeniedException(
                    "so few share it that a position is a name; ask the treasurer");
        }
        return new LineEvidence.Rests.OnPosted(grounds);
    }

    /** With the account's movements up to the invoice; of very many the last. */
    private LineEvidence.Whole whole(Invoice.Heading heading, List<BillLine> lines) {
        AccountId account = AccountId.unbilled(heading.payer().value());
        String invoice = "invoice " + heading.number();
        var movements = new ArrayDeque<Movement>();
        var opening = new AtomicLong();
        var over = new AtomicBoolean();
        ledger.readStatement(
                account,
                movement -> {
                    if (over.get()) {
                        return;
                    }
                    movements.add(movement);
                    if (movements.size() > MOVEMENTS_MAX) {
                        opening.addAndGet(movements.remove().amount().microUnits());
                    }
                    over.set(
                            movement.what().equals(invoice)
                                    || movement.what().startsWith(invoice + ","));
                });
        return new LineEvidence.Whole(
                heading,
                bills.found(heading.id()),
                lines,
                settling.carriage(BillLine.carriage(lines)),
                register.coop().zone(),
                ledger.account(account).orElseThrow().publicName(),
                opening.get(),
                List.copyOf(movements));
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
