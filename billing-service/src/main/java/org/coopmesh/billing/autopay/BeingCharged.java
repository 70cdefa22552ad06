package org.coopmesh.billing.autopay;

import java.time.Clock;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.coopmesh.billing.invoice.DueHold;
import org.coopmesh.billing.invoice.Invoice;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.springframework.stereotype.Component;

/** Nobody is late while what they saved is still to be charged, nor for a few days after that was given up. */
@Component
class BeingCharged implements DueHold {
    private static final int PAGE = 500;
    private static final int ASKED_MAX = 100_000;

    private final Autopays autopays;
    private final Invoicing invoicing;
    private final PayerRegister register;
    private final Schedule schedule;
    private final Clock clock;

    BeingCharged(
            Autopays autopays,
            Invoicing invoicing,
            PayerRegister register,
            AutopaySettings settings,
            Clock clock) {
        this.autopays = autopays;
        this.invoicing = invoicing;
        this.register = register;
        this.schedule = settings.schedule();
        this.clock = clock;
    }

    @Override
    public Set<InvoiceId> beingCollected() {
        if (!register.isConstituted()) {
            return Set.of();
        }
        LocalDate today = register.coop().dayAt(clock.instant());
        var held = new HashSet<>(autopays.beingAsked(ASKED_MAX));
        var after = new PayerId(new UUID(0, 0));
        List<Choice> page;
        do {
            page = autopays.page(Choice.Way.SAVED, after, PAGE);
            if (page.isEmpty()) break;
            after = page.getLast().payer();
            held.addAll(held(page, today));
        } while (page.size() == PAGE);
        return held;
    }

    private Set<InvoiceId> held(List<Choice> choices, LocalDate today) {
        Map<PayerId, Choice> byPayer =
                choices.stream().collect(Collectors.toMap(Choice::payer, Function.identity()));
        List<Invoice> owing = invoicing.owingOf(byPayer.keySet());
        Map<InvoiceId, List<Try>> tries =
                autopays.tries(
                        choices.stream().map(Choice::id).toList(),
                        owing.stream().map(each -> each.heading().id()).toList());
        var held = new HashSet<InvoiceId>();
        for (Invoice invoice : owing) {
            Invoice.Heading heading = invoice.heading();
            Choice choice = byPayer.get(heading.payer());
            if (choice == null) continue;
            Schedule.Next next =
                    schedule.next(
                            heading.dueOn(),
                            choice.on(),
                            tries.getOrDefault(heading.id(), List.of()));
            boolean goesOn = choice.stopped() == null || next instanceof Schedule.Next.Over;
            if (goesOn && schedule.holds(next, heading.dueOn(), today)) {
                held.add(heading.id());
            }
        }
        return held;
    }
}
