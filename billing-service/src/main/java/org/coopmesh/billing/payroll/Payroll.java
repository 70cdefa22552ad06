package org.coopmesh.billing.payroll;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.Posting;
import org.coopmesh.billing.ledger.Transaction;
import org.coopmesh.billing.ledger.TransactionId;
import org.coopmesh.billing.payroll.PayRun.Approved;
import org.coopmesh.billing.payroll.PayRun.Heading;
import org.coopmesh.billing.payroll.PayRun.Line;
import org.coopmesh.billing.payroll.PayRun.Method;
import org.coopmesh.billing.payroll.PayRun.Paid;
import org.coopmesh.billing.payroll.PayRun.Prepared;
import org.coopmesh.billing.payroll.PayRun.Rejected;
import org.coopmesh.billing.subscription.Coop;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.coopmesh.eventbus.Outbox;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * What moderators are paid: drawn up for a month that is over, approved by another, owed in the book from then on, and paid
 * line by line.
 */
@Service
public class Payroll {
    private final RateCards cards;
    private final Works works;
    private final PayRuns runs;
    private final PayAccounts accounts;
    private final Invoicing invoicing;
    private final PayerRegister register;
    private final Ledger ledger;
    private final Outbox outbox;
    private final Clock clock;

    Payroll(
            RateCards cards,
            Works works,
            PayRuns runs,
            PayAccounts accounts,
            Invoicing invoicing,
            PayerRegister register,
            Ledger ledger,
            Outbox outbox,
            Clock clock) {
        this.cards = cards;
        this.works = works;
        this.runs = runs;
        this.accounts = accounts;
        this.invoicing = invoicing;
        this.register = register;
        this.ledger = ledger;
        this.outbox = outbox;
        this.clock = clock;
    }

    /**
     * Sets the rates from {@code firstMonth} on.
     *
     * @throws PayRunRefused if the month is past, or there is a card for it
     */
    @Transactional
    RateCard set(YearMonth firstMonth, Rates rates, MemberId by) {
        runs.lock();
        if (firstMonth.isBefore(month())) {
            throw new PayRunRefused("month-past", "rates take effect this month or later");
        }
        var card = new RateCard(firstMonth, rates, by, clock.instant());
        if (!cards.insert(card)) {
            throw new PayRunRefused("card-exists", "there are rates from " + firstMonth + " on");
        }
        return card;
    }

    /** Newest first. */
    List<RateCard> cards() {
        return cards.all();
    }

    /**
     * What a run for {@code month} would be as things stand. Nothing is written.
     *
     * @throws PayRunRefused as {@link #prepare}
     */
    @Transactional(readOnly = true)
    Heading preview(YearMonth month, MemberId by) {
        return draw(month, by);
    }

    /**
     * Draws {@code month} up: all work until its end that no run holds, and the dues that came in since the run before.
     *
     * @throws PayRunRefused if it is not over, was drawn up, is not later than the run before, that waits for approval, or no
     *     rates are in force
     */
    @Transactional
    Prepared prepare(YearMonth month, MemberId by) {
        runs.lock();
        works.lock();
        var run = new Prepared(draw(month, by));
        runs.insert(run);
        works.take(
                run.heading().id(),
                run.heading().lines().stream().map(Line::moderator).toList(),
                month.plusMonths(1).atDay(1));
        return run;
    }

