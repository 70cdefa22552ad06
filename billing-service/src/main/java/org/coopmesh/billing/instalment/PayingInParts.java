package org.coopmesh.billing.instalment;

import java.time.Clock;
import java.time.LocalDate;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.instalment.InstalmentPlan.Asked;
import org.coopmesh.billing.instalment.InstalmentPlan.Closed;
import org.coopmesh.billing.instalment.InstalmentPlan.Heading;
import org.coopmesh.billing.instalment.InstalmentPlan.How;
import org.coopmesh.billing.instalment.InstalmentPlan.Next;
import org.coopmesh.billing.instalment.InstalmentPlan.Review;
import org.coopmesh.billing.instalment.InstalmentPlan.Running;
import org.coopmesh.billing.instalment.InstalmentPlans.Step;
import org.coopmesh.billing.invoice.Invoice;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.invoice.Patience;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.mail.Mailing;
import org.coopmesh.billing.mail.Notice;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Lets payers pay what is open in parts, by agreed days. While that is kept its invoices are neither late nor reminded of nor collected;
 * a part that is missed ends it, and what is left is owed from that part's day.
 */
@Service
public class PayingInParts {
    private static final Logger log = LoggerFactory.getLogger(PayingInParts.class);
    private static final int PAGE = 200;
    private static final Comparator<InvoiceId> BY_ID = Comparator.comparing(InvoiceId::value);

    private final InstalmentPlans plans;
    private final Invoicing invoicing;
    private final Mailing mailing;
    private final PayerRegister register;
    private final Optional<Patience> patience;
    private final TransactionTemplate transaction;
    private final Clock clock;

    PayingInParts(
            InstalmentPlans plans,
            Invoicing invoicing,
            Mailing mailing,
            PayerRegister register,
            Optional<Patience> patience,
            TransactionTemplate transaction,
            Clock clock) {
        this.plans = plans;
        this.invoicing = invoicing;
        this.mailing = mailing;
        this.register = register;
        this.patience = patience;
        this.transaction = transaction;
        this.clock = clock;
    }

    /** What is to be paid next on the plan that runs over the invoice; empty where none does. */
    public Optional<Next> next(InvoiceId invoice) {
        return plans.covering(invoice)
                .flatMap(plan ->
                        plan instanceof Running running
                                ? running.next(open(running))
                                : Optional.empty());
    }

    /** Whether the payer pays in parts now. */
    public boolean isRunning(PayerId payer) {
        return plans.in("running", payer).isPresent();
    }

    /**
     * Asks a treasurer to agree; nothing is different until then.
     *
     * @throws InstalmentRefused if it cannot be, or the payer asked before or pays in parts already
     */
    @Transactional
    InstalmentPlan ask(
            PayerId payer,
            List<InvoiceId> invoices,
            List<LocalDate> days,
            @Nullable String why,
            MemberId by) {
        Asked asked = fresh(payer, invoices, days);
        if (plans.in("asked", payer).isPresent()) {
            throw new InstalmentRefused("payerId", "asked", "a plan waits for the treasurer");
        }
        asked.agree(open(payer, asked.heading()), today());
        plans.insert(asked, register.coop().currency(), step(asked, by, why, null));
        return find(asked.heading().id());
    }

    /**
     * Agrees with a payer who did not ask, over all that is open on the invoices now.
     *
     * @throws InstalmentRefused if it cannot be, or the payer pays in parts already
     * @throws NotOwnPlan if it pays for the caller
     */
    @Transactional
    InstalmentPlan agree(
            PayerId payer,
            List<InvoiceId> invoices,
            List<LocalDate> days,
            @Nullable String why,
            MemberId by) {
        unlessOwn(payer, by);
        Asked asked = fresh(payer, invoices, days);
        Running running = asked.agree(open(payer, asked.heading()), today());
        plans.insert(running, register.coop().currency(), step(running, by, why, null));
        agreed(running);
        return find(running.heading().id());
    }

