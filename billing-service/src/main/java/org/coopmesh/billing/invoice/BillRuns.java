package org.coopmesh.billing.invoice;

import java.time.Clock;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.coopmesh.billing.costshare.CostSharing;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.outage.OutageCredits;
import org.coopmesh.billing.rating.PlanNotFound;
import org.coopmesh.billing.rating.Rating;
import org.coopmesh.billing.settlement.PostedQueue;
import org.coopmesh.billing.settlement.Settling;
import org.coopmesh.billing.subscription.Coop;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.coopmesh.eventbus.Changes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;
import tools.jackson.databind.json.JsonMapper;

/**
 * Bills all payers for a month, some at a time, each once, numbers in the order of payers. Repeating a run, or two at once, bills nobody twice:
 * they share the payers between them.
 */
@Service
class BillRuns {
    private static final Logger log = LoggerFactory.getLogger(BillRuns.class);

    /** Payers billed in one transaction: their accounts are held as long as it takes. */
    private static final int BATCH = 250;

    /** Payers whose usage is looked up together, some kilobytes each: the next are, while these are billed. */
    private static final int RECKONED_TOGETHER = 25_000;

    /** Batches under way at once, each with a connection: while one is written down, the next is drawn up. */
    private static final int OVERLAPPING = 2;

    private final Invoicing invoicing;
    private final Bills bills;
    private final CostSharing sharing;
    private final Settling settling;
    private final OutageCredits outages;
    private final PostedQueue posted;
    private final PayerRegister register;
    private final InvoiceSettings settings;
    private final Changes changes;
    private final JsonMapper json;
    private final Clock clock;

    BillRuns(
            Invoicing invoicing,
            Bills bills,
            CostSharing sharing,
            Settling settling,
            OutageCredits outages,
            PostedQueue posted,
            PayerRegister register,
            InvoiceSettings settings,
            Changes changes,
            JsonMapper json,
            Clock clock) {
        this.invoicing = invoicing;
        this.bills = bills;
        this.sharing = sharing;
        this.settling = settling;
        this.outages = outages;
        this.posted = posted;
        this.register = register;
        this.settings = settings;
        this.changes = changes;
        this.json = json;
        this.clock = clock;
    }

    /**
     * A payer for whom no invoice was issued.
     *
     * @param problem names what a person must put right before it can be; null where none was to be issued
     */
    record Skipped(String payerId, String why, @Nullable String problem) {
        static final String PLAN_UNKNOWN = "plan-unknown";
        static final String AMOUNT_TOO_LARGE = "amount-too-large";
    }

    /** What one run did: how many invoices it issued itself, over how much, and whom it left out. */
    record Result(YearMonth period, int issued, Money total, List<Skipped> skipped) {}

    /**
     * Bills {@code period}.
     *
     * @throws BillRunRefused if the month is not over, lies before the first subscription, or an earlier one comes first
     */
    Result run(YearMonth period) {
        Coop coop = register.coop();
        YearMonth first =
                register.firstSubscriptionOn()
                        .map(YearMonth::from)
                        .orElseThrow(() -> new BillRunRefused("nobody subscribed to anything yet"));
        if (period.isBefore(first)) {
            throw new BillRunRefused("the first month to bill is " + first);
        }
        if (clock.instant().isBefore(coop.startOf(period.plusMonths(1).atDay(1)))) {
            throw new BillRunRefused(period + " is not over");
        }
        unfinished(first, period.minusMonths(1))
                .ifPresent(earlier -> {
                    throw new BillRunRefused(earlier + " comes first");
                });
        return bill(coop, period);
    }

    /** The first closed month without a run, when it has been over for the grace time. */
    Optional<YearMonth> due() {
        if (!register.isConstituted()) {
            return Optional.empty();
        }
        YearMonth last =
                YearMonth.from(
                                register.coop()
                                        .dayAt(clock.instant().minus(settings.graceAfterMonth())))
                        .minusMonths(1);
        return register.firstSubscriptionOn()
                .map(YearMonth::from)
                .flatMap(first -> unfinished(first, last));
    }

    private Optional<YearMonth> unfinished(YearMonth first, YearMonth last) {
        Set<YearMonth> finished = bills.finished();
        return Stream.iterate(first, month -> !month.isAfter(last), month -> month.plusMonths(1))
                .filter(month -> !finished.contains(month))
                .findFirst();
    }

    /**
     * Tries again for everybody who paid for something in a finished month and was not billed for it: because something
     * was wrong then, or because it was heard only afterwards. However long ago that is.
     */
    void catchUp() {
        if (!register.isConstituted()) {
            return;
        }
        Coop coop = register.coop();
        for (Bills.Run run : bills.runs().reversed()) {
            List<PayerId> unbilled = unbilled(run.period());
            if (!unbilled.isEmpty()) {
                bill(coop, run.period(), unbilled);
            } else if (!skipped(run).isEmpty()) {
                bills.finish(run.period(), clock.instant(), json.writeValueAsString(List.of()));
            }
        }
    }

    private List<PayerId> unbilled(YearMonth period) {
        Set<PayerId> billed = bills.payers(period);
        return register.payersBetween(period.atDay(1), period.plusMonths(1).atDay(1)).stream()
                .filter(payer -> !billed.contains(payer))
                .toList();
    }

