package org.coopmesh.billing.ledger;

import java.time.Instant;
import java.time.YearMonth;
import java.util.UUID;

/** A month that takes no more postings, and the two who closed it; all months before it are closed with it. */
public record ClosedMonth(
        YearMonth month, Instant until, UUID askedBy, UUID agreedBy, Instant agreedAt) {}
