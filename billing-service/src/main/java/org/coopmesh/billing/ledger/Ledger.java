package org.coopmesh.billing.ledger;

import static java.util.Objects.requireNonNull;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.Collection;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * The book. What is written stays: the database refuses to change or remove it, and refuses at commit a transaction that
 * does not balance. A mistake is reversed.
 */
@Service
public class Ledger {
    /** Postings of one transaction where many happen together. */
    private static final int PART_POSTINGS = 5_000;

    private final Entries entries;
    private final ClosedMonths months;
    private final Heads heads;
    private final Clock clock;

    Ledger(Entries entries, ClosedMonths months, Heads heads, Clock clock) {
        this.entries = entries;
        this.months = months;
        this.heads = heads;
        this.clock = clock;
    }

    /**
     * Writes {@code transaction} down and opens accounts that are new. Payers' accounts are locked in the order of their
     * ids; the co-op's own are not, so that two payers never wait for each other. What would take effect in a closed month
     * does so when that is over, and tells when it happened.
     */
    @Transactional
    public TransactionId post(Transaction transaction) {
        return post(transaction, null);
    }

    /**
     * {@link #post} for many transactions of one currency, in a few statements.
     *
     * @return their ids, in their order
     */
    @Transactional
    public List<TransactionId> postAll(List<Transaction> transactions) {
        List<Entries.New> fresh =
                transactions.stream()
                        .map(each ->
                                new Entries.New(new TransactionId(UUID.randomUUID()), each, null))
                        .toList();
        if (!fresh.isEmpty()) {
            write(fresh);
        }
        return fresh.stream().map(Entries.New::id).toList();
    }

    /** Writes down what happened together, in as many transactions as it takes; nothing where there are no postings. */
    @Transactional
    public void postInParts(Instant effectiveAt, String what, List<Posting> postings) {
        for (int from = 0; from < postings.size(); from += PART_POSTINGS) {
            post(
                    new Transaction(
                            effectiveAt,
                            what,
                            postings.subList(
                                    from, Math.min(from + PART_POSTINGS, postings.size()))));
        }
    }

    /**
     * Writes the opposite of {@code id} down, with effect from the same moment.
     *
     * @throws TransactionNotFound if there is none
     * @throws AlreadyReversed if it was reversed before
     */
    @Transactional
    public TransactionId reverse(TransactionId id, String why) {
        Transaction original = entries.find(id).orElseThrow(() -> new TransactionNotFound(id));
        lock(accounts(original).toList());
        if (entries.isReversed(id)) {
            throw new AlreadyReversed(id);
        }
        return post(
                new Transaction(
                        original.effectiveAt(),
                        why,
                        original.postings().stream().map(Posting::reversed).toList()),
                id);
    }

    private TransactionId post(Transaction transaction, @Nullable TransactionId reverses) {
        var id = new TransactionId(UUID.randomUUID());
        write(List.of(new Entries.New(id, transaction, reverses)));
        return id;
    }

    private void write(List<Entries.New> transactions) {
        Currency currency =
                transactions.getFirst().transaction().postings().getFirst().amount().currency();
        var payers = new TreeSet<AccountId>();
        var shared = new TreeSet<AccountId>();
        for (Entries.New each : transactions) {
            accounts(each.transaction())
                    .forEach(account ->
                            (account.kind().isPersonal() ? payers : shared).add(account));
        }
        Instant now = clock.instant();
        if (!entries.insert(transactions, payers, shared, currency, now)) {
            entries.open(shared, currency);
            entries.open(payers, currency);
            if (!entries.insert(transactions, payers, shared, currency, now)) {
                throw new IllegalStateException("accounts were opened and are not there");
            }
        }
    }

    private static Stream<AccountId> accounts(Transaction transaction) {
        return transaction.postings().stream().flatMap(p -> Stream.of(p.from(), p.to()));
    }

    /**
     * Holds these accounts until the caller's transaction ends, opening those that are new: what is decided on their
     * balances stays true.
     */
    @Transactional
    public void hold(Collection<AccountId> accounts, Currency currency) {
        var sorted = new TreeSet<>(accounts);
        entries.open(sorted, currency);
        lock(sorted);
    }

    private void lock(Collection<AccountId> accounts) {
        entries.lock(List.copyOf(new TreeSet<>(accounts)));
    }

    /** What came in minus what went out, of all that is written down. */
    public Money balance(AccountId account, Currency currency) {
        return new Money(requireNonNull(entries.balances(List.of(account)).get(account)), currency);
    }

