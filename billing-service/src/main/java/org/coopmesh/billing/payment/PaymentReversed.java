package org.coopmesh.billing.payment;

import java.util.UUID;

/** A payment is reversed once. */
public class PaymentReversed extends RuntimeException {
    PaymentReversed(UUID id) {
        super("payment " + id + " was reversed before");
    }
}
