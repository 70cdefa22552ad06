package org.coopmesh.billing.ledger;

/** The book has no such transaction. */
public class TransactionNotFound extends RuntimeException {
    TransactionNotFound(TransactionId id) {
        super("no transaction " + id.value());
    }
}