    /** What each account holds; zero for one that was never opened. */
    public Map<AccountId, Money> balances(Collection<AccountId> accounts, Currency currency) {
        var balances = new HashMap<AccountId, Money>();
        entries.balances(accounts)
                .forEach((account, micro) -> balances.put(account, new Money(micro, currency)));
        return balances;
    }

    /** What came in minus what went out, of all that counts at {@code asOf} or before. */
    public Money balance(AccountId account, Currency currency, Instant asOf) {
        return new Money(entries.balance(account, asOf, clock.instant()), currency);
    }

    /** The sum over all accounts of one kind. */
    public Money total(AccountId.Kind kind, Currency currency) {
        return new Money(entries.total(kind), currency);
    }

    /** The sum over all accounts there are: always zero. */
    public long trialBalanceMicro() {
        return entries.total();
    }

    /**
     * Asks that {@code month} be closed, which somebody else must agree to. Asking again changes nothing.
     *
     * @param until when it is over, in the co-op's time zone
     * @throws CloseRefused if it is not over, or closed
     */
    @Transactional
    public void askToClose(YearMonth month, Instant until, UUID who) {
        unlessOpenAndOver(month, until);
        months.ask(month, who, clock.instant());
    }

    /**
     * Closes {@code month}, and with it all before: no posting takes effect in them any more, for good. Whoever is posting is
     * waited for.
     *
     * @param until when it is over, in the co-op's time zone
     * @throws CloseRefused if nobody or only {@code who} asked, or it is not over, or closed
     */
    @Transactional
    public void close(YearMonth month, Instant until, UUID who) {
        unlessOpenAndOver(month, until);
        CloseRequest request =
                months.request(month).orElseThrow(() -> CloseRefused.notAskedFor(month));
        if (request.askedBy().equals(who)) {
            throw CloseRefused.samePerson(month);
        }
        months.holdPostings();
        months.close(request, until, who, clock.instant());
    }

    private void unlessOpenAndOver(YearMonth month, Instant until) {
        if (clock.instant().isBefore(until)) {
            throw CloseRefused.notOver(month);
        }
        List<ClosedMonth> closed = months.all();
        if (!closed.isEmpty() && !month.isAfter(closed.getFirst().month())) {
            throw CloseRefused.closed(month);
        }
    }

    /** Newest first, at most 20 years. */
    public List<ClosedMonth> closedMonths() {
        return months.all();
    }

    /** What waits for a second person. */
    public List<CloseRequest> closeRequests() {
        return months.requests();
    }

    /** Heads of the hash chain for days after {@code after}, in their order. */
    public List<Head> heads(LocalDate after, int limit) {
        return heads.after(after, limit);
    }

    /**
     * Hands over everything recorded from {@code from} on and before {@code until}, in the order of the hash chain. The caller's
     * transaction says whether all of it is of one moment.
     */
    public void read(Instant from, Instant until, Consumer<WrittenTransaction> reader) {
        entries.read(from, until, reader);
    }

    /** Hands over every account there is. */
    public void readAccounts(Consumer<WrittenTransaction.Account> reader) {
        entries.readAccounts(reader);
    }

    /** What an account holds. */
    public record AccountBalance(WrittenTransaction.Account account, Money balance) {}

    /** Hands over what every account holds that was ever posted to. */
    public void readBalances(Consumer<AccountBalance> reader) {
        entries.readBalances(reader);
    }

    /** Hands over what moved {@code account} with effect after {@code after}, and at {@code until} or before, by transaction. */
    public void readMovements(
            AccountId account, Instant after, Instant until, Consumer<Movement> reader) {
        entries.readMovements(account, after, until, reader);
    }

    /** What these transactions moved on {@code account}; one that did not is left out. */
    public List<Movement> movements(AccountId account, Collection<TransactionId> transactions) {
        return transactions.isEmpty() ? List.of() : entries.movements(account, transactions);
    }

    /** Hands over all that ever moved {@code account}, one of a person, in the order in which it was written down. */
    public void readStatement(AccountId account, Consumer<Movement> reader) {
        entries.readStatement(account, reader);
    }

    /** The account under both its names; nothing for one that was never opened. */
    public Optional<WrittenTransaction.Account> account(AccountId account) {
        return entries.alias(account).map(alias -> new WrittenTransaction.Account(account, alias));
    }

    /** What moved between kinds of accounts from {@code from} on, by months in {@code zone}. */
    public List<Flow> flows(Instant from, ZoneId zone) {
        return entries.flows(from, zone);
    }
}
