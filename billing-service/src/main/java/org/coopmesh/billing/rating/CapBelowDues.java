package org.coopmesh.billing.rating;

import org.coopmesh.billing.ledger.Money;

/** A cap that dues alone would reach: it would narrow the line for nothing that was used. */
public class CapBelowDues extends RuntimeException {
    CapBelowDues(Money dues) {
        super("dues of the month are " + dues + "; take at least that");
    }
}
