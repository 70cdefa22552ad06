package org.coopmesh.billing.ledger;

import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
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
    private final Entries entries;
    private final Clock clock;

    Ledger(Entries entries, Clock clock) {
        this.entries = entries;
        this.clock = clock;
    }

    /**
     * Writes {@code transaction} down and opens accounts that are new. Payers' accounts are locked in the order of their
     * ids; the co-op's own are not, so that two payers never wait for each other.
     */
    @Transactional
    public TransactionId post(Transaction transaction) {
        var id = new TransactionId(UUID.randomUUID());
        write(id, transaction, null);
        return id;
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
        var reversal = new TransactionId(UUID.randomUUID());
        write(
                reversal,
                new Transaction(
                        original.effectiveAt(),
                        why,
                        original.postings().stream().map(Posting::reversed).toList()),
                id);
        return reversal;
    }

    private void write(
            TransactionId id, Transaction transaction, @Nullable TransactionId reverses) {
        Currency currency = transaction.postings().getFirst().amount().currency();
        var accounts = new TreeSet<>(accounts(transaction).toList());
        entries.open(accounts, currency);
        entries.lock(accounts.stream().filter(account -> account.owner() != null).toList());
        entries.insert(id, transaction, clock.instant(), reverses);
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
        return new Money(entries.balance(account), currency);
    }

    /** What came in minus what went out, of all that counts at {@code asOf} or before. */
    public Money balance(AccountId account, Currency currency, Instant asOf) {
        return new Money(entries.balance(account, asOf), currency);
    }

    /** The sum over all accounts of one kind. */
    public Money total(AccountId.Kind kind, Currency currency) {
        return new Money(entries.total(kind), currency);
    }

    /** The sum over all accounts there are: always zero. */
    public long trialBalanceMicro() {
        return entries.total();
    }

    /** {@link #hold} for the accounts of many at once. */
    @Transactional
    public void holdAll(Collection<AccountId> accounts, Currency currency) {
        var sorted = new TreeSet<>(accounts);
        entries.openAll(sorted, currency);
        lock(sorted);
    }

    /** What each account holds; zero for one that was never opened. */
    public Map<AccountId, Money> balances(Collection<AccountId> accounts, Currency currency) {
        return entries.balances(accounts, currency);
    }

    /**
     * Writes many transactions of one currency down in a few statements. The caller {@linkplain #holdAll holds} the payers'
     * accounts that they name.
     */
    @Transactional
    public void postAll(List<Transaction> transactions) {
        if (transactions.isEmpty()) {
            return;
        }
        var accounts = new TreeSet<AccountId>();
        transactions.forEach(transaction -> accounts(transaction).forEach(accounts::add));
        Currency currency = transactions.getFirst().postings().getFirst().amount().currency();
        accounts.removeIf(account -> account.owner() != null);
        entries.openAll(accounts, currency);
        entries.insertAll(transactions, currency, clock.instant());
    }
}
