package org.coopmesh.billing.invoice;

import java.time.YearMonth;
import java.util.List;
import org.coopmesh.billing.subscription.PayerId;

/** Bills one payer's month, whatever the months of others. */
public final class BillsForTests {
    private BillsForTests() {}

    public static void bill(Invoicing invoicing, PayerId payer, YearMonth month) {
        for (Invoicing.Outcome outcome : invoicing.bill(List.of(payer), month, Turn.first())) {
            if (outcome instanceof Invoicing.Outcome.Failed(PayerId who, RuntimeException why)) {
                throw why;
            }
        }
    }

    public static void bill(Invoicing invoicing, List<PayerId> payers, YearMonth period) {
        invoicing.bill(payers, period, Turn.first());
    }
}
