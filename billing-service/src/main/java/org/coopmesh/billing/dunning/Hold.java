package org.coopmesh.billing.dunning;

import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.coopmesh.billing.subscription.PayerId;

/**
 * Whom a treasurer lets be.
 *
 * @param until the last day
 */
record Hold(PayerId payer, LocalDate until, String reason, UUID by, Instant at) {}
