package org.coopmesh.billing.dunning;

import java.time.Clock;
import java.time.LocalDate;
import java.time.Period;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.coopmesh.billing.invoice.DueHold;
import org.coopmesh.billing.invoice.Invoice;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.invoice.Patience;
import org.coopmesh.billing.mail.Mailing;
import org.coopmesh.billing.reconciliation.Reconciliation;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Reminds payers by the co-op's policy, and says from when on an invoice is called overdue. Without a policy nobody is reminded,
 * and an invoice is overdue on the day after the last to pay.
 */
@Service
public class Dunning implements Patience {
    /** How many invoices a preview lists. */
    static final int LISTED_MAX = 500;

    /** How long somebody is let be at a time. */
    static final Period HOLD_MAX = Period.ofYears(1);

    private static final int PAGE = 500;

    private final Dunnings dunnings;
    private final Invoicing invoicing;
    private final Reconciliation reconciliation;
    private final Mailing mailing;
    private final PayerRegister register;
    private final List<DueHold> collectors;
    private final TransactionTemplate transaction;
    private final Clock clock;

    Dunning(
            Dunnings dunnings,
            Invoicing invoicing,
            Reconciliation reconciliation,
            Mailing mailing,
            PayerRegister register,
            List<DueHold> collectors,
            TransactionTemplate transaction,
            Clock clock) {
        this.dunnings = dunnings;
        this.invoicing = invoicing;
        this.reconciliation = reconciliation;
        this.mailing = mailing;
        this.register = register;
        this.collectors = collectors;
        this.transaction = transaction;
        this.clock = clock;
    }

    /**
     * A step that comes on a day.
     *
     * @param held why it does not, where the payer is let be
     */
    record Coming(Invoice invoice, Stage stage, @Nullable Hold held) {}

    /**
     * What a day brings.
     *
     * @param waitsForBank whether nothing happens today until a file of the bank comes
     * @param more whether there is more than {@link #LISTED_MAX}
     */
    record Day(LocalDate on, boolean waitsForBank, List<Coming> coming, boolean more) {}

    @Override
    public Optional<LocalDate> dueBefore(LocalDate today) {
        return waitsForBank(today)
                ? Optional.empty()
                : Optional.of(
                        today.minusDays(dunnings.policy().map(DunningPolicy::graceDays).orElse(0)));
    }

    @Override
    public Set<PayerId> letBe(LocalDate today) {
        return dunnings.holds(today).stream().map(Hold::payer).collect(Collectors.toSet());
    }

    /** Takes the steps of today, each once. */
    @Scheduled(fixedDelayString = "${coopmesh.dunning.check-interval:PT10M}")
    void check() {
        if (!register.isConstituted()) {
            return;
        }
        LocalDate today = today();
        Optional<DunningPolicy> policy = dunnings.policy();
        if (policy.isEmpty() || waitsForBank(today)) {
            return;
        }
        steps(
                policy.get(),
                today,
                coming -> {
                    boolean saidFirst =
                            coming.stage() != Stage.OVERDUE
                                    || coming.invoice() instanceof Invoice.Overdue;
                    if (coming.held() == null && saidFirst) {
                        transaction.executeWithoutResult(status -> take(coming));
                    }
                });
    }

    private void take(Coming coming) {
        Invoice.Heading heading = coming.invoice().heading();
        if (dunnings.take(
                heading.id(), coming.stage(), postponedTo(coming.invoice()), clock.instant())) {
            mailing.tellAnew(
                    new Mailing.Told(
                            coming.stage().notice(), heading.id().value(), heading.payer()));
        }
    }

