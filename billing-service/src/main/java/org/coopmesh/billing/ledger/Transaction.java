package org.coopmesh.billing.ledger;

import java.time.Instant;
import java.util.List;

/**
 * Postings that happen together or not at all.
 *
 * @param effectiveAt when it counts; when it was written down is the ledger's to say
 * @param what one line for the reader of the book; ids, no names
 */
public record Transaction(Instant effectiveAt, String what, List<Posting> postings) {
    private static final int WHAT_LENGTH_MAX = 500;
    private static final int POSTINGS_MAX = 10_000;

    public Transaction {
        postings = List.copyOf(postings);
        if (postings.isEmpty() || postings.size() > POSTINGS_MAX) {
            throw new IllegalArgumentException("postings in a transaction: " + postings.size());
        }
        if (what.isBlank() || what.length() > WHAT_LENGTH_MAX) {
            throw new IllegalArgumentException("a transaction says what it is, in 500 characters");
        }
        if (postings.stream().map(p -> p.amount().currency()).distinct().count() != 1) {
            throw new IllegalArgumentException("a transaction has one currency");
        }
    }
}
