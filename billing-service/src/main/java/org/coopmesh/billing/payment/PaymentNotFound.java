package org.coopmesh.billing.payment;

import java.util.UUID;

/** No payment by this id was ever recorded. */
public class PaymentNotFound extends RuntimeException {
    PaymentNotFound(UUID id) {
        super("no payment " + id);
    }
}