    /**
     * Agrees to what a payer asked for, over all that is open on the invoices now.
     *
     * @throws InstalmentPlanNotFound if there is none
     * @throws InstalmentPlanDecided if it was decided
     * @throws InstalmentRefused if it cannot be any more
     * @throws NotOwnPlan if it pays for the caller
     */
    @Transactional
    InstalmentPlan agree(UUID id, MemberId by) {
        InstalmentPlan plan = lock(id);
        unlessOwn(plan.heading().payer(), by);
        if (!(plan instanceof Asked asked)) {
            throw new InstalmentPlanDecided(plan);
        }
        unlessRunning(plan.heading().payer());
        Running running = asked.agree(open(plan.heading().payer(), plan.heading()), today());
        plans.update(running, step(running, by, null, null));
        agreed(running);
        return running;
    }

    private void agreed(Running plan) {
        putOff(plan.heading(), plan.heading().lastDay());
        tell(Notice.INSTALMENTS_AGREED, plan);
    }

    private void tell(Notice notice, InstalmentPlan plan) {
        mailing.tell(new Mailing.Told(notice, plan.heading().id(), plan.heading().payer()));
    }

    /**
     * Does not agree.
     *
     * @throws InstalmentPlanNotFound if there is none
     * @throws InstalmentPlanDecided if it was decided
     * @throws NotOwnPlan if it pays for the caller
     */
    @Transactional
    InstalmentPlan refuse(UUID id, String why, MemberId by) {
        InstalmentPlan plan = lock(id);
        unlessOwn(plan.heading().payer(), by);
        InstalmentPlan refused = decline(plan, How.REFUSED, why, by);
        tell(Notice.INSTALMENTS_REFUSED, refused);
        return refused;
    }

    /**
     * Takes back what one asked for.
     *
     * @throws InstalmentPlanNotFound if there is none, or it is not for a payer that pays for the caller
     * @throws InstalmentPlanDecided if it was decided
     */
    @Transactional
    InstalmentPlan withdraw(UUID id, MemberId by) {
        InstalmentPlan plan = lock(id);
        if (!register.pays(by, plan.heading().payer())) {
            throw new InstalmentPlanNotFound(id);
        }
        return decline(plan, How.WITHDRAWN, null, by);
    }

    private InstalmentPlan decline(
            InstalmentPlan plan, How how, @Nullable String why, MemberId by) {
        if (!(plan instanceof Asked)) {
            throw new InstalmentPlanDecided(plan);
        }
        var closed = new Closed(plan.heading(), List.of(), how);
        plans.update(closed, step(closed, by, why, null));
        return closed;
    }

    /**
     * Ends a plan that runs: what is left is owed from today.
     *
     * @throws InstalmentPlanNotFound if there is none
     * @throws InstalmentPlanDecided if it does not run
     * @throws NotOwnPlan if it pays for the caller
     */
    @Transactional
    InstalmentPlan end(UUID id, String why, MemberId by) {
        InstalmentPlan plan = lock(id);
        unlessOwn(plan.heading().payer(), by);
        if (!(plan instanceof Running running)) {
            throw new InstalmentPlanDecided(plan);
        }
        return close(running, How.ENDED, today(), why, by);
    }

    /** Closes what is paid, and ends what was not paid in time. */
    @Scheduled(fixedDelayString = "${coopmesh.instalment.check-interval:PT1M}")
    void check() {
        if (!register.isConstituted()) {
            return;
        }
        long place = 0;
        List<InstalmentPlan> page;
        do {
            page = plans.running(place, PAGE);
            for (InstalmentPlan plan : page) {
                place = plan.heading().place();
                if (plan instanceof Running running
                        && !(review(running) instanceof Review.GoesOn)) {
                    transaction.executeWithoutResult(status -> settle(running.heading().id()));
                }
            }
        } while (page.size() == PAGE);
    }

    /** Looks again while nobody else changes what the payer owes. */
    private void settle(UUID id) {
        if (!(lock(id) instanceof Running running)) {
            return;
        }
        switch (review(running)) {
            case Review.GoesOn goesOn -> {}
            case Review.Kept kept -> close(running, How.KEPT, null, null, null);
            case Review.Missed(LocalDate day) -> {
                close(running, How.MISSED, day, null, null);
                log.atInfo()
                        .addKeyValue("planId", id)
                        .log("instalment plan ended by a part that was missed");
            }
        }
    }