    private Heading draw(YearMonth month, MemberId by) {
        Coop coop = register.coop();
        Instant until = coop.startOf(month.plusMonths(1).atDay(1));
        if (clock.instant().isBefore(until)) {
            throw new PayRunRefused("month-not-over", month + " is not over");
        }
        Rates rates =
                cards.in(month)
                        .orElseThrow(() ->
                                new PayRunRefused("no-rates", "no rates are in force in " + month))
                        .rates();
        Optional<PayRun> before = runs.latest();
        if (before.isPresent() && !before.get().heading().month().isBefore(month)) {
            throw new PayRunRefused(
                    "drawn-up", before.get().heading().month() + " is drawn up already");
        }
        if (before.isPresent() && before.get() instanceof Prepared) {
            throw new PayRunRefused(
                    "run-waiting", before.get().heading().month() + " waits for approval");
        }
        Instant from =
                before.map(run -> run.heading().until())
                        .orElseGet(() ->
                                coop.startOf(cards.first().orElseThrow().firstMonth().atDay(1)));
        Money collected = invoicing.duesCollected(from, until);
        var pool =
                new PayPool(
                        before.map(run -> run.heading().carriedOut())
                                .orElseGet(() -> Money.zero(coop.currency())),
                        rates.of(collected));
        List<Work> done =
                works.open(month.plusMonths(1).atDay(1)).stream()
                        // Who took back more than they did since waits until the two are even.
                        .filter(work -> !rates.claim(work.minutes(), work.cases()).isNegative())
                        .toList();
        List<Money> claims =
                done.stream().map(work -> rates.claim(work.minutes(), work.cases())).toList();
        List<Money> pay = pool.pay(claims);
        var lines = new ArrayList<Line>();
        for (int i = 0; i < done.size(); i++) {
            Work work = done.get(i);
            lines.add(
                    new Line(
                            i + 1,
                            work.moderator(),
                            work.minutes(),
                            work.cases(),
                            claims.get(i),
                            pay.get(i),
                            null,
                            null));
        }
        return new Heading(
                UUID.randomUUID(),
                month,
                from,
                until,
                rates,
                collected,
                pool,
                lines,
                by,
                clock.instant());
    }

    /**
     * Approves a run: from now on the co-op owes it. Approving what one approved changes nothing.
     *
     * @throws PayRunNotFound if there is none
     * @throws PayRunRefused if it was decided, or {@code by} prepared it, is paid by it, or lives with such a person
     */
    @Transactional
    PayRun approve(UUID id, MemberId by) {
        runs.lock();
        return switch (find(id)) {
            case Prepared prepared -> {
                Approved approved = prepared.approve(by, isRelated(prepared, by), clock.instant());
                runs.decide(approved);
                List<Line> paid =
                        approved.heading().lines().stream()
                                .filter(line -> line.pay().isPositive())
                                .toList();
                if (!paid.isEmpty()) {
                    ledger.post(
                            new Transaction(
                                    clock.instant(),
                                    "moderators' pay for %s, run %s"
                                            .formatted(approved.heading().month(), id),
                                    paid.stream()
                                            .map(line ->
                                                    new Posting(
                                                            due(line),
                                                            AccountId.MODERATORS_PAY,
                                                            line.pay()))
                                            .toList()));
                    accounts.number(paid.stream().map(Line::moderator).toList());
                }
                yield approved;
            }
            case Approved approved when approved.by().equals(by) -> approved;
            case Approved other -> throw new PayRunRefused("decided", "it was approved before");
            case Rejected other -> throw new PayRunRefused("decided", "it was rejected before");
        };
    }

    /** Whether a payer pays for both of them, as far as is known. */
    private boolean isRelated(Prepared run, MemberId by) {
        Set<PayerId> own = Set.copyOf(register.payersOf(by));
        var others = new HashSet<MemberId>();
        others.add(run.heading().preparedBy());
        run.heading().lines().forEach(line -> others.add(line.moderator()));
        return others.stream()
                .flatMap(other -> register.payersOf(other).stream())
                .anyMatch(own::contains);
    }

    /**
     * Turns a run down; its work waits for the next time the month is drawn up.
     *
     * @throws PayRunNotFound if there is none
     * @throws PayRunRefused if it was decided
     */
    @Transactional
    PayRun reject(UUID id, MemberId by, String why) {
        runs.lock();
        if (!(find(id) instanceof Prepared prepared)) {
            throw new PayRunRefused("decided", "it was decided before");
        }
        Rejected rejected = prepared.reject(by, why, clock.instant());
        runs.decide(rejected);
        works.release(id);
        return rejected;
    }

    /**
     * The run as it stands.
     *
     * @throws PayRunNotFound if there is none
     */
    PayRun find(UUID id) {
        return runs.find(id).orElseThrow(() -> new PayRunNotFound("pay run " + id));
    }

