package org.coopmesh.billing.outage;

import java.time.YearMonth;
import java.util.UUID;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;

/**
 * What one payer gets back for the part of one outage that lies in one month.
 *
 * @param label when the whole of it was, in the co-op's time
 * @param bill that took it; null while none did
 */
record OutageCredit(
        UUID id,
        Outage outage,
        YearMonth month,
        PayerId payer,
        String label,
        Money amount,
        Reckoned reckoned,
        @Nullable UUID bill) {}
