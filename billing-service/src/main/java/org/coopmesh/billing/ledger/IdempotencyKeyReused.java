package org.coopmesh.billing.ledger;

/** An Idempotency-Key came again with another request. */
public class IdempotencyKeyReused extends RuntimeException {
    IdempotencyKeyReused() {
        super("this Idempotency-Key was used for another request");
    }
}
