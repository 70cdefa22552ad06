package org.coopmesh.billing.instalment;

import java.time.LocalDate;
import org.coopmesh.billing.ledger.Money;

/**
 * One part of an instalment plan.
 *
 * @param number from 1 on, in the order of the days
 * @param dueOn the last day to pay it
 */
public record Instalment(int number, LocalDate dueOn, Money amount) {
    public Instalment {
        if (number < 1 || !amount.isPositive()) {
            throw new IllegalArgumentException("no part " + number + " over " + amount);
        }
    }
}
