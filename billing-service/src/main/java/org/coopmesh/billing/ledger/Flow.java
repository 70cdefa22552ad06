package org.coopmesh.billing.ledger;

import java.time.YearMonth;

/**
 * What went from accounts of one kind to accounts of another in a month, all together.
 *
 * @param payers whose accounts took part; 0 if only the co-op's did
 */
public record Flow(
        YearMonth month, AccountId.Kind from, AccountId.Kind to, Money amount, long payers) {}
