package org.coopmesh.billing.reconciliation;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.Movement;
import org.coopmesh.billing.ledger.TransactionId;
import org.coopmesh.billing.subscription.Coop;
import org.coopmesh.billing.subscription.PayerRegister;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;

/** Holds the bank's word against the book's. */
@Service
class Reporting {
    /** Movements that are listed; the sum is of all. */
    static final int LISTED_MAX = 200;

    private static final LocalDate EARLIEST = LocalDate.of(1970, 1, 1);

    private final BankAccounts accounts;
    private final BankEntries entries;
    private final Bookings bookings;
    private final Ledger ledger;
    private final PayerRegister register;

    Reporting(
            BankAccounts accounts,
            BankEntries entries,
            Bookings bookings,
            Ledger ledger,
            PayerRegister register) {
        this.accounts = accounts;
        this.entries = entries;
        this.bookings = bookings;
        this.ledger = ledger;
        this.register = register;
    }

    /** Something in the book on the bank account, and how much of it no entry explains. */
    record Stray(TransactionId transaction, Instant effectiveAt, String what, Money amount) {}

    /**
     * One account over one stretch of days.
     *
     * @param opening before the first day; null where no statement tells
     * @param closing after the last day; null likewise
     * @param vouched the last day up to which a statement says the same as the entries; null if none does
     * @param gaps within the days
     */
    record OfAccount(
            BankAccount account,
            LocalDate from,
            LocalDate to,
            @Nullable Money opening,
            @Nullable Money closing,
            @Nullable LocalDate vouched,
            BankEntries.Sum entries,
            List<Bookings.KindSum> booked,
            List<StatementHead.Gap> gaps) {}

    /**
     * All accounts together against the account {@code bank} of the book, at the end of a day.
     *
     * <p>{@code ledger - bank = opening + strays - open - own + timing}, always.
     *
     * @param ledger what the book says
     * @param bank what the banks say
     * @param opening what the book had before the first entry, less what the bank had
     * @param strays in the book and on no statement
     * @param open on a statement and in no place of the book
     * @param own between own accounts, and arrived on one of them only
     * @param timing in both, but counted in the book on a day on the other side of this one
     */
    record Together(
            Money ledger,
            Money bank,
            Money opening,
            Money strays,
            List<Stray> listed,
            BankEntries.Sum open,
            Money own,
            Money timing) {
        /** What nobody has explained, without regard to signs; the aim is zero. */
        Money unexplained() {
            Money sum = magnitude(opening).plus(magnitude(own)).plus(magnitude(open.amount()));
            Money each =
                    listed.stream()
                            .map(stray -> magnitude(stray.amount()))
                            .reduce(Money.zero(ledger.currency()), Money::plus);
            return sum.plus(each);
        }

        private static Money magnitude(Money money) {
            return money.isNegative() ? money.negated() : money;
        }
    }

    /** Both. */
    record Report(OfAccount account, Together together) {}

    /**
     * @throws BankNotFound if there is no such account
     */
    @Transactional(readOnly = true, isolation = Isolation.REPEATABLE_READ)
    Report report(UUID id, LocalDate from, LocalDate to) {
        BankAccount account =
                accounts.find(id).orElseThrow(() -> new BankNotFound("bank account " + id));
        return new Report(ofAccount(account, from, to), together(to));
    }

    private OfAccount ofAccount(BankAccount account, LocalDate from, LocalDate to) {
        List<StatementHead> statements = entries.statements(account.id());
        Currency currency = account.currency();
        Money opening = null;
        Money closing = null;
        LocalDate vouched = null;
        if (!statements.isEmpty()) {
            opening = balance(account, statements, from.minusDays(1));
            closing = balance(account, statements, to);
            for (StatementHead each : statements) {
                if (!each.lastDay().isAfter(to)
                        && balance(account, statements, each.lastDay()).equals(each.closing())) {
                    vouched = each.lastDay();
                }
            }
        }
        return new OfAccount(
                account,
                from,
                to,
                opening,
                closing,
                vouched,
                entries.sum(account.id(), from, to, currency),
                bookings.sums(account.id(), from, to, currency),
                StatementHead.gaps(statements).stream()
                        .filter(gap -> !gap.before().isBefore(from) && !gap.after().isAfter(to))
                        .toList());
    }

    /** What the bank had at the end of {@code day}: the first opening, and all entries since. */
    private Money balance(BankAccount account, List<StatementHead> statements, LocalDate day) {
        StatementHead first = statements.getFirst();
        return first.opening()
                .plus(
                        entries.sum(account.id(), first.firstDay(), day, account.currency())
                                .amount());
    }

    /** Where the bank's story begins: the first day, and what all accounts had before it. */
    record Beginning(LocalDate day, Money bank, boolean told) {}

