package org.coopmesh.billing.invoice;

/** No such invoice was ever issued, or not to this payer. */
public class InvoiceNotFound extends RuntimeException {
    public InvoiceNotFound(InvoiceId id) {
        super("no invoice " + id.value());
    }
}
