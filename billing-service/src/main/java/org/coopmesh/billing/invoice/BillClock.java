package org.coopmesh.billing.invoice;

import java.time.YearMonth;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Asks the clock what is due: months to bill, payers to try again, and invoices whose last day to pay is over. */
@Component
class BillClock {
    private final BillRuns runs;
    private final Invoicing invoicing;
    private final Optional<Patience> patience;
    private final List<DueHold> holds;

    BillClock(
            BillRuns runs, Invoicing invoicing, Optional<Patience> patience, List<DueHold> holds) {
        this.runs = runs;
        this.invoicing = invoicing;
        this.patience = patience;
        this.holds = holds;
    }

    /** Bills whom a finished month left out, as soon as nothing stands against it any more. */
    @Scheduled(fixedDelayString = "${coopmesh.invoice.retry-interval:PT10M}")
    void catchUp() {
        runs.catchUp();
    }

    /** Bills every month that is due, in order, then calls overdue what is. */
    @Scheduled(fixedDelayString = "${coopmesh.invoice.check-interval:PT10S}")
    void check() {
        for (Optional<YearMonth> month = runs.due(); month.isPresent(); month = runs.due()) {
            runs.run(month.get());
        }
        callOverdue();
    }

    void callOverdue() {
        Set<InvoiceId> held =
                holds.stream()
                        .flatMap(hold -> hold.beingCollected().stream())
                        .collect(Collectors.toSet());
        for (Invoice invoice : invoicing.pastDue(patience, held)) {
            invoicing.fallDue(invoice.heading().id(), invoice.heading().payer());
        }
    }
}
