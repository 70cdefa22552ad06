package org.coopmesh.billing.instalment;

import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.coopmesh.billing.invoice.Invoice;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.springframework.context.ApplicationContext;

/** Plans that a treasurer agrees to and ends, for tests of what others do meanwhile. */
public final class InstalmentsForTests {
    private InstalmentsForTests() {}

    /** Agrees that all that is open is paid by these days. */
    public static UUID agree(ApplicationContext context, PayerId payer, LocalDate... days) {
        return context.getBean(PayingInParts.class)
                .agree(
                        payer,
                        context.getBean(Invoicing.class).owing(payer).stream()
                                .map(Invoice::heading)
                                .map(Invoice.Heading::id)
                                .toList(),
                        List.of(days),
                        null,
                        new MemberId(UUID.randomUUID()))
                .heading()
                .id();
    }

    public static void end(ApplicationContext context, UUID plan) {
        context.getBean(PayingInParts.class).end(plan, "a test", new MemberId(UUID.randomUUID()));
    }
}
