package org.coopmesh.billing.autopay;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.LocalDate;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.coopmesh.billing.autopay.Choice.Way;
import org.coopmesh.billing.directdebit.Collecting;
import org.coopmesh.billing.instalment.PayingInParts;
import org.coopmesh.billing.invoice.DueHold;
import org.coopmesh.billing.invoice.Invoice;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.mail.Mailing;
import org.coopmesh.billing.mail.Notice;
import org.coopmesh.billing.provider.Decline;
import org.coopmesh.billing.provider.Keeping;
import org.coopmesh.billing.provider.ProviderPayments;
import org.coopmesh.billing.provider.ProviderPayments.Outcome;
import org.coopmesh.billing.provider.Saving;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Pays what payers chose to have paid by itself: charges what they saved for an invoice by a schedule, or fills their wallet, and gives
 * up in plain sight. What is paid or collected in another way is not charged; what fails narrows nobody before others would be.
 */
@Service
@EnableConfigurationProperties(AutopaySettings.class)
public class Autopay {
    /** In whole units of money; more at once is a slip. */
    static final int TOP_UP_MAX = 1_000;

    private static final Logger log = LoggerFactory.getLogger(Autopay.class);
    private static final int PAGE = 200;
    private static final int FILLS_LOOKED_AT = 50;
    private static final UUID FIRST = new UUID(0, 0);

    private final Autopays autopays;
    private final BeingCharged charged;
    private final List<DueHold> holds;
    private final ProviderPayments payments;
    private final Keeping keeping;
    private final Collecting collecting;
    private final Invoicing invoicing;
    private final PayingInParts parts;
    private final Ledger ledger;
    private final Mailing mailing;
    private final PayerRegister register;
    private final Schedule schedule;
    private final TransactionTemplate transaction;
    private final Clock clock;

    Autopay(
            Autopays autopays,
            BeingCharged charged,
            List<DueHold> holds,
            ProviderPayments payments,
            Keeping keeping,
            Collecting collecting,
            Invoicing invoicing,
            PayingInParts parts,
            Ledger ledger,
            Mailing mailing,
            PayerRegister register,
            AutopaySettings settings,
            TransactionTemplate transaction,
            Clock clock) {
        this.autopays = autopays;
        this.charged = charged;
        this.holds = holds;
        this.payments = payments;
        this.keeping = keeping;
        this.collecting = collecting;
        this.invoicing = invoicing;
        this.parts = parts;
        this.ledger = ledger;
        this.mailing = mailing;
        this.register = register;
        this.schedule = settings.schedule();
        this.transaction = transaction;
        this.clock = clock;
    }

    /**
     * Has the payer's invoices paid so from now on; what was chosen before ends, and what of it was not charged yet is not.
     *
     * @throws AutopayRefused if there is no mandate, nothing saved by that id, or the amounts cannot be
     */
    @Transactional
    Choice choose(
            PayerId payer,
            Way way,
            @Nullable UUID saving,
            @Nullable Money floor,
            @Nullable Money topUp,
            MemberId by) {
        switch (way) {
            case DIRECT_DEBIT -> {
                if (!collecting.hasMandate(payer)) {
                    throw new AutopayRefused("way", "mandate", "sign a mandate first");
                }
            }
            case SAVED -> unlessSaved(payer, saving);
            case WALLET -> {
                unlessSaved(payer, saving);
                unlessAmounts(floor, topUp);
            }
        }
        end(payer);
        boolean wallet = way == Way.WALLET;
        var choice =
                new Choice(
                        UUID.randomUUID(),
                        payer,
                        way,
                        way == Way.DIRECT_DEBIT ? null : saving,
                        wallet ? floor : null,
                        wallet ? topUp : null,
                        by,
                        clock.instant(),
                        today(),
                        null);
        autopays.insert(choice, register.coop().currency());
        return choice;
    }

    private void unlessSaved(PayerId payer, @Nullable UUID saving) {
        boolean known =
                saving != null
                        && keeping.saved(List.of(payer)).stream()
                                .map(Saving::id)
                                .anyMatch(saving::equals);
        if (!known) {
            throw new AutopayRefused("savingId", "unknown", "nothing is saved by that id");
        }
    }

    private static void unlessAmounts(@Nullable Money floor, @Nullable Money topUp) {
        if (floor == null) {
            throw new AutopayRefused("floor", "required", "say what the wallet may fall to");
        }
        if (topUp == null) {
            throw new AutopayRefused("topUp", "required", "say what is charged then");
        }
        Money max = Money.parse(String.valueOf(TOP_UP_MAX), topUp.currency());
        if (topUp.exceeds(max) || Money.parse("1", topUp.currency()).exceeds(topUp)) {
            throw new AutopayRefused("topUp", "range", "1 to " + TOP_UP_MAX);
        }
        if (floor.exceeds(max)) {
            throw new AutopayRefused("floor", "range", "0 to " + TOP_UP_MAX);
        }
    }

