package org.coopmesh.billing.ledger;

import java.util.UUID;

/** One transaction of the book. */
public record TransactionId(UUID value) {}
