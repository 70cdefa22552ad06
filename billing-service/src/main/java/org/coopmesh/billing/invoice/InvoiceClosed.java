package org.coopmesh.billing.invoice;

/** Nothing is owed on this invoice any more, so nothing can be given up. */
public class InvoiceClosed extends RuntimeException {
    InvoiceClosed(InvoiceId id) {
        super("nothing is owed on invoice " + id.value());
    }
}
