package org.coopmesh.billing.payroll;

import java.util.List;
import org.coopmesh.billing.ledger.Money;

/**
 * What moderators can be paid from.
 *
 * @param carriedIn what the months before left; below zero where dues went back that moderators had been paid from
 * @param added the share of the dues that came in since
 */
record PayPool(Money carriedIn, Money added) {
    /** What can be paid: never below zero, whole minor units. */
    Money available() {
        Money sum = carriedIn.plus(added);
        return sum.isNegative() ? Money.zero(sum.currency()) : sum.wholeMinor();
    }

    /**
     * What each claim gets. All of it where the pool suffices; else all of the pool, in proportion to the claims with the
     * largest remainder, ties to the one named first. What is not paid for want of dues is not owed later.
     *
     * @param claims whole minor units, zero or more
     */
    List<Money> pay(List<Money> claims) {
        Money available = available();
        Money claimed = claims.stream().reduce(Money.zero(available.currency()), Money::plus);
        return claimed.exceeds(available)
                ? available.split(claims.stream().map(Money::microUnits).toList())
                : claims;
    }

    /** What is left for the next month when {@code drawn} is paid. */
    Money left(Money drawn) {
        return carriedIn.plus(added).minus(drawn);
    }
}
