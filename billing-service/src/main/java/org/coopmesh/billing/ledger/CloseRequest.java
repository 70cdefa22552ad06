package org.coopmesh.billing.ledger;

import java.time.Instant;
import java.time.YearMonth;
import java.util.UUID;

/** Somebody wants to close a month; it is closed when somebody else agrees. */
public record CloseRequest(YearMonth month, UUID askedBy, Instant askedAt) {}
