package org.coopmesh.billing.document;

import org.coopmesh.billing.invoice.InvoiceId;

/** The invoice's document is not drawn up yet. */
final class DocumentNotReady extends RuntimeException {
    DocumentNotReady(InvoiceId invoice) {
        super("the document of invoice " + invoice.value() + " is not drawn up yet");
    }
}