    /** Ends what the payer chose: from now on nothing is charged by itself. */
    @Transactional
    void end(PayerId payer) {
        autopays.lock(payer);
        autopays.end(payer, clock.instant());
        List<UUID> asked = autopays.asked(payer).stream().map(Try::id).toList();
        if (!asked.isEmpty()) {
            payments.takeBack(asked);
        }
    }

    /** Takes back what the payer saved; what is charged by it ends, too. */
    @Transactional
    void forget(Saving saving) {
        autopays.lock(saving.payer());
        boolean used =
                autopays.current(saving.payer())
                        .filter(choice -> saving.id().equals(choice.saving()))
                        .isPresent();
        if (used) {
            end(saving.payer());
        }
        keeping.end(saving.id());
    }

    List<Choice> current(Collection<PayerId> payers) {
        return payers.isEmpty() ? List.of() : autopays.current(payers);
    }

    List<Try> tries(Collection<PayerId> payers, int limit) {
        return payers.isEmpty() ? List.of() : autopays.of(payers, limit);
    }

    Optional<Try> find(UUID id) {
        return autopays.find(id);
    }

    Schedule schedule() {
        return schedule;
    }

    /** What comes next for an open invoice; empty where its payer chose nothing that charges it, it stopped, or is paid otherwise. */
    Optional<Schedule.Next> next(Invoice.Owing invoice) {
        Invoice.Heading heading = invoice.heading();
        return autopays.current(heading.payer())
                .filter(choice -> choice.way() == Way.SAVED)
                .map(choice ->
                        schedule.next(
                                heading.dueOn(),
                                choice.on(),
                                autopays.tries(List.of(choice.id()), List.of(heading.id()))
                                        .getOrDefault(heading.id(), List.of())))
                .filter(next -> next instanceof Schedule.Next.Over || !isStopped(heading.payer()))
                .filter(next -> parts.next(heading.id()).isEmpty());
    }

    private boolean isStopped(PayerId payer) {
        return autopays.current(payer).filter(choice -> choice.stopped() != null).isPresent();
    }

    /** Learns what came of what was asked for, then asks for what is due. */
    @Scheduled(fixedDelayString = "${coopmesh.autopay.check-interval:PT30S}")
    void check() {
        if (!register.isConstituted()) {
            return;
        }
        settle();
        var after = new PayerId(FIRST);
        for (List<Choice> page = autopays.page(Way.SAVED, after, PAGE);
                !page.isEmpty();
                page = autopays.page(Way.SAVED, after, PAGE)) {
            after = page.getLast().payer();
            chargeInvoices(page);
        }
        after = new PayerId(FIRST);
        for (List<Choice> page = autopays.page(Way.WALLET, after, PAGE);
                !page.isEmpty();
                page = autopays.page(Way.WALLET, after, PAGE)) {
            after = page.getLast().payer();
            page.stream().filter(choice -> choice.stopped() == null).forEach(this::fill);
        }
    }

    private void settle() {
        UUID after = FIRST;
        for (List<Try> page = autopays.asked(after, PAGE);
                !page.isEmpty();
                page = autopays.asked(after, PAGE)) {
            after = page.getLast().id();
            Map<UUID, Outcome> outcomes = payments.outcomes(page.stream().map(Try::id).toList());
            for (Try each : page) {
                Outcome outcome = outcomes.get(each.id());
                if (outcome != null) {
                    transaction.executeWithoutResult(status -> settle(each, outcome));
                }
            }
        }
    }

    private void settle(Try asked, Outcome outcome) {
        autopays.lock(asked.payer());
        LocalDate today = today();
        switch (outcome) {
            case Outcome.Taken taken ->
                    autopays.settle(asked.id(), Try.State.TAKEN, null, null, today);
            case Outcome.Dropped(String why) ->
                    autopays.settle(asked.id(), Try.State.VOID, null, why, today);
            case Outcome.Declined(Decline decline, String why) -> {
                if (autopays.settle(asked.id(), Try.State.FAILED, decline, why, today)) {
                    failed(asked, decline, why);
                }
            }
        }
    }

    private void failed(Try asked, Decline decline, String why) {
        log.atInfo()
                .addKeyValue("tryId", asked.id())
                .addKeyValue("decline", decline.code())
                .log("charge declined");
        mailing.tell(
                new Mailing.Told(
                        asked.invoice() == null ? Notice.TOP_UP_FAILED : Notice.CHARGE_FAILED,
                        asked.id(),
                        asked.payer()));
        if (decline == Decline.FINAL) {
            autopays.stop(asked.choice(), why, clock.instant());
        } else if (asked.invoice() == null) {
            Schedule.Fill next =
                    schedule.fill(today(), autopays.fills(asked.choice(), FILLS_LOOKED_AT));
            if (next instanceof Schedule.Fill.GiveUp(String because)) {
                autopays.stop(asked.choice(), because, clock.instant());
            }
        }
    }

