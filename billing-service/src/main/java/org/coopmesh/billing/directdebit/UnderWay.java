package org.coopmesh.billing.directdebit;

import java.util.Set;
import org.coopmesh.billing.invoice.DueHold;
import org.coopmesh.billing.invoice.InvoiceId;
import org.springframework.stereotype.Component;

/** Nobody is late while the co-op is about to collect: until the day of the run that the invoice is in. */
@Component
class UnderWay implements DueHold {
    private static final int INVOICES_MAX = 100_000;

    private final Runs runs;

    UnderWay(Runs runs) {
        this.runs = runs;
    }

    @Override
    public Set<InvoiceId> beingCollected() {
        return runs.underWay(INVOICES_MAX);
    }
}