    private Result bill(Coop coop, YearMonth period) {
        // What members share and settle, and what is given back, comes first, so that it is on the
        // month's
        // bill.
        settling.settle(period);
        sharing.allocate(period);
        outages.credit(period);
        var payers = new TreeSet<>(Comparator.comparing(PayerId::value));
        payers.addAll(
                register.payersBetween(
                        period.minusMonths(settings.correctMonths()).atDay(1),
                        period.plusMonths(1).atDay(1)));
        payers.addAll(posted.payersWaiting());
        return bill(coop, period, List.copyOf(payers));
    }

    private Result bill(Coop coop, YearMonth period, List<PayerId> payers) {
        var tally = new Tally(period, Money.zero(coop.currency()));
        billAll(payers, period, tally);
        bills.finish(period, clock.instant(), json.writeValueAsString(tally.failed));
        changes.tell("bill-runs");
        log.atInfo()
                .addKeyValue("period", period)
                .addKeyValue("issued", tally.issued)
                .addKeyValue("failed", tally.failed.size())
                .log("month billed");
        tally.skipped.addAll(tally.failed);
        return new Result(period, tally.issued, tally.total, tally.skipped);
    }

    /** What came of it so far: of those that got an invoice only how many and how much, for they are everybody. */
    private static final class Tally {
        private final YearMonth period;
        private final List<Skipped> skipped = new ArrayList<>();
        private final List<Skipped> failed = new ArrayList<>();
        private int issued;
        private Money total;

        Tally(YearMonth period, Money zero) {
            this.period = period;
            this.total = zero;
        }

        void add(Invoicing.Outcome outcome) {
            switch (outcome) {
                case Invoicing.Outcome.Issued invoice -> {
                    issued++;
                    total = total.plus(invoice.total());
                }
                case Invoicing.Outcome.Nothing nothing ->
                        skipped.add(new Skipped(nothing.payer().toString(), nothing.why(), null));
                case Invoicing.Outcome.Failed wrong ->
                        failed.add(BillRuns.failed(wrong.payer(), period, wrong.why()));
            }
        }
    }

    private static Skipped failed(PayerId payer, YearMonth period, RuntimeException wrong) {
        log.atWarn()
                .addKeyValue("payerId", payer)
                .addKeyValue("period", period)
                .setCause(wrong)
                .log("payer not billed");
        return new Skipped(
                payer.toString(),
                String.valueOf(wrong.getMessage()),
                wrong instanceof PlanNotFound ? Skipped.PLAN_UNKNOWN : Skipped.AMOUNT_TOO_LARGE);
    }

    /** Looks before it locks: a repeated run costs no transaction. */
    private void billAll(List<PayerId> payers, YearMonth period, Tally tally) {
        Set<PayerId> billed = bills.payers(period);
        var due = new ArrayList<PayerId>();
        for (PayerId payer : payers) {
            if (billed.contains(payer)) {
                tally.add(new Invoicing.Outcome.Nothing(payer, "already billed"));
            } else {
                due.add(payer);
            }
        }
        if (due.isEmpty()) {
            return;
        }
        List<List<PayerId>> parts = parts(due, RECKONED_TOGETHER);
        Rating.Reckoning reckoning = invoicing.reckon(parts.getFirst(), period);
        try (var threads = Executors.newFixedThreadPool(OVERLAPPING)) {
            Turn turn = Turn.first();
            for (int i = 0; i < parts.size(); i++) {
                var batches = new ArrayList<Future<List<Invoicing.Outcome>>>();
                for (List<PayerId> batch : parts(parts.get(i), BATCH)) {
                    Turn mine = turn;
                    Rating.Reckoning known = reckoning;
                    batches.add(threads.submit(() -> bill(batch, period, known, mine)));
                    turn = mine.next();
                }
                if (i + 1 < parts.size()) {
                    reckoning = invoicing.reckon(parts.get(i + 1), period);
                }
                for (Future<List<Invoicing.Outcome>> batch : batches) {
                    result(batch).forEach(tally::add);
                }
            }
        }
    }

    private static List<List<PayerId>> parts(List<PayerId> payers, int size) {
        var parts = new ArrayList<List<PayerId>>();
        for (int i = 0; i < payers.size(); i += size) {
            parts.add(List.copyOf(payers.subList(i, Math.min(i + size, payers.size()))));
        }
        return parts;
    }

    private List<Invoicing.Outcome> bill(
            List<PayerId> batch, YearMonth period, Rating.Reckoning reckoning, Turn turn) {
        try {
            turn.awaitHolding();
            List<Invoicing.Outcome> outcomes = invoicing.bill(batch, period, reckoning, turn);
            turn.end();
            return outcomes;
        } catch (Throwable why) {
            turn.fail(why);
            throw why;
        }
    }

    /** What went wrong first, as it was thrown: batches after it only tell that they did not come about. */
    private static List<Invoicing.Outcome> result(Future<List<Invoicing.Outcome>> batch) {
        try {
            return batch.get();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException wrong) throw wrong;
            throw new IllegalStateException(failed.getCause());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("bill run stopped", stopped);
        }
    }

    /** The runs so far, newest month first. */
    List<Bills.Run> runs() {
        return bills.runs();
    }

    List<Skipped> skipped(Bills.Run run) {
        return List.of(json.readValue(run.skipped(), Skipped[].class));
    }
}
