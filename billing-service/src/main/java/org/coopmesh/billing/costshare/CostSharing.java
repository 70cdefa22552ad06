package org.coopmesh.billing.costshare;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.coopmesh.billing.costshare.CostBudgets.Budget;
import org.coopmesh.billing.costshare.CostPool.Declared;
import org.coopmesh.billing.costshare.CostPool.Document;
import org.coopmesh.billing.costshare.CostPool.Heading;
import org.coopmesh.billing.costshare.CostPool.Refused;
import org.coopmesh.billing.costshare.CostPool.Validated;
import org.coopmesh.billing.costshare.CostPool.Withdrawn;
import org.coopmesh.billing.costshare.CostShares.Month;
import org.coopmesh.billing.costshare.CostShares.Problem;
import org.coopmesh.billing.costshare.CostShares.Share;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.CanonicalJson;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.Posting;
import org.coopmesh.billing.ledger.TransactionId;
import org.coopmesh.billing.settlement.Derivation;
import org.coopmesh.billing.settlement.PostedGrounds;
import org.coopmesh.billing.subscription.Coop;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.stereotype.Service;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/**
 * Costs that members share: declared, looked at by two others, then shared out for each closed month by the declared policy
 * and posted to whom it charges.
 */
@Service
@EnableConfigurationProperties(CostShareSettings.class)
public class CostSharing {
    /** The position of what the payee gets back. */
    private static final int PAYEE = -1;

    /** In place of a position: who is not there, and is charged nothing. */
    private static final int GONE = -2;

    private static final Logger log = LoggerFactory.getLogger(CostSharing.class);

    private final CostPools pools;
    private final CostBudgets budgets;
    private final CostShares shares;
    private final CostPaying paying;
    private final Participants participants;
    private final PayerRegister register;
    private final Ledger ledger;
    private final CostShareSettings settings;
    private final JsonMapper json;
    private final TransactionTemplate transaction;
    private final Clock clock;

    CostSharing(
            CostPools pools,
            CostBudgets budgets,
            CostShares shares,
            CostPaying paying,
            Participants participants,
            PayerRegister register,
            Ledger ledger,
            CostShareSettings settings,
            JsonMapper json,
            PlatformTransactionManager transactions,
            Clock clock) {
        this.pools = pools;
        this.budgets = budgets;
        this.shares = shares;
        this.paying = paying;
        this.participants = participants;
        this.register = register;
        this.ledger = ledger;
        this.settings = settings;
        this.json = json;
        this.transaction = new TransactionTemplate(transactions);
        this.transaction.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        this.clock = clock;
    }

    /** What somebody declares. */
    record Draft(
            String purpose,
            Money amount,
            YearMonth first,
            YearMonth last,
            Policy policy,
            @Nullable PayerId payee) {}

    /** What became of one month of one pool. */
    enum Outcome {
        ALLOCATED,
        CORRECTED,
        UNCHANGED,
        PROBLEM
    }

    /** One month of one pool in a run. */
    record Result(CostPoolId pool, YearMonth month, Outcome outcome) {}

    /** Why a share is what it is. */
    record Reason(Share share, Month month, Heading pool, @Nullable Derivation explanation) {}

