package org.coopmesh.billing.costshare;

import jakarta.annotation.PreDestroy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.coopmesh.billing.costshare.CostPool.Heading;
import org.coopmesh.billing.costshare.CostShares.Month;
import org.coopmesh.billing.costshare.CostShares.Problem;
import org.coopmesh.billing.costshare.CostShares.Share;
import org.coopmesh.billing.costshare.CostTrials.Taken;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/**
 * Replays months of a shared cost under another policy, in the background and one trial after the other: what each would have
 * borne. Nothing is booked.
 */
@Service
class PolicyTrial {
    /** The longest stretch that is replayed. */
    static final int MONTHS_MAX = 12;

    /** Trials that run or wait at once, on all replicas together; each reads a year of everybody's months. */
    static final int UNDER_WAY_MAX = 5;

    /** How often one is begun that ends with whoever replays it; then it fails. */
    static final int ATTEMPTS_MAX = 3;

    /** When nothing was heard of a replica for so long, another takes its trial over: longer than any month takes. */
    private static final Duration HELD = Duration.ofMinutes(10);

    /** Trials kept. */
    private static final int KEPT = 50;

    /** Fewer members than this see counts only. */
    private static final int QUANTILES_FROM = 20;

    private static final Logger log = LoggerFactory.getLogger(PolicyTrial.class);

    private static final int EVERYBODY = Integer.MAX_VALUE;

    private final CostPools pools;
    private final CostShares shares;
    private final Participants participants;
    private final JsonMapper json;
    private final Clock clock;
    private final CostTrials trials;
    private final TransactionTemplate transaction;

    /** Of this replica; it knows what it holds by it. */
    private final UUID holder = UUID.randomUUID();

    /** One at work; one more look is enough for all that were begun meanwhile. */
    private final ExecutorService worker =
            new ThreadPoolExecutor(
                    1,
                    1,
                    0,
                    TimeUnit.SECONDS,
                    new LinkedBlockingQueue<>(1),
                    Thread.ofPlatform().name("policy-trial").daemon().factory(),
                    new ThreadPoolExecutor.DiscardPolicy());

    PolicyTrial(
            CostTrials trials,
            TransactionTemplate transaction,
            CostPools pools,
            CostShares shares,
            Participants participants,
            JsonMapper json,
            Clock clock) {
        this.trials = trials;
        this.transaction = transaction;
        this.pools = pools;
        this.shares = shares;
        this.participants = participants;
        this.json = json;
        this.clock = clock;
    }

