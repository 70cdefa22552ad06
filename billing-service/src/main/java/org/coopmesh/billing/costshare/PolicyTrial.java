package org.coopmesh.billing.costshare;

import java.time.Clock;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.coopmesh.billing.costshare.CostPool.Heading;
import org.coopmesh.billing.costshare.CostShares.Month;
import org.coopmesh.billing.costshare.CostShares.Problem;
import org.coopmesh.billing.costshare.CostShares.Share;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import tools.jackson.databind.json.JsonMapper;

/** Replays months of a shared cost under another policy: what each would have borne. Nothing is written. */
@Service
class PolicyTrial {
    /** The longest stretch that is replayed. */
    static final int MONTHS_MAX = 12;

    /** Replays at once; each reads a year of everybody's months. */
    private static final int AT_ONCE_MAX = 1;

    private static final int EVERYBODY = Integer.MAX_VALUE;

    private final CostPools pools;
    private final CostShares shares;
    private final Participants participants;
    private final JsonMapper json;
    private final Clock clock;
    private final Semaphore room = new Semaphore(AT_ONCE_MAX);

    PolicyTrial(
            CostPools pools,
            CostShares shares,
            Participants participants,
            JsonMapper json,
            Clock clock) {
        this.pools = pools;
        this.shares = shares;
        this.participants = participants;
        this.json = json;
        this.clock = clock;
    }

    /** As many replays as can be are under way. */
    static final class Busy extends RuntimeException {
        Busy() {
            super("another policy is being tried; try again in a moment");
        }
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
     * A replay.
     *
     * @param problems months that the proposed policy cannot share; they count on neither side
     * @param differences the largest first, whichever way; their sum is zero
     */
    record Trial(List<Replayed> months, List<Problem> problems, List<Difference> differences) {}

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
     * Replays the months that were shared out, from {@code first} to {@code last}.
     *
     * @param alone what a line of one's own costs a month; null for no such comparison
     * @throws CostPoolNotFound if there is no such pool
     * @throws CostPoolRefused if it cannot be shared by such a policy, or for so many months
     * @throws Busy if another replay is under way
     */
    Trial replay(
            CostPoolId id,
            Policy proposed,
            YearMonth first,
            YearMonth last,
            @Nullable Money alone) {
        Heading pool =
                pools.find(id).orElseThrow(() -> new CostPoolNotFound("cost pool " + id)).heading();
        if (proposed instanceof Policy.Clearing || pool.policy() instanceof Policy.Clearing) {
            throw new CostPoolRefused(
                    "clearing", "contributors clear what they spent; no other policy does that");
        }
        if (last.isBefore(first) || !first.plusMonths(MONTHS_MAX).isAfter(last)) {
            throw new CostPoolRefused("months", "from 1 to " + MONTHS_MAX + " months");
        }
        if (!room.tryAcquire()) {
            throw new Busy();
        }
        try {
            return replay(pool, proposed, first, last, alone);
        } finally {
            room.release();
        }
    }

    private Trial replay(
            Heading pool, Policy proposed, YearMonth first, YearMonth last, @Nullable Money alone) {
        var months = new ArrayList<Replayed>();
        var problems = new ArrayList<Problem>();
        Map<Key, Sums> sums = new LinkedHashMap<>();
        for (YearMonth month = first; !month.isAfter(last); month = month.plusMonths(1)) {
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
        return new Trial(List.copyOf(months), List.copyOf(problems), differences);
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
