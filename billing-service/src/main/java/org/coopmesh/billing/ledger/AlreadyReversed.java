package org.coopmesh.billing.ledger;

/** A transaction is reversed once; twice would move the money the other way. */
public class AlreadyReversed extends RuntimeException {
    AlreadyReversed(TransactionId id) {
        super("transaction " + id.value() + " was reversed before");
    }
}