    /** The newest month first; those that were not approved too where {@code all}. */
    List<PayRun> newest(boolean all, int limit) {
        return runs.newest(all, limit);
    }

    /**
     * Writes down that a line was paid from the till.
     *
     * @throws PayRunNotFound if there is no such line
     * @throws PayRunRefused if it is not due, in a file for the bank, or not on that day
     */
    @Transactional
    PayRun payInCash(UUID id, int number, LocalDate on, MemberId by) {
        runs.lock();
        Approved run = approved(id);
        Line line = line(run, number);
        if (line.transfer() != null) {
            throw new PayRunRefused("in-transfer", "it is in a file for the bank");
        }
        pay(run, line, on, Method.CASH, by);
        return find(id);
    }

    /** Books one line as paid, once; with the last one, states that the run is. */
    void pay(Approved run, Line line, LocalDate on, Method method, MemberId by) {
        if (!line.isDue()) {
            throw new PayRunRefused("not-due", "line " + line.number() + " is not due");
        }
        Coop coop = register.coop();
        Instant now = clock.instant();
        LocalDate today = coop.dayAt(now);
        if (on.isAfter(today) || on.isBefore(coop.dayAt(run.at()))) {
            throw new PayRunRefused(
                    "paid-on", "paidOn: not after today, nor before it was approved");
        }
        TransactionId transaction =
                ledger.post(
                        new Transaction(
                                on.equals(today)
                                        ? now
                                        : coop.startOf(on).isBefore(run.at())
                                                ? run.at()
                                                : coop.startOf(on),
                                "moderator's pay for %s, line %d of run %s"
                                        .formatted(
                                                run.heading().month(),
                                                line.number(),
                                                run.heading().id()),
                                List.of(
                                        new Posting(
                                                method == Method.CASH
                                                        ? AccountId.CASH
                                                        : AccountId.BANK,
                                                due(line),
                                                line.pay()))));
        runs.paid(run.heading().id(), line.number(), new Paid(on, method, by, transaction));
        Approved after = approved(run.heading().id());
        if (after.isPaid()) {
            outbox.add(
                    PayRunEvents.TOPIC,
                    after.heading().id().toString(),
                    PayRunEvents.paid(after, now));
        }
    }

    /**
     * Writes down that a payment came back: the line is due again.
     *
     * @throws PayRunNotFound if there is no such line
     * @throws PayRunRefused if it was not paid
     */
    @Transactional
    PayRun takeBack(UUID id, int number, String reason, MemberId by) {
        runs.lock();
        Paid paid = line(approved(id), number).paid();
        if (paid == null) {
            throw new PayRunRefused("not-paid", "line " + number + " was not paid");
        }
        TransactionId reversal =
                ledger.reverse(
                        paid.transaction(),
                        "moderator's pay came back, line %d of run %s".formatted(number, id));
        runs.returned(id, number, reversal, reason, by, clock.instant());
        return find(id);
    }

    /**
     * The run, which the co-op owes.
     *
     * @throws PayRunNotFound if there is none
     * @throws PayRunRefused if it was not approved
     */
    Approved approved(UUID id) {
        if (!(find(id) instanceof Approved approved)) {
            throw new PayRunRefused("not-approved", "it was not approved");
        }
        return approved;
    }

    private static Line line(Approved run, int number) {
        return run.heading().lines().stream()
                .filter(line -> line.number() == number)
                .findFirst()
                .orElseThrow(() -> new PayRunNotFound("line " + number));
    }

    /** Says where {@code moderator} wants to be paid from now on. */
    @Transactional
    void say(MemberId moderator, PayAccount account) {
        accounts.put(moderator, account, clock.instant());
    }

    /** Where the moderator wants to be paid. */
    Optional<PayAccount> account(MemberId moderator) {
        return Optional.ofNullable(accounts.of(List.of(moderator)).get(moderator));
    }

    /** By which number each moderator is called in public. */
    Map<MemberId, Integer> numbers() {
        return accounts.numbers();
    }

    private static AccountId due(Line line) {
        return AccountId.payDue(line.moderator().value());
    }

    private YearMonth month() {
        return YearMonth.from(register.coop().dayAt(clock.instant()));
    }
}
