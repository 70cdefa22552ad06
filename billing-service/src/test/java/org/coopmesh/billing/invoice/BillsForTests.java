package org.coopmesh.billing.invoice;

import java.time.YearMonth;
import java.util.List;
import org.coopmesh.billing.subscription.PayerId;
import org.springframework.context.ApplicationContext;

/** Bills one payer's month, whatever the months of others. */
public final class BillsForTests {
    private BillsForTests() {}

    public static void bill(Invoicing invoicing, PayerId payer, YearMonth month) {
        for (Invoicing.Outcome outcome : outcomes(invoicing, List.of(payer), month)) {
            if (outcome instanceof Invoicing.Outcome.Failed(PayerId who, RuntimeException why)) {
                throw why;
            }
        }
    }

    public static void bill(Invoicing invoicing, List<PayerId> payers, YearMonth period) {
        outcomes(invoicing, payers, period);
    }

    private static List<Invoicing.Outcome> outcomes(
            Invoicing invoicing, List<PayerId> payers, YearMonth period) {
        return invoicing.bill(payers, period, invoicing.reckon(payers, period), Turn.first());
    }

    /** Calls overdue what is. */
    public static void callOverdue(ApplicationContext context) {
        context.getBean(BillClock.class).callOverdue();
    }
}