    /** As many trials as can wait do. */
    static final class Busy extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Busy() {
            super("other policies are being tried; try again in a moment");
        }
    }

    /** Somebody else replays it by now. */
    private static final class TakenOver extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** Replays what waits, and what a replica that is gone had begun. */
    @Scheduled(fixedDelayString = "${coopmesh.costshare.trial-interval:PT10S}")
    void look() {
        worker.execute(this::replayAll);
    }

    /** What is under way is another replica's, or this one's when it is back. */
    @PreDestroy
    void end() {
        worker.shutdownNow();
        trials.release(holder);
    }

    /**
     * A month that was replayed.
     *
     * @param reproduced whether the declared policy, over the facts that were kept, came to what was charged, to the cent
     */
    record Replayed(
            YearMonth month, Money amount, String current, String proposed, boolean reproduced) {}

    /**
     * What the replayed months come to for one member.
     *
     * @param alone what lines of their own would have cost; null where no price was declared
     */
    record Difference(
            @Nullable MemberId member,
            PayerId payer,
            Money current,
            Money proposed,
            @Nullable Money alone) {
        /** What they would have borne more; less where negative. */
        Money difference() {
            return proposed.minus(current);
        }

        /** Whether they would have been better off alone than under the proposal. */
        boolean betterAlone() {
            return alone != null && proposed.exceeds(alone);
        }
    }

    /**
     * How differences spread over all members, without saying whose they are.
     *
     * @param tenth a tenth would have borne so much more or less; null among fewer than 20 members, as the others
     */
    record Spread(
            int members,
            int cheaper,
            int same,
            int dearer,
            int betterAlone,
            @Nullable Money tenth,
            @Nullable Money median,
            @Nullable Money nineTenths) {
        static Spread of(List<Difference> all) {
            List<Money> ascending = all.stream().map(Difference::difference).sorted().toList();
            int cheaper = (int) ascending.stream().filter(Money::isNegative).count();
            int dearer = (int) ascending.stream().filter(Money::isPositive).count();
            return new Spread(
                    all.size(),
                    cheaper,
                    all.size() - cheaper - dearer,
                    dearer,
                    (int) all.stream().filter(Difference::betterAlone).count(),
                    quantile(ascending, 10),
                    quantile(ascending, 50),
                    quantile(ascending, 90));
        }

        /** The nearest rank. */
        private static @Nullable Money quantile(List<Money> ascending, int percent) {
            return ascending.size() < QUANTILES_FROM
                    ? null
                    : ascending.get((ascending.size() - 1) * percent / 100);
        }
    }

    /**
     * What a trial came to; the members' differences, which sum to zero, stand beside it.
     *
     * @param problems months that the proposed policy cannot share; they count on neither side
     */
    record Result(List<Replayed> months, List<Problem> problems, Spread spread) {}

    private record Key(@Nullable MemberId member, PayerId payer) {}

    /** One member's sums while the months are gone through. */
    private static final class Sums {
        Money current;
        Money proposed;
        int months;

        Sums(Money zero) {
            current = zero;
            proposed = zero;
        }
    }

    /**
     * Begins to replay the months that were shared out, from {@code first} to {@code last}; ask for it by its id until it is over.
     *
     * @param alone what a line of one's own costs a month; null for no such comparison
     * @throws CostPoolNotFound if there is no such pool
     * @throws CostPoolRefused if it cannot be shared by such a policy, or for so many months
     * @throws Busy if too many wait
     */
    UUID begin(
            CostPoolId id,
            Policy proposed,
            YearMonth first,
            YearMonth last,
            @Nullable Money alone,
            MemberId by) {
        Heading pool =
                pools.find(id).orElseThrow(() -> new CostPoolNotFound("cost pool " + id)).heading();
        if (proposed instanceof Policy.Clearing || pool.policy() instanceof Policy.Clearing) {
            throw new CostPoolRefused(
                    "clearing", "contributors clear what they spent; no other policy does that");
        }
        if (last.isBefore(first) || !first.plusMonths(MONTHS_MAX).isAfter(last)) {
            throw new CostPoolRefused("months", "from 1 to " + MONTHS_MAX + " months");
        }
        var trial = UUID.randomUUID();
        transaction.executeWithoutResult(status -> {
            if (trials.lockAndCount() >= UNDER_WAY_MAX) {
                throw new Busy();
            }
            trials.insert(
                    trial,
                    id,
                    PolicyForm.of(proposed),
                    first,
                    last,
                    pool.amount().currency(),
                    alone,
                    by,
                    clock.instant());
            trials.forget(KEPT);
        });
        look();
        return trial;
    }

    private void replayAll() {
        while (!worker.isShutdown()) {
            Optional<Taken> taken = trials.take(holder, clock.instant(), until());
            if (taken.isEmpty()) {
                return;
            }
            replayOnce(taken.get());
        }
    }

    private void replayOnce(Taken taken) {
        try {
            if (taken.attempts() > ATTEMPTS_MAX) {
                trials.fail(
                        taken.id(), holder, "the service ended again and again before it was done");
            } else {
                replay(taken);
            }
        } catch (TakenOver gone) {
            log.atWarn().addKeyValue("trialId", taken.id()).log("another replica tries the policy");
        } catch (RuntimeException failed) {
            if (worker.isShutdown()) {
                return; // Let go of by end().
            }
            log.atWarn()
                    .addKeyValue("trialId", taken.id())
                    .setCause(failed)
                    .log("policy not tried");
            trials.fail(taken.id(), holder, "it could not be finished; try again");
        }
    }

    private Instant until() {
        return clock.instant().plus(HELD);
    }

    /**
     * The trial as it stands.
     *
     * @throws CostPoolNotFound if the pool has no such trial, or not any more
     */
    CostTrials.Trial find(CostPoolId pool, UUID trial) {
        return trials.find(trial)
                .filter(found -> found.pool().equals(pool))
                .orElseThrow(() -> new CostPoolNotFound("trial " + trial));
    }

    /** Differences of a trial, the largest first, whichever way; where {@code payers} is not null, only theirs. */
    List<Difference> differences(UUID trial, @Nullable Collection<PayerId> payers, int limit) {
        return trials.differences(trial, payers, limit);
    }

    private void replay(Taken taken) {
        Heading pool =
                pools.find(taken.pool())
                        .orElseThrow(() -> new CostPoolNotFound("cost pool " + taken.pool()))
                        .heading();
        Policy proposed = taken.policy().policy(taken.currency());
        Money alone = taken.alone();
        YearMonth first = taken.first();
        YearMonth last = taken.last();
        var months = new ArrayList<Replayed>();
        var problems = new ArrayList<Problem>();
        Map<Key, Sums> sums = new LinkedHashMap<>();
        for (YearMonth month = first; !month.isAfter(last); month = month.plusMonths(1)) {
            if (!trials.progress(
                    taken.id(), holder, (int) first.until(month, ChronoUnit.MONTHS), until())) {
                throw new TakenOver();
            }
            Month shared = shares.latest(pool.id(), month).orElse(null);
            if (shared == null) {
                continue;
            }
            Allocation then;
            try {
                Facts facts = participants.facts(month, proposed, List.of());
                then = proposed.share(shared.amount(), facts.participants(), facts.tree());
            } catch (CannotShare wrong) {
                problems.add(problem(pool, month, wrong.rule(), wrong));
                continue;
            } catch (ArithmeticException wrong) {
                problems.add(problem(pool, month, "amount-too-large", wrong));
                continue;
            }
            List<Share> charged = charged(shared);
            months.add(
                    new Replayed(
                            month,
                            shared.amount(),
                            shared.formula(),
                            then.formula(),
                            isReproduced(pool, shared, charged)));
            add(sums, then, charged);
        }
        List<Difference> differences =
                sums.entrySet().stream()
                        .map(each ->
                                new Difference(
                                        each.getKey().member(),
                                        each.getKey().payer(),
                                        each.getValue().current,
                                        each.getValue().proposed,
                                        alone == null
                                                ? null
                                                : alone.fraction(each.getValue().months, 1)))
                        .sorted(
                                Comparator.comparing((Difference each) ->
                                                Math.absExact(each.difference().microUnits()))
                                        .reversed()
                                        .thenComparing(each -> each.payer().value()))
                        .toList();
        var result = new Result(List.copyOf(months), List.copyOf(problems), Spread.of(differences));
        int all = (int) first.until(last, ChronoUnit.MONTHS) + 1;
        transaction.executeWithoutResult(status -> {
            if (!trials.finish(taken.id(), holder, all, result)) {
                throw new TakenOver();
            }
            trials.insert(taken.id(), differences);
        });
    }

    private static void add(Map<Key, Sums> sums, Allocation then, List<Share> charged) {
        for (Share share : charged) {
            Money zero = Money.zero(share.amount().currency());
            Sums of =
                    sums.computeIfAbsent(
                            new Key(share.member(), share.payer()), k -> new Sums(zero));
            of.current = of.current.plus(share.amount());
        }
        for (int i = 0; i < then.participants().size(); i++) {
            Participant participant = then.participants().get(i);
            Money amount = then.amounts().get(i);
            Sums of =
                    sums.computeIfAbsent(
                            new Key(participant.member(), participant.payer()),
                            k -> new Sums(Money.zero(amount.currency())));
            of.proposed = of.proposed.plus(amount);
            of.months++;
        }
    }

    /** What members bear of the month; what a payee gets back is the same under every policy. */
    private List<Share> charged(Month shared) {
        return shares.shares(shared.id(), 0, null, EVERYBODY);
    }

    private boolean isReproduced(Heading pool, Month shared, List<Share> charged) {
        Facts kept = json.readValue(shares.facts(shared.id()), Facts.class);
        List<Money> again =
                pool.policy().share(shared.amount(), kept.participants(), kept.tree()).amounts();
        return charged.stream()
                .allMatch(share ->
                        share.participant() < again.size()
                                ? again.get(share.participant()).equals(share.amount())
                                : share.amount().isZero());
    }

    private Problem problem(Heading pool, YearMonth month, String rule, RuntimeException wrong) {
        return new Problem(
                pool.id(), month, rule, String.valueOf(wrong.getMessage()), clock.instant());
    }
}
