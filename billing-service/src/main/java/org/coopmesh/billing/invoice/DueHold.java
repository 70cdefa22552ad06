package org.coopmesh.billing.invoice;

import java.util.Set;

/**
 * What is not called overdue, reminded of or collected in another way, because the co-op itself is about to collect it or agreed how it
 * is paid. Invoices do not know how: this is the socket that {@code directdebit}, {@code autopay} and {@code instalment} plug into.
 */
public interface DueHold {
    /** Invoices that are being collected, or paid as agreed. */
    Set<InvoiceId> beingCollected();
}
