package org.coopmesh.billing.provider;

import org.coopmesh.billing.ledger.Money;

/** More cannot go back than came and is still here. */
class RefundTooLarge extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RefundTooLarge(Money received) {
        super("of what was taken " + received + " is there to go back");
    }
}
