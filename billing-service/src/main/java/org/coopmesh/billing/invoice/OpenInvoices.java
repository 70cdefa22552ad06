package org.coopmesh.billing.invoice;

import java.time.Clock;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import org.coopmesh.billing.metering.Stretch;
import org.coopmesh.billing.metering.UsageHold;
import org.coopmesh.billing.rating.Charge;
import org.coopmesh.billing.rating.Grounds;
import org.coopmesh.billing.rating.PlanNotFound;
import org.coopmesh.billing.rating.Rating;
import org.coopmesh.billing.subscription.Coop;
import org.coopmesh.billing.subscription.PayerRegister;
import org.springframework.stereotype.Component;

/** Tells the meter what invoices that are not final rest on. */
@Component
class OpenInvoices implements UsageHold {
    private static final List<String> OPEN = List.of("issued", "partlyPaid", "overdue");
    private static final int PAGE = 200;

    private final Invoices invoices;
    private final Bills bills;
    private final Rating rating;
    private final PayerRegister register;
    private final InvoiceSettings settings;
    private final Clock clock;

    OpenInvoices(
            Invoices invoices,
            Bills bills,
            Rating rating,
            PayerRegister register,
            InvoiceSettings settings,
            Clock clock) {
        this.invoices = invoices;
        this.bills = bills;
        this.rating = rating;
        this.register = register;
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public Instant hoursNeededSince() {
        if (!register.isConstituted()) return Instant.EPOCH;
        Coop coop = register.coop();
        // The month before this one may not be billed yet, and its bill still corrects some before
        // it.
        YearMonth first =
                YearMonth.from(coop.dayAt(clock.instant()))
                        .minusMonths(1L + settings.correctMonths());
        return coop.startOf(first.atDay(1));
    }

    @Override
    public List<Stretch> openStretches(int limit) {
        var stretches = new ArrayList<Stretch>();
        String series = "9999";
        long number = Long.MAX_VALUE;
        List<Invoice> page;
        do {
            page = invoices.list(null, OPEN, "", series, number, PAGE);
            for (Invoice invoice : page) {
                for (BillLine line : bills.lines(invoice.heading().id())) {
                    Charge.Key charge = line.charge();
                    if (charge == null || line.windows() == 0) continue;
                    stretches.addAll(stretches(invoice, charge));
                    if (stretches.size() >= limit) return stretches.subList(0, limit);
                }
            }
            if (!page.isEmpty()) {
                String last = page.getLast().heading().number();
                series = last.substring(0, 4);
                number = Long.parseLong(last.substring(5));
            }
        } while (page.size() == PAGE);
        return stretches;
    }

    private List<Stretch> stretches(Invoice invoice, Charge.Key charge) {
        try {
            return rating.groundsOf(invoice.heading().payer(), charge)
                    .map(Grounds::stretches)
                    .orElse(List.of());
        } catch (PlanNotFound gone) {
            return List.of();
        }
    }
}