    Optional<Beginning> beginning() {
        Coop coop = register.coop();
        LocalDate day = null;
        Money bank = Money.zero(coop.currency());
        boolean told = false;
        for (BankAccount account : accounts.all()) {
            List<StatementHead> statements = entries.statements(account.id());
            Optional<LocalDate> first =
                    statements.isEmpty()
                            ? entries.list(account.id(), null, "", null, 1).stream()
                                    .map(OpenPart::bookedOn)
                                    .findFirst()
                            : Optional.of(statements.getFirst().firstDay());
            if (first.isEmpty()) continue;
            day = day == null || first.get().isBefore(day) ? first.get() : day;
            if (!statements.isEmpty()) {
                bank = bank.plus(statements.getFirst().opening());
                told = true;
            }
        }
        return day == null ? Optional.empty() : Optional.of(new Beginning(day, bank, told));
    }

    /** What the book has before the bank's story begins, less what the bank had; zero where no statement tells. */
    Money openingDifference(Beginning beginning) {
        Coop coop = register.coop();
        return beginning.told()
                ? before(beginning, coop).minus(early(beginning, coop)).minus(beginning.bank())
                : Money.zero(coop.currency());
    }

    private Money before(Beginning beginning, Coop coop) {
        return ledger.balance(AccountId.BANK, coop.currency(), start(beginning, coop));
    }

    private static Instant start(Beginning beginning, Coop coop) {
        return coop.startOf(beginning.day()).minusNanos(1_000);
    }

    /** What counts in the book before the bank's story begins, and an entry explains all the same. */
    private Money early(Beginning beginning, Coop coop) {
        var ids = new ArrayList<TransactionId>();
        ledger.readMovements(
                AccountId.BANK,
                Instant.EPOCH,
                start(beginning, coop),
                movement -> ids.add(movement.transaction()));
        return new Money(
                bookings.explained(ids).values().stream().mapToLong(Long::longValue).sum(),
                coop.currency());
    }

    private Together together(LocalDate to) {
        Coop coop = register.coop();
        Currency currency = coop.currency();
        Money zero = Money.zero(currency);
        Instant end = coop.startOf(to.plusDays(1)).minusNanos(1_000);
        Money inLedger = ledger.balance(AccountId.BANK, currency, end);
        Optional<Beginning> found = beginning();
        if (found.isEmpty()) {
            return new Together(
                    inLedger,
                    zero,
                    inLedger,
                    zero,
                    List.of(),
                    new BankEntries.Sum(0, zero),
                    zero,
                    zero);
        }
        Beginning beginning = found.get();
        Money before = before(beginning, coop);
        Money early = early(beginning, coop);
        Money atFirst = beginning.told() ? beginning.bank() : before.minus(early);
        Money bank = atFirst;
        for (BankAccount account : accounts.all()) {
            List<StatementHead> statements = entries.statements(account.id());
            LocalDate first = statements.isEmpty() ? EARLIEST : statements.getFirst().firstDay();
            if (!first.isAfter(to))
                bank = bank.plus(entries.sum(account.id(), first, to, currency).amount());
        }
        var moved = new ArrayList<Movement>();
        ledger.readMovements(AccountId.BANK, start(beginning, coop), end, moved::add);
        var explained = bookings.explained(moved.stream().map(Movement::transaction).toList());
        Money inBoth = early;
        Money strays = zero;
        var listed = new HashMap<TransactionId, Stray>();
        for (Movement each : moved) {
            Money of = new Money(explained.getOrDefault(each.transaction(), 0L), currency);
            inBoth = inBoth.plus(of);
            Money rest = each.amount().minus(of);
            strays = strays.plus(rest);
            if (rest.isZero()) continue;
            listed.put(
                    each.transaction(),
                    new Stray(each.transaction(), each.effectiveAt(), each.what(), rest));
        }
        // What was written down and reversed, and is on no statement, never was.
        for (Movement each : moved) {
            Stray reversal = listed.get(each.transaction());
            Stray reversed = each.reverses() == null ? null : listed.get(each.reverses());
            if (reversal != null
                    && reversed != null
                    && reversal.amount().plus(reversed.amount()).isZero()) {
                listed.remove(reversal.transaction());
                listed.remove(reversed.transaction());
            }
        }
        Bookings.Standing standing = bookings.standing(to, currency);
        return new Together(
                inLedger,
                bank,
                before.minus(early).minus(atFirst),
                strays,
                listed.values().stream()
                        .sorted(
                                Comparator.comparing(Stray::effectiveAt)
                                        .thenComparing(stray -> stray.transaction().value()))
                        .toList(),
                entries.open(currency, EARLIEST, to),
                standing.own(),
                inBoth.minus(standing.inBook()));
    }
}
