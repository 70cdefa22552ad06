package org.coopmesh.billing.payroll;

import java.time.Instant;
import java.time.YearMonth;
import org.coopmesh.billing.subscription.MemberId;

/** Rates from a month on, until a later card replaces them. */
record RateCard(YearMonth firstMonth, Rates rates, MemberId setBy, Instant setAt) {}
