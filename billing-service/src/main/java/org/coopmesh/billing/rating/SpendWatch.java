package org.coopmesh.billing.rating;

import static java.util.Objects.requireNonNull;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.Posting;
import org.coopmesh.billing.ledger.Transaction;
import org.coopmesh.billing.ledger.TransactionId;
import org.coopmesh.billing.subscription.Coop;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.coopmesh.eventbus.Outbox;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Keeps payers from surprises: says that a cap is reached, lets the wallets of those who pay ahead fall with each closed
 * hour, and says that one is empty. What follows is membership's decision.
 *
 * <p>A cap is looked at whenever a window can have come in; so it is told before it is crossed by more than what one
 * window at the line's rate costs.
 */
@Service
public class SpendWatch {
    private static final Logger log = LoggerFactory.getLogger(SpendWatch.class);

    /** Payers looked at together. */
    private static final int PAGE = 250;

    private final Spendings spendings;
    private final Rating rating;
    private final PayerRegister register;
    private final Ledger ledger;
    private final Outbox outbox;
    private final TransactionTemplate transaction;
    private final Clock clock;

    SpendWatch(
            Spendings spendings,
            Rating rating,
            PayerRegister register,
            Ledger ledger,
            Outbox outbox,
            TransactionTemplate transaction,
            Clock clock) {
        this.spendings = spendings;
        this.rating = rating;
        this.register = register;
        this.ledger = ledger;
        this.outbox = outbox;
        this.transaction = transaction;
        this.clock = clock;
    }

    /** Looks at everybody who set something, and at whom something still stands. */
    @Scheduled(fixedDelayString = "${coopmesh.spend.check-interval:PT10S}")
    void check() {
        if (!register.isConstituted()) {
            return;
        }
        var after = new PayerId(new UUID(0, 0));
        for (List<Spending> page = spendings.watched(after, PAGE);
                !page.isEmpty();
                page = spendings.watched(after, PAGE)) {
            after = page.getLast().payer();
            check(page);
        }
    }

    private void check(List<Spending> page) {
        Map<PayerId, Spending.Figures> figures =
                figures(
                        page.stream().map(Spending::payer).toList(),
                        page.stream()
                                .filter(Spending::prepaid)
                                .map(Spending::payer)
                                .collect(Collectors.toSet()));
        for (Spending before : page) {
            Spending.Figures now = figures.get(before.payer());
            if (now == null) {
                continue; // A plan is missing: the bill run says so.
            }
            boolean hours = before.prepaid() && !hoursToPay(before.payer()).isEmpty();
            if (hours || !before.after(now).equals(before)) {
                transaction.executeWithoutResult(status -> settle(before.payer()));
            }
        }
    }

    /**
     * Sets what the payer wants.
     *
     * @param cap null for none
     * @throws CapBelowDues if dues alone would reach it
     */
    public Spending set(PayerId payer, @Nullable Money cap, boolean prepaid, MemberId by) {
        return requireNonNull(
                transaction.execute(status -> {
                    if (cap != null) {
                        Spending.Figures figures =
                                figures(List.of(payer), Set.of()).getOrDefault(payer, nothing());
                        Money dues = figures.spent().minus(figures.priced());
                        if (dues.exceeds(cap)) {
                            throw new CapBelowDues(dues);
                        }
                    }
                    spendings.set(
                            new Spending(payer, cap, prepaid, null, false),
                            register.coop().currency(),
                            clock.instant(),
                            by);
                    return settle(payer);
                }));
    }

    /** What the payer set, and how it stands; nothing set, nothing stands. */
    public Spending find(PayerId payer) {
        return spendings.find(payer).orElse(new Spending(payer, null, false, null, false));
    }

    /** What is spent in the running month. */
    Spending.Figures figures(PayerId payer) {
        return figures(List.of(payer), Set.of()).getOrDefault(payer, nothing());
    }

    /** The hours that the wallet paid, newest first. */
    List<Spendings.Hour> hours(PayerId payer, int limit) {
        return spendings.hours(payer, limit);
    }

    /** What each payer paid ahead for the months from {@code first} on. */
    public Map<PayerId, Map<YearMonth, Money>> paidAhead(
            Collection<PayerId> payers, YearMonth first) {
        var currency = register.coop().currency();
        var paid = new HashMap<PayerId, Map<YearMonth, Money>>();
        spendings
                .paid(payers, first)
                .forEach((payer, months) -> {
                    var byMonth = new HashMap<YearMonth, Money>();
                    months.forEach(
                            (month, micro) -> byMonth.put(month, new Money(micro, currency)));
                    paid.put(payer, byMonth);
                });
        return paid;
    }

    /** Pays what is closed, looks how it stands, and says what is new; in the caller's transaction. */
    private Spending settle(PayerId payer) {
        Coop coop = register.coop();
        ledger.hold(
                List.of(AccountId.unbilled(payer.value()), AccountId.wallet(payer.value())),
                coop.currency());
        Spending before =
                spendings
                        .lock(payer)
                        .orElseThrow(() -> new IllegalStateException("nothing set: " + payer));
        if (before.prepaid()) {
            hoursToPay(payer).forEach(hour -> pay(coop, payer, hour));
        }
        Spending.Figures figures =
                figures(List.of(payer), before.prepaid() ? Set.of(payer) : Set.of()).get(payer);
        if (figures == null) {
            return before;
        }
        Spending after = before.after(figures);
        spendings.stands(after);
        announce(before, after, figures);
        return after;
    }