    private void chargeInvoices(List<Choice> choices) {
        Map<PayerId, Choice> byPayer =
                choices.stream()
                        .filter(Choice::chargesInvoices)
                        .collect(Collectors.toMap(Choice::payer, Function.identity()));
        if (byPayer.isEmpty()) {
            return;
        }
        LocalDate today = today();
        List<Invoice> owing = invoicing.owingOf(byPayer.keySet());
        Map<InvoiceId, List<Try>> tries =
                autopays.tries(
                        byPayer.values().stream().map(Choice::id).toList(),
                        owing.stream().map(each -> each.heading().id()).toList());
        for (Invoice invoice : owing) {
            Choice choice = byPayer.get(invoice.heading().payer());
            InvoiceId id = invoice.heading().id();
            if (choice != null
                    && isDue(invoice, choice, tries.getOrDefault(id, List.of()), today)) {
                transaction.executeWithoutResult(status -> charge(id, choice));
            }
        }
    }

    private boolean isDue(Invoice invoice, Choice choice, List<Try> tries, LocalDate today) {
        return schedule.next(invoice.heading().dueOn(), choice.on(), tries)
                        instanceof Schedule.Next.From(LocalDate day)
                && !today.isBefore(day);
    }

    /** Looks again at everything before it asks: nobody else collects it, it is open, and the payer still wants it so. */
    private void charge(InvoiceId id, Choice before) {
        collecting.hold();
        autopays.lock(before.payer());
        Optional<Choice> now =
                autopays.current(before.payer())
                        .filter(choice ->
                                choice.id().equals(before.id()) && choice.chargesInvoices());
        List<Try> tries =
                autopays.tries(List.of(before.id()), List.of(id)).getOrDefault(id, List.of());
        if (now.isEmpty()
                || !(invoicing.find(id) instanceof Invoice.Owing owing)
                || !isDue(owing, before, tries, today())
                || collectedByOthers().contains(id)) {
            return;
        }
        ask(before, owing, tries.size() + 1, owing.open());
    }

    private void ask(Choice choice, Invoice.@Nullable Owing invoice, int number, Money amount) {
        InvoiceId id = invoice == null ? null : invoice.heading().id();
        UUID named =
                UUID.nameUUIDFromBytes(
                        "%s %s %d"
                                .formatted(choice.id(), id == null ? "wallet" : id.value(), number)
                                .getBytes(StandardCharsets.UTF_8));
        var asked =
                new Try(
                        named,
                        choice.id(),
                        choice.payer(),
                        id,
                        number,
                        amount,
                        today(),
                        Try.State.ASKED,
                        null,
                        null,
                        null);
        boolean begun =
                payments.charge(
                        new ProviderPayments.Charge(
                                named,
                                java.util.Objects.requireNonNull(choice.saving()),
                                id,
                                invoice == null ? "Wallet" : invoice.heading().number(),
                                choice.payer(),
                                amount));
        if (begun) {
            autopays.insert(asked, clock.instant());
        }
    }

    private Set<InvoiceId> collectedByOthers() {
        return holds.stream()
                .filter(hold -> hold != charged)
                .flatMap(hold -> hold.beingCollected().stream())
                .collect(Collectors.toSet());
    }

    private void fill(Choice before) {
        if (isBelow(before)
                && schedule.fill(today(), autopays.fills(before.id(), FILLS_LOOKED_AT))
                        instanceof Schedule.Fill.Now) {
            transaction.executeWithoutResult(status -> fillNow(before));
        }
    }

    private void fillNow(Choice before) {
        autopays.lock(before.payer());
        Optional<Choice> now =
                autopays.current(before.payer())
                        .filter(choice ->
                                choice.id().equals(before.id()) && choice.stopped() == null);
        List<Try> fills = autopays.fills(before.id(), FILLS_LOOKED_AT);
        Money topUp = before.topUp();
        boolean free = autopays.asked(before.payer()).isEmpty();
        if (now.isEmpty()
                || topUp == null
                || !free
                // What came would pay the parts that are not due yet.
                || parts.isRunning(before.payer())
                || !isBelow(before)
                || !(schedule.fill(today(), fills) instanceof Schedule.Fill.Now)) {
            return;
        }
        ask(before, null, fills.isEmpty() ? 1 : fills.getFirst().number() + 1, topUp);
    }

    /** Whether what the payer has, less what they owe and nobody else collects, is below what they said. */
    private boolean isBelow(Choice choice) {
        Money floor = choice.floor();
        if (floor == null) {
            return false;
        }
        Money has =
                ledger.balance(AccountId.wallet(choice.payer().value()), floor.currency())
                        .negated();
        List<Invoice> owing = invoicing.owing(choice.payer());
        Set<InvoiceId> others = owing.isEmpty() ? Set.of() : collectedByOthers();
        for (Invoice each : owing) {
            if (!others.contains(each.heading().id())) has = has.minus(each.open());
        }
        return floor.exceeds(has);
    }

    private LocalDate today() {
        return register.coop().dayAt(clock.instant());
    }
}
