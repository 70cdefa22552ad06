package org.coopmesh.billing.ledger;

/** An Idempotency-Key that no client should send. */
public class IdempotencyKeyInvalid extends RuntimeException {
    IdempotencyKeyInvalid() {
        super("an Idempotency-Key is 1 to 200 visible ASCII characters");
    }
}
