package org.coopmesh.billing.instalment;

import java.util.Set;
import org.coopmesh.billing.invoice.DueHold;
import org.coopmesh.billing.invoice.InvoiceId;
import org.springframework.stereotype.Component;

/** Nobody is late, reminded or collected from while they pay in parts as agreed. */
@Component
class InParts implements DueHold {
    private static final int INVOICES_MAX = 100_000;

    private final InstalmentPlans plans;

    InParts(InstalmentPlans plans) {
        this.plans = plans;
    }

    @Override
    public Set<InvoiceId> beingCollected() {
        return plans.covered(INVOICES_MAX);
    }
}