    private Review review(Running plan) {
        LocalDate today = today();
        PayerId payer = plan.heading().payer();
        Optional<LocalDate> dueBefore =
                patience.isEmpty()
                        ? Optional.of(today)
                        : patience.filter(each -> !each.letBe(today).contains(payer))
                                .flatMap(each -> each.dueBefore(today));
        LocalDate wentBack =
                invoicing
                        .lastReturnAt(plan.heading().invoices())
                        .map(at -> register.coop().dayAt(at))
                        .orElse(null);
        return plan.review(open(plan), wentBack, dueBefore);
    }

    private Closed close(
            Running plan,
            How how,
            @Nullable LocalDate owedFrom,
            @Nullable String why,
            @Nullable MemberId by) {
        var closed = new Closed(plan.heading(), plan.parts(), how);
        plans.update(closed, step(closed, by, why, owedFrom));
        if (owedFrom != null) {
            putOff(plan.heading(), owedFrom);
            tell(Notice.INSTALMENTS_ENDED, closed);
        }
        return closed;
    }

    private void putOff(Heading heading, LocalDate payBy) {
        for (InvoiceId invoice : heading.invoices()) {
            invoicing.toBePaidBy(invoice, payBy);
        }
    }

    private Asked fresh(PayerId payer, List<InvoiceId> invoices, List<LocalDate> days) {
        if (!register.isKnown(payer)) {
            throw new InstalmentRefused("payerId", "unknown", "nobody by this id was ever to pay");
        }
        var heading =
                new Heading(
                        UUID.randomUUID(),
                        0,
                        payer,
                        invoices.stream().sorted(BY_ID).toList(),
                        days);
        invoicing.hold(payer);
        unlessRunning(payer);
        return new Asked(heading);
    }

    private void unlessRunning(PayerId payer) {
        if (isRunning(payer)) {
            throw new InstalmentRefused(
                    "payerId", "running", "this payer pays in parts already: end that plan first");
        }
    }

    private void unlessOwn(PayerId payer, MemberId by) {
        if (register.pays(by, payer)) {
            throw new NotOwnPlan();
        }
    }

    /** What is open on invoices that are to be in a plan: each the payer's, and each with something open. */
    private Money open(PayerId payer, Heading heading) {
        Money open = Money.zero(register.coop().currency());
        List<Invoice> owing = invoicing.owing(payer);
        for (InvoiceId id : heading.invoices()) {
            Invoice invoice =
                    owing.stream()
                            .filter(each -> each.heading().id().equals(id))
                            .findFirst()
                            .orElseThrow(() ->
                                    new InstalmentRefused(
                                            "invoiceIds",
                                            "open",
                                            "nothing is owed by this payer on " + id.value()));
            open = open.plus(invoice.open());
        }
        return open;
    }

    Money open(InstalmentPlan plan) {
        return plan.heading().invoices().stream()
                .map(id -> invoicing.find(id).open())
                .reduce(Money.zero(register.coop().currency()), Money::plus);
    }

    /** Holds the payer's accounts first, as everybody does who changes what is owed. */
    private InstalmentPlan lock(UUID id) {
        invoicing.hold(find(id).heading().payer());
        return plans.lock(id).orElseThrow(() -> new InstalmentPlanNotFound(id));
    }

    InstalmentPlan find(UUID id) {
        return plans.find(id).orElseThrow(() -> new InstalmentPlanNotFound(id));
    }

    List<Step> steps(UUID id) {
        return plans.steps(id);
    }

    List<InstalmentPlan> list(
            @Nullable Collection<PayerId> payers, @Nullable String state, long place, int limit) {
        return plans.list(payers, state, place, limit);
    }

    private Step step(
            InstalmentPlan plan,
            @Nullable MemberId by,
            @Nullable String why,
            @Nullable LocalDate owedFrom) {
        return new Step(InstalmentPlans.state(plan), by, clock.instant(), why, owedFrom);
    }

    private LocalDate today() {
        return register.coop().dayAt(clock.instant());
    }
}
