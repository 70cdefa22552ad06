package org.coopmesh.billing.invoice;

/** A month that cannot be billed now. */
class BillRunRefused extends RuntimeException {
    BillRunRefused(String why) {
        super(why);
    }
}
