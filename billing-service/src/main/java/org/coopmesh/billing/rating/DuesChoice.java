package org.coopmesh.billing.rating;

import java.time.LocalDate;
import org.coopmesh.billing.ledger.Money;

/** What a payer picked on a sliding scale for a site: so much a month from a day on. */
public record DuesChoice(LocalDate effectiveOn, Money amount) {}