    private void announce(Spending before, Spending after, Spending.Figures figures) {
        PayerId payer = after.payer();
        Instant now = clock.instant();
        YearMonth was = before.reachedIn();
        YearMonth is = after.reachedIn();
        if (was != null && !was.equals(is)) {
            outbox.add(
                    SpendEvents.TOPIC, payer.toString(), SpendEvents.capCleared(payer, was, now));
        }
        if (is != null && !is.equals(was)) {
            outbox.add(
                    SpendEvents.TOPIC,
                    payer.toString(),
                    SpendEvents.capReached(
                            payer, is, requireNonNull(after.cap()), figures.spent(), now));
            log.atInfo().addKeyValue("payerId", payer).log("spend cap reached");
        }
        if (after.walletEmpty() && !before.walletEmpty()) {
            outbox.add(
                    SpendEvents.TOPIC,
                    payer.toString(),
                    SpendEvents.walletEmptied(payer, figures.due().minus(figures.credit()), now));
            log.atInfo().addKeyValue("payerId", payer).log("wallet empty");
        }
        if (before.walletEmpty() && !after.walletEmpty()) {
            outbox.add(
                    SpendEvents.TOPIC,
                    payer.toString(),
                    SpendEvents.walletFilled(payer, figures.credit(), now));
        }
    }

    /** The last hour of the month before, and the last hour that is over, as far as they are not paid. */
    private List<Instant> hoursToPay(PayerId payer) {
        Coop coop = register.coop();
        Instant closed = clock.instant().truncatedTo(ChronoUnit.HOURS).minus(1, ChronoUnit.HOURS);
        LocalDate firstOfMonth = coop.dayAt(closed).withDayOfMonth(1);
        Instant monthBefore =
                coop.startOf(firstOfMonth).minusMillis(1).truncatedTo(ChronoUnit.HOURS);
        var hours = new ArrayList<Instant>();
        if (hasPaidIn(payer, YearMonth.from(firstOfMonth).minusMonths(1))) {
            hours.add(monthBefore);
        }
        hours.add(closed);
        hours.removeIf(hour -> spendings.isPaid(payer, hour));
        return hours;
    }

    private boolean hasPaidIn(PayerId payer, YearMonth month) {
        return spendings
                .paid(List.of(payer), month)
                .getOrDefault(payer, Map.of())
                .containsKey(month);
    }

    /** Takes what the month came to up to the end of {@code hour}, less what was taken before, from the wallet. */
    private void pay(Coop coop, PayerId payer, Instant hour) {
        LocalDate day = coop.dayAt(hour);
        var month = YearMonth.from(day);
        Instant end = hour.plus(1, ChronoUnit.HOURS);
        Optional<Money> charged = rating.total(payer, month.atDay(1), day.plusDays(1), end);
        if (charged.isEmpty()) {
            return;
        }
        Money due = charged.get().minus(paidIn(payer, month));
        Money credit = credit(payer);
        Money amount = due.isPositive() ? due.min(credit) : due;
        Money missing = due.isPositive() ? due.minus(amount) : Money.zero(coop.currency());
        TransactionId written =
                amount.isZero()
                        ? null
                        : ledger.post(
                                new Transaction(
                                        clock.instant(),
                                        "paid ahead for the hour " + hour,
                                        List.of(
                                                Posting.signed(
                                                        AccountId.unbilled(payer.value()),
                                                        AccountId.wallet(payer.value()),
                                                        amount))));
        spendings.pay(payer, new Spendings.Hour(hour, month, amount, missing), written);
    }

    private Money paidIn(PayerId payer, YearMonth month) {
        return new Money(
                spendings
                        .paid(List.of(payer), month)
                        .getOrDefault(payer, Map.of())
                        .getOrDefault(month, 0L),
                register.coop().currency());
    }

    private Money credit(PayerId payer) {
        Money credit =
                ledger.balance(AccountId.wallet(payer.value()), register.coop().currency())
                        .negated();
        return credit.isPositive() ? credit : Money.zero(credit.currency());
    }

    /** How each payer's running month stands now; one who cannot be charged is left out. */
    private Map<PayerId, Spending.Figures> figures(
            Collection<PayerId> payers, Set<PayerId> prepaid) {
        Coop coop = register.coop();
        LocalDate today = coop.dayAt(clock.instant());
        var month = YearMonth.from(today);
        Map<PayerId, Rating.Charged> all = rating.charges(payers, month, month);
        Map<PayerId, Map<YearMonth, Long>> paid = spendings.paid(payers, month);
        var figures = new HashMap<PayerId, Spending.Figures>();
        for (PayerId payer : payers) {
            switch (all.getOrDefault(payer, new Rating.Charged.Known(List.of()))) {
                case Rating.Charged.Unknown unknown -> {}
                case Rating.Charged.Known(List<Charge> charges) -> {
                    Money spent = Money.zero(coop.currency());
                    Money priced = spent;
                    for (Charge charge : charges) {
                        spent = spent.plus(charge.amount());
                        if (charge.key().kind().isTraffic()) {
                            priced = priced.plus(charge.amount());
                        }
                    }
                    Money due = Money.zero(coop.currency());
                    if (prepaid.contains(payer)) {
                        // With the hour that is under way, so that a wallet is not found empty an
                        // hour late.
                        Instant until = clock.instant().plus(1, ChronoUnit.HOURS);
                        due =
                                rating.total(payer, month.atDay(1), today.plusDays(1), until)
                                        .orElse(spent)
                                        .minus(
                                                new Money(
                                                        paid.getOrDefault(payer, Map.of())
                                                                .getOrDefault(month, 0L),
                                                        coop.currency()));
                    }
                    figures.put(
                            payer, new Spending.Figures(month, spent, priced, credit(payer), due));
                }
            }
        }
        return figures;
    }

    private Spending.Figures nothing() {
        Money zero = Money.zero(register.coop().currency());
        return new Spending.Figures(
                YearMonth.from(register.coop().dayAt(clock.instant())), zero, zero, zero, zero);
    }
}