    /**
     * Declares a cost.
     *
     * @throws CostPoolRefused if what is declared does not fit together
     */
    @Transactional
    CostPool declare(Draft draft, MemberId by) {
        if (draft.last().isBefore(draft.first())
                || draft.first().plusMonths(CostPool.MONTHS_MAX - 1L).isBefore(draft.last())) {
            throw new CostPoolRefused("months", "a cost lasts from 1 to 60 months");
        }
        YearMonth now = YearMonth.from(register.coop().dayAt(clock.instant()));
        if (draft.first().isBefore(now.minusMonths(settings.backMonths()))
                || draft.last().isAfter(now.plusMonths(CostPool.MONTHS_MAX))) {
            throw new CostPoolRefused(
                    "months",
                    "a cost begins at most %d months back and ends within 60 months"
                            .formatted(settings.backMonths()));
        }
        PayerId payee = draft.payee();
        if (payee != null && !register.isKnown(payee)) {
            throw new CostPoolRefused("payee-unknown", "there is no such payer");
        }
        if (draft.policy() instanceof Policy.Clearing clearing) {
            Money spent =
                    clearing.expenses().values().stream()
                            .reduce(Money.zero(draft.amount().currency()), Money::plus);
            if (!spent.equals(draft.amount())
                    || payee != null
                    || !draft.first().equals(draft.last())) {
                throw new CostPoolRefused(
                        "clearing",
                        "contributors clear one month; what they spent sums to the amount, and nobody else is paid");
            }
            for (MemberId contributor : clearing.expenses().keySet()) {
                if (register.payersOf(contributor).isEmpty()) {
                    throw new CostPoolRefused(
                            "contributor-missing", "nobody pays for a site of " + contributor);
                }
            }
        }
        var declared =
                new Declared(
                        new Heading(
                                new CostPoolId(UUID.randomUUID()),
                                draft.purpose(),
                                draft.amount(),
                                draft.first(),
                                draft.last(),
                                draft.policy(),
                                payee,
                                by,
                                clock.instant(),
                                null),
                        List.of());
        withinBudget(declared.heading());
        pools.insert(declared);
        return declared;
    }

    private void withinBudget(Heading fresh) {
        budgets.lock();
        List<Budget> decided = budgets.of(fresh.purpose());
        if (decided.isEmpty()) {
            return;
        }
        List<Heading> same =
                pools.underWay(fresh.first(), fresh.last()).stream()
                        .map(CostPool::heading)
                        .filter(other ->
                                CostBudgets.key(other.purpose())
                                        .equals(CostBudgets.key(fresh.purpose())))
                        .toList();
        for (YearMonth month = fresh.first();
                !month.isAfter(fresh.last());
                month = month.plusMonths(1)) {
            Optional<Budget> budget = inForce(decided, month);
            Money spent = spent(same, month, fresh.partOf(month));
            if (budget.isPresent() && spent.exceeds(budget.get().monthly())) {
                throw new CostPoolRefused(
                        "above-budget",
                        "the assembly lets %s a month be spent on this (resolution %d); with it, %s would be %s"
                                .formatted(
                                        budget.get().monthly(),
                                        budget.get().resolution(),
                                        month,
                                        spent));
            }
        }
    }

    private static Optional<Budget> inForce(List<Budget> decided, YearMonth month) {
        return decided.stream()
                .filter(each -> !each.first().isAfter(month))
                .reduce((earlier, later) -> later);
    }

    private static Money spent(List<Heading> pools, YearMonth month, Money more) {
        return pools.stream()
                .filter(each -> !month.isBefore(each.first()) && !month.isAfter(each.last()))
                .map(each -> each.partOf(month))
                .reduce(more, Money::plus);
    }

    /** Sets what may be spent on {@code purpose}, each month from {@code first} on. What was declared before stays. */
    @Transactional
    public void adoptBudget(String purpose, Money monthly, YearMonth first, int resolution) {
        budgets.lock();
        budgets.keep(new Budget(purpose, first, monthly, resolution), clock.instant());
    }

    /** What may be spent, and what of this month's was declared. */
    record Spent(Budget budget, Money declared) {}

    /** All budgets that hold this month or are to come, by purpose. */
    List<Spent> budgets() {
        YearMonth now = YearMonth.from(register.coop().dayAt(clock.instant()));
        List<Budget> all = budgets.all();
        List<Heading> pools =
                this.pools.underWay(now, now).stream().map(CostPool::heading).toList();
        var spent = new ArrayList<Spent>();
        for (Budget budget : all) {
            String key = CostBudgets.key(budget.purpose());
            List<Budget> same =
                    all.stream()
                            .filter(each -> CostBudgets.key(each.purpose()).equals(key))
                            .toList();
            if (budget.first().isAfter(now) || inForce(same, now).equals(Optional.of(budget))) {
                spent.add(
                        new Spent(
                                budget,
                                spent(
                                        pools.stream()
                                                .filter(pool ->
                                                        CostBudgets.key(pool.purpose()).equals(key))
                                                .toList(),
                                        now,
                                        Money.zero(budget.monthly().currency()))));
            }
        }
        return spent;
    }

