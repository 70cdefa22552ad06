package org.coopmesh.billing.invoice;

import java.util.Set;

/**
 * What is not called overdue although its last day to pay is over, because the co-op itself is about to collect it. Invoices do not know
 * how: this is the socket that {@code directdebit} plugs into.
 */
public interface DueHold {
    /** Invoices that are being collected. */
    Set<InvoiceId> beingCollected();
}
