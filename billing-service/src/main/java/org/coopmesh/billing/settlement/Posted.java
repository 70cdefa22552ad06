package org.coopmesh.billing.settlement;

import java.time.YearMonth;
import java.util.UUID;
import org.coopmesh.billing.ledger.Money;

/**
 * What was posted to a payer's unbilled account and goes on their next bill as a line of its own.
 *
 * @param id by which it is explained
 * @param label what it is for
 * @param amount negative where the payer receives it
 */
public record Posted(UUID id, Kind kind, YearMonth month, String label, Money amount) {
    /** Where it comes from. */
    public enum Kind {
        /** A share of a declared cost, or what was laid out for one. */
        SHARE,
        /** Carried more, or less, than used. */
        RECIPROCITY,
        /** Carriage at a price, paid or earned. */
        CARRIAGE,
        /** Dues given back for an outage. */
        OUTAGE
    }
}