    /**
     * Puts the document to it, or another in its place while nobody has validated it.
     *
     * @throws CostPoolNotFound if there is no such pool
     * @throws CostPoolRefused if the caller did not declare it, or somebody validated what there is
     */
    @Transactional
    CostPool attach(CostPoolId id, MemberId by, String name, String mediaType, byte[] content) {
        CostPool pool = lock(id);
        if (!by.equals(pool.heading().declaredBy())) {
            throw new CostPoolRefused("not-the-declarer", "who declared it brings the document");
        }
        if (!(pool instanceof Declared declared) || !declared.validations().isEmpty()) {
            throw new CostPoolRefused("validated-before", "what was validated stays as it is");
        }
        pools.attach(
                id,
                new Document(name, mediaType, sha256(content), content.length),
                content,
                clock.instant());
        return find(id);
    }

    /**
     * Says that the document was looked at and is right.
     *
     * @throws CostPoolNotFound if there is no such pool
     * @throws CostPoolRefused if the caller may not, or it is not open for it
     */
    @Transactional
    CostPool validate(CostPoolId id, MemberId by, String sha256) {
        return switch (lock(id)) {
            case Declared declared -> {
                CostPool after =
                        declared.validate(by, sha256, isRelated(declared, by), clock.instant());
                pools.update(after);
                yield after;
            }
            case Validated other -> throw closed("validated");
            case Refused other -> throw closed("refused");
            case Withdrawn other -> throw closed("withdrawn");
        };
    }

    /** Whether a payer pays for both of them, as far as is known. */
    private boolean isRelated(Declared declared, MemberId by) {
        Set<PayerId> own = Set.copyOf(register.payersOf(by));
        PayerId payee = declared.heading().payee();
        return Stream.concat(
                                Stream.of(declared.heading().declaredBy()),
                                declared.validations().stream().map(CostPool.Validation::by))
                        .flatMap(other -> register.payersOf(other).stream())
                        .anyMatch(own::contains)
                || payee != null && own.contains(payee);
    }

    /**
     * Turns it down.
     *
     * @throws CostPoolNotFound if there is no such pool
     * @throws CostPoolRefused if it is no longer open
     */
    @Transactional
    CostPool refuse(CostPoolId id, MemberId by, String why) {
        return switch (lock(id)) {
            case Declared declared -> {
                CostPool after = declared.refuse(by, why, clock.instant());
                pools.update(after);
                yield after;
            }
            case Validated other -> throw closed("validated");
            case Refused other -> throw closed("refused");
            case Withdrawn other -> throw closed("withdrawn");
        };
    }

    /**
     * Takes it back.
     *
     * @throws CostPoolNotFound if there is no such pool
     * @throws CostPoolRefused if the caller did not declare it, a month was charged, or it was paid
     */
    @Transactional
    CostPool withdraw(CostPoolId id, MemberId by, String why) {
        CostPool after =
                switch (lock(id)) {
                    case Declared declared -> declared.withdraw(by, why, clock.instant());
                    case Validated validated ->
                            validated.withdraw(
                                    by,
                                    why,
                                    shares.isAllocated(id),
                                    paying.isPaid(id),
                                    clock.instant());
                    case Refused other -> throw closed("refused");
                    case Withdrawn other -> throw closed("withdrawn");
                };
        pools.update(after);
        return after;
    }

    private static CostPoolRefused closed(String state) {
        return new CostPoolRefused("not-open", "it was " + state + " before");
    }

    private CostPool lock(CostPoolId id) {
        return pools.lock(id).orElseThrow(() -> new CostPoolNotFound("cost pool " + id));
    }

    /**
     * The pool as it stands.
     *
     * @throws CostPoolNotFound if there is none
     */
    CostPool find(CostPoolId id) {
        return pools.find(id).orElseThrow(() -> new CostPoolNotFound("cost pool " + id));
    }

    /** Newest first. */
    List<CostPool> list(@Nullable String state, @Nullable CostPoolId after, int limit) {
        return pools.list(state, after, limit);
    }

    /**
     * The document's bytes.
     *
     * @throws CostPoolNotFound if there is none
     */
    byte[] content(CostPoolId id) {
        return pools.content(id).orElseThrow(() -> new CostPoolNotFound("document of " + id));
    }