    private void steps(DunningPolicy policy, LocalDate day, Consumer<Coming> each) {
        Map<PayerId, Hold> held =
                dunnings.holds(day).stream()
                        .collect(Collectors.toMap(Hold::payer, Function.identity()));
        Set<InvoiceId> collected = collected();
        LocalDate by = day.plusDays(DunningPolicy.BEFORE_MAX);
        Invoice last = null;
        List<Invoice> page;
        do {
            page = invoicing.owingDueBy(by, last, PAGE);
            Map<InvoiceId, List<Dunnings.Taken>> taken =
                    dunnings.taken(page.stream().map(one -> one.heading().id()).toList());
            for (Invoice invoice : page) {
                Invoice.Heading heading = invoice.heading();
                last = invoice;
                if (collected.contains(heading.id())) {
                    continue;
                }
                LocalDate postponedTo = postponedTo(invoice);
                Set<Stage> done =
                        taken.getOrDefault(heading.id(), List.of()).stream()
                                .filter(step -> step.countsFor(postponedTo))
                                .map(Dunnings.Taken::stage)
                                .collect(Collectors.toSet());
                policy.next(postponedTo == null ? heading.dueOn() : postponedTo, done, day)
                        .ifPresent(stage ->
                                each.accept(new Coming(invoice, stage, held.get(heading.payer()))));
            }
        } while (page.size() == PAGE);
    }

    /** What the co-op collects itself, or agreed to be paid in parts, nobody is reminded of. */
    Set<InvoiceId> collected() {
        return collectors.stream()
                .flatMap(one -> one.beingCollected().stream())
                .collect(Collectors.toSet());
    }

    /** The last day to pay where it is later than the one as issued; else null. */
    private static @Nullable LocalDate postponedTo(Invoice invoice) {
        return invoice instanceof Invoice.Owing owing
                        && owing.payBy().isAfter(owing.heading().dueOn())
                ? owing.payBy()
                : null;
    }

    /** What {@code on} brings if nobody pays until then. Writes nothing. */
    Day day(LocalDate on) {
        var coming = new ArrayList<Coming>();
        dunnings.policy()
                .or(() -> Optional.of(new DunningPolicy(LocalDate.EPOCH, null, null, 0, false)))
                .ifPresent(policy ->
                        steps(
                                policy,
                                on,
                                each -> {
                                    if (!(each.stage() == Stage.OVERDUE
                                            && dunnings.policy().isEmpty()
                                            && each.invoice() instanceof Invoice.Overdue)) {
                                        coming.add(each);
                                    }
                                }));
        return new Day(
                on,
                waitsForBank(today()),
                coming.stream().limit(LISTED_MAX).toList(),
                coming.size() > LISTED_MAX);
    }

    LocalDate today() {
        return register.coop().dayAt(clock.instant());
    }

    /** Who may have paid is not reminded: a file of the bank comes first, where the policy wants it and there is an account. */
    private boolean waitsForBank(LocalDate today) {
        return dunnings.policy().filter(DunningPolicy::waitForBank).isPresent()
                && reconciliation.hasAccounts()
                && reconciliation
                        .lastFileAt()
                        .filter(at -> !register.coop().dayAt(at).isBefore(today))
                        .isEmpty();
    }

    Optional<DunningPolicy> policy() {
        return dunnings.policy();
    }

    void say(DunningPolicy policy, MemberId by) {
        dunnings.say(policy, by.value(), clock.instant());
    }

    List<Hold> holds() {
        return dunnings.holds(today());
    }

    /** Why the payer is let be today; empty where nobody said so. */
    Optional<Hold> hold(PayerId payer) {
        return holds().stream().filter(hold -> hold.payer().equals(payer)).findFirst();
    }

    /**
     * Lets a payer be until the end of a day: no reminder, and nothing is called overdue.
     *
     * @throws DunningRefused if the payer is unknown, the day is over or too far away
     */
    @Transactional
    void hold(PayerId payer, LocalDate until, String reason, MemberId by) {
        requireKnown(payer);
        LocalDate today = today();
        if (until.isBefore(today) || until.isAfter(today.plus(HOLD_MAX))) {
            throw new DunningRefused("until", "range", "from today on, for at most a year");
        }
        dunnings.hold(payer, until, reason, by.value(), clock.instant());
    }

    /** Lets steps go on from where they would be by now. */
    @Transactional
    void endHold(PayerId payer, String reason, MemberId by) {
        requireKnown(payer);
        dunnings.hold(payer, null, reason, by.value(), clock.instant());
    }

    private void requireKnown(PayerId payer) {
        if (!register.isKnown(payer)) {
            throw new DunningRefused("payerId", "unknown", "nobody by this id was ever to pay");
        }
    }
}
