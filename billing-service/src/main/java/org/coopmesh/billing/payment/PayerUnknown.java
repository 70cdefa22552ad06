package org.coopmesh.billing.payment;

import org.coopmesh.billing.subscription.PayerId;

/** Nobody by this id has ever paid, or been asked to pay, for anything. */
public class PayerUnknown extends RuntimeException {
    PayerUnknown(PayerId payer) {
        super("no payer " + payer);
    }
}