    /**
     * Shares out what falls on {@code closed} and on earlier months not shared out yet, and looks once more at the closed
     * months that are still corrected: what came to light since is posted as a difference. Repeating it changes nothing,
     * and of two at once one does it. What cannot be shared stays open, with the reason beside it.
     */
    public void allocate(YearMonth closed) {
        run(closed);
    }

    List<Result> run(YearMonth closed) {
        var results = new ArrayList<Result>();
        for (CostPool pool : pools.validatedUpTo(closed)) {
            Heading heading = pool.heading();
            YearMonth last = heading.last().isBefore(closed) ? heading.last() : closed;
            for (YearMonth month = heading.first();
                    !month.isAfter(last);
                    month = month.plusMonths(1)) {
                due(heading, month, closed).ifPresent(results::add);
            }
        }
        return results;
    }

    private Optional<Result> due(Heading pool, YearMonth month, YearMonth closed) {
        Optional<Month> before = shares.latest(pool.id(), month);
        boolean corrected =
                !month.isBefore(closed.minusMonths(settings.correctMonths()))
                        && participants.isWhole(month, pool.policy());
        if (before.isPresent() && (!corrected || !before.get().lookedWith().isBefore(closed))) {
            return Optional.empty();
        }
        Outcome outcome;
        try {
            outcome = transaction.execute(status -> allocate(pool.id(), month, closed));
        } catch (CannotShare wrong) {
            outcome = problem(pool, month, wrong.rule(), wrong);
        } catch (ArithmeticException wrong) {
            outcome = problem(pool, month, "amount-too-large", wrong);
        }
        return Optional.of(new Result(pool.id(), month, outcome));
    }

    private Outcome problem(Heading pool, YearMonth month, String rule, RuntimeException wrong) {
        log.atWarn()
                .addKeyValue("costPoolId", pool.id())
                .addKeyValue("month", month)
                .addKeyValue("rule", rule)
                .log("cost not shared");
        shares.problem(
                new Problem(
                        pool.id(),
                        month,
                        rule,
                        String.valueOf(wrong.getMessage()),
                        clock.instant()));
        return Outcome.PROBLEM;
    }

    private record Key(@Nullable MemberId member, PayerId payer) {}

    private Outcome allocate(CostPoolId id, YearMonth month, YearMonth closed) {
        Heading pool = lock(id).heading();
        Optional<Month> before = shares.latest(id, month);
        if (before.isPresent() && !before.get().lookedWith().isBefore(closed)) {
            return Outcome.UNCHANGED;
        }
        Money amount = pool.partOf(month);
        Facts facts = participants.facts(month, pool.policy(), contributors(pool.policy()));
        Allocation allocation = pool.policy().share(amount, facts.participants(), facts.tree());
        Map<Key, Money> charged = charged(before);
        Money zero = Money.zero(amount.currency());
        var made = UUID.randomUUID();
        var rows = new ArrayList<Share>();
        for (int i = 0; i < facts.participants().size(); i++) {
            Participant participant = facts.participants().get(i);
            Money share = allocation.amounts().get(i);
            Money known =
                    charged.getOrDefault(new Key(participant.member(), participant.payer()), zero);
            charged.remove(new Key(participant.member(), participant.payer()));
            rows.add(
                    new Share(
                            UUID.randomUUID(),
                            made,
                            i,
                            participant.member(),
                            participant.payer(),
                            share,
                            share.minus(known)));
        }
        PayerId payee = pool.payee();
        if (payee != null) {
            Key key = new Key(null, payee);
            Money known = charged.getOrDefault(key, zero);
            charged.remove(key);
            rows.add(
                    new Share(
                            UUID.randomUUID(),
                            made,
                            PAYEE,
                            null,
                            payee,
                            amount.negated(),
                            amount.negated().minus(known)));
        }
        // Who is not there any more gets back what they were charged.
        charged.forEach((key, known) ->
                rows.add(
                        new Share(
                                UUID.randomUUID(),
                                made,
                                rows.size(), // Behind all participants.
                                key.member(),
                                key.payer(),
                                zero,
                                known.negated())));
        shares.solved(id, month);
        if (before.isPresent() && rows.stream().allMatch(row -> row.posted().isZero())) {
            shares.lookedWith(before.get().id(), closed);
            return Outcome.UNCHANGED;
        }
        int revision = before.map(Month::revision).orElse(0) + 1;
        shares.insert(
                new Month(
                        made,
                        id,
                        month,
                        revision,
                        clock.instant(),
                        closed,
                        amount,
                        allocation.formula()),
                json.writeValueAsString(facts),
                rows);
        post(
                pool,
                month,
                revision,
                CanonicalJson.sha256(ShareGrounds.of(pool, month, revision, amount, facts)),
                rows);
        log.atInfo()
                .addKeyValue("costPoolId", id)
                .addKeyValue("month", month)
                .addKeyValue("revision", revision)
                .addKeyValue("participants", facts.participants().size())
                .log("cost shared");
        return revision == 1 ? Outcome.ALLOCATED : Outcome.CORRECTED;
    }

