package org.coopmesh.billing.invoice;

import org.coopmesh.billing.ledger.Money;

/** More was to be credited than is left of the invoice. */
public class CreditRefused extends RuntimeException {
    CreditRefused(String number, Money left) {
        super("of invoice " + number + " only " + left + " is left to credit");
    }
}