    private static Collection<MemberId> contributors(Policy policy) {
        return policy instanceof Policy.Clearing clearing
                ? clearing.expenses().keySet()
                : List.of();
    }

    /** What the last revision came to, by member and payer. */
    private Map<Key, Money> charged(Optional<Month> before) {
        var charged = new LinkedHashMap<Key, Money>();
        before.ifPresent(month -> {
            for (Share share : shares.shares(month.id(), PAYEE, null, Integer.MAX_VALUE)) {
                charged.merge(new Key(share.member(), share.payer()), share.amount(), Money::plus);
            }
        });
        charged.values().removeIf(Money::isZero);
        return charged;
    }

    /**
     * The first revision counts in its month; what came to light later counts now. The book says by the hash of {@code grounds}
     * what it rests on, so that its head seals that too.
     */
    private void post(
            Heading pool, YearMonth month, int revision, String grounds, List<Share> rows) {
        Coop coop = register.coop();
        Instant at =
                revision == 1
                        ? coop.startOf(month.plusMonths(1).atDay(1)).minusSeconds(1)
                        : clock.instant();
        var byPayer = new HashMap<PayerId, Money>();
        for (Share row : rows) {
            byPayer.merge(row.payer(), row.posted(), Money::plus);
        }
        List<Posting> postings =
                byPayer.entrySet().stream()
                        .filter(each -> !each.getValue().isZero())
                        .sorted(
                                Map.Entry.comparingByKey(
                                        java.util.Comparator.comparing(
                                                payer -> payer.value().toString())))
                        .map(each ->
                                Posting.signed(
                                        AccountId.costPool(pool.id().value()),
                                        AccountId.unbilled(each.getKey().value()),
                                        each.getValue()))
                        .toList();
        String what =
                "cost pool %s for %s, revision %d, facts %s"
                        .formatted(pool.id(), month, revision, grounds);
        ledger.postInParts(at, what, postings);
    }

    /** Every revision of every month of the pool, in order. */
    List<Month> months(CostPoolId pool) {
        return shares.months(pool);
    }

    /** The months of the pool that could not be shared. */
    List<Problem> problems(CostPoolId pool) {
        return shares.problems(pool);
    }

    /**
     * Shares of the newest revision of a month.
     *
     * @param payers only theirs; null for everybody's
     * @throws CostPoolNotFound if the month was not shared out
     */
    List<Share> shares(
            CostPoolId pool,
            YearMonth month,
            int from,
            @Nullable Collection<PayerId> payers,
            int limit) {
        Month latest =
                shares.latest(pool, month)
                        .orElseThrow(() ->
                                new CostPoolNotFound("shares of %s in %s".formatted(pool, month)));
        return shares.shares(latest.id(), from, payers, limit);
    }

    /**
     * One share, recomputed from the facts that were kept with it.
     *
     * @throws CostPoolNotFound if there is none, or {@code payers} are given and it is none of theirs
     */
    Reason explain(UUID id, @Nullable Collection<PayerId> payers) {
        Share share =
                shares.share(id)
                        .filter(s -> payers == null || payers.contains(s.payer()))
                        .orElseThrow(() -> new CostPoolNotFound("share " + id));
        Month month = shares.month(share.allocation()).orElseThrow();
        Heading pool = find(month.pool()).heading();
        Facts facts = facts(month);
        if (share.participant() < 0 || share.participant() >= facts.participants().size()) {
            return new Reason(share, month, pool, null);
        }
        Allocation allocation =
                pool.policy().share(month.amount(), facts.participants(), facts.tree());
        return new Reason(share, month, pool, allocation.explain(share.participant()));
    }

    /** What a posted share rests on; nothing for what was not posted here. */
    public Optional<PostedGrounds> grounds(UUID id) {
        return shares.share(id)
                .map(share -> {
                    Month month = shares.month(share.allocation()).orElseThrow();
                    var fields = new TreeMap<String, Object>();
                    fields.put("kind", "share");
                    fields.put("now", grounds(month));
                    fields.put("place", place(month, share));
                    shares.before(month)
                            .ifPresent(before -> {
                                fields.put("before", grounds(before));
                                fields.put(
                                        "placeBefore",
                                        shares
                                                .shares(before.id(), PAYEE, null, Integer.MAX_VALUE)
                                                .stream()
                                                .filter(each ->
                                                        Objects.equals(
                                                                        each.member(),
                                                                        share.member())
                                                                && each.payer()
                                                                        .equals(share.payer()))
                                                .findFirst()
                                                .map(each -> place(before, each))
                                                .orElse(GONE));
                            });
                    return new PostedGrounds(fields, facts(month).participants().size() - 1);
                });
    }

    private Map<String, Object> grounds(Month month) {
        return ShareGrounds.of(
                find(month.pool()).heading(),
                month.month(),
                month.revision(),
                month.amount(),
                facts(month));
    }

    private Facts facts(Month month) {
        return json.readValue(shares.facts(month.id()), Facts.class);
    }

    /** The position among the participants. */
    private int place(Month month, Share share) {
        return share.participant() < facts(month).participants().size()
                ? share.participant()
                : GONE;
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException never) {
            throw new IllegalStateException(never);
        }
    }

    /** Costs that are looked at for what the bank still has to pay of them: the newest. */
    private static final int PAYABLE_MAX = 200;

    /** A shared cost of which the bank has still to pay {@code open}. */
    public record Payable(CostPoolId pool, String purpose, Money open) {}

    /** What the bank has still to pay of shared costs, the newest first; of as many as a co-op pays at a time. */
    public List<Payable> payable() {
        var payable = new ArrayList<Payable>();
        for (CostPool pool : pools.list("validated", null, PAYABLE_MAX)) {
            Money open = paying.account(pool.heading().id()).open();
            if (open.isPositive()) {
                payable.add(new Payable(pool.heading().id(), pool.heading().purpose(), open));
            }
        }
        return payable;
    }

    /**
     * Money that left the bank for a shared cost.
     *
     * @param booked its transaction of the book
     */
    public record FromBank(
            CostPoolId pool, UUID payment, Money amount, LocalDate paidOn, TransactionId booked) {}

    /**
     * Writes down that {@code amount} left the bank for the pool.
     *
     * @throws CostPoolNotFound if there is no such pool
     * @throws CostPoolRefused if the co-op does not pay it, or not so much, or not on that day
     */
    @Transactional
    public FromBank payFromBank(
            CostPoolId pool,
            Money amount,
            LocalDate paidOn,
            @Nullable String reference,
            MemberId by) {
        CostPaying.Written written = paying.pay(pool, amount, paidOn, reference, by);
        return new FromBank(pool, written.payment().id(), amount, paidOn, written.transaction());
    }

    /**
     * Reverses a payment that was a mistake or came back; the transaction that does.
     *
     * @throws CostPoolNotFound if there is none
     * @throws CostPoolRefused if it was reversed before
     */
    @Transactional
    public TransactionId takeBack(CostPoolId pool, UUID payment, String reason, MemberId by) {
        return paying.reverse(pool, payment, reason, by).transaction();
    }

    /** Payments from the bank that stand, with one of these amounts, the newest first. */
    public List<FromBank> paidFromBank(Collection<Money> amounts) {
        return amounts.isEmpty()
                ? List.of()
                : paying.standing(amounts).stream()
                        .map(booked ->
                                new FromBank(
                                        booked.payment().pool(),
                                        booked.payment().id(),
                                        booked.payment().amount(),
                                        booked.payment().paidOn(),
                                        booked.transaction()))
                        .toList();
    }
}
