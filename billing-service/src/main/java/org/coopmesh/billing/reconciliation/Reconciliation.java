package org.coopmesh.billing.reconciliation;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.Posting;
import org.coopmesh.billing.ledger.Transaction;
import org.coopmesh.billing.ledger.TransactionId;
import org.coopmesh.billing.subscription.Coop;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Brings what the bank says and what the book says together. Files come in whole or not at all; each entry counts once; what a reference
 * makes certain is posted, the rest waits with suggestions; all of it can be undone.
 */
@Service
public class Reconciliation {
    /** A co-op with more accounts than that has a treasurer who wants another program. */
    static final int ACCOUNTS_MAX = 50;

    private final BankAccounts accounts;
    private final BankFiles files;
    private final BankEntries entries;
    private final Bookings bookings;
    private final Importing importing;
    private final Placing placing;
    private final Reporting reporting;
    private final Ledger ledger;
    private final PayerRegister register;
    private final Clock clock;

    Reconciliation(
            BankAccounts accounts,
            BankFiles files,
            BankEntries entries,
            Bookings bookings,
            Importing importing,
            Placing placing,
            Reporting reporting,
            Ledger ledger,
            PayerRegister register,
            Clock clock) {
        this.accounts = accounts;
        this.files = files;
        this.entries = entries;
        this.bookings = bookings;
        this.importing = importing;
        this.placing = placing;
        this.reporting = reporting;
        this.ledger = ledger;
        this.register = register;
        this.clock = clock;
    }

    /**
     * Declares an account of the co-op at a bank.
     *
     * @throws BankRefused if it is declared already, or does not count in the co-op's currency
     */
    @Transactional
    BankAccount declare(String name, Iban iban, Currency currency, MemberId by) {
        Coop coop = register.coop();
        if (!currency.equals(coop.currency())) {
            throw new BankRefused("currency", "this co-op counts in " + coop.currency());
        }
        if (accounts.all().size() >= ACCOUNTS_MAX) {
            throw new BankRefused("accounts", "at most " + ACCOUNTS_MAX + " accounts");
        }
        var account =
                new BankAccount(UUID.randomUUID(), name, iban, currency, by, clock.instant(), null);
        if (!accounts.insert(account))
            throw new BankRefused("declared", iban + " is declared already");
        return account;
    }

    List<BankAccount> accounts() {
        return accounts.all();
    }

    /**
     * Keeps how the account's bank writes CSV.
     *
     * @throws BankNotFound if there is no such account
     */
    @Transactional
    BankAccount map(UUID account, CsvMapping mapping) {
        account(account);
        accounts.map(account, mapping);
        return account(account);
    }

    private BankAccount account(UUID id) {
        return accounts.find(id).orElseThrow(() -> new BankNotFound("bank account " + id));
    }

    /**
     * What became of a file.
     *
     * @param posted parts of entries, of this file or of earlier ones, that were certain and are in the book now
     */
    record Imported(Importing.Taken taken, int posted) {}

    /**
     * Takes a file in, whole or not at all, and posts what is certain. The same file again changes nothing.
     *
     * @throws BankFileRefused if anything in it is wrong; the file is kept then, and why
     */
    Imported take(String name, byte[] content, @Nullable UUID account, MemberId by) {
        Importing.Taken taken = importing.take(name, content, account, by);
        return new Imported(taken, placing.postCertain(by));
    }

    /** What a file would bring; nothing is kept. */
    record Preview(
            BankFileReader.Format format,
            @Nullable CsvMapping mapping,
            List<Importing.Resolved> statements) {}

    /**
     * Reads a file, by {@code mapping} or else as the account's bank or the file itself says.
     *
     * @throws BankFileRefused if anything in it is wrong
     */
    Preview preview(byte[] content, @Nullable UUID account, @Nullable CsvMapping mapping) {
        FileLimits.bytes(content);
        var format = BankFileReader.Format.of(content);
        CsvMapping used = mapping;
        if (used == null && format == BankFileReader.Format.CSV) {
            used = account == null ? null : account(account).mapping();
            if (used == null) used = CsvReader.propose(content).orElse(null);
        }
        return new Preview(format, used, importing.read(content, account, used, register.coop()));
    }

    /** Whether the co-op has declared an account at a bank. */
    public boolean hasAccounts() {
        return !accounts.isEmpty();
    }

    /** When a file of the bank was taken last; empty where none was. */
    public Optional<Instant> lastFileAt() {
        return files.lastTaken();
    }

    List<BankFile> files(@Nullable UUID after, int limit) {
        return files.list(after, limit);
    }

    /** A file as it was handed in. */
    record Kept(BankFile file, byte[] content) {}

    /**
     * @throws BankNotFound if there is none
     */
    Kept file(UUID id) {
        BankFile file = files.find(id).orElseThrow(() -> new BankNotFound("bank file " + id));
        return new Kept(file, files.content(id).orElseThrow());
    }

    /** A part of an entry, where it stands, and where it may belong. */
    record Line(OpenPart part, List<Booking> bookings, List<Suggestion> suggestions) {}

    /** In the order of their days; see {@link BankEntries#list}. */
    @Transactional(readOnly = true)
    List<Line> lines(
            @Nullable UUID account,
            @Nullable Boolean open,
            String text,
            @Nullable UUID after,
            int limit) {
        List<OpenPart> parts = entries.list(account, open, text, after, limit);
        return lines(parts);
    }

    private List<Line> lines(List<OpenPart> parts) {
        Map<UUID, List<Booking>> booked = bookings.of(parts.stream().map(OpenPart::id).toList());
        Map<UUID, List<Suggestion>> suggested =
                placing.suggest(parts.stream().filter(part -> !part.open().isZero()).toList());
        return parts.stream()
                .map(part ->
                        new Line(
                                part,
                                booked.getOrDefault(part.id(), List.of()),
                                suggested.getOrDefault(part.id(), List.of())))
                .toList();
    }

    /** Posts what is certain by now. How many parts it was. */
    int postCertain(MemberId by) {
        return placing.postCertain(by);
    }

    /**
     * Puts parts where a person says; see {@link Placing#place}.
     *
     * @throws BankNotFound if a part is not there
     * @throws BankRefused if the places do not fit to what is open
     */
    @Transactional
    List<Booking> place(List<UUID> parts, List<Place> places, MemberId by) {
        return placing.place(parts, places, by);
    }

    /**
     * What of a part waits.
     *
     * @throws BankNotFound if there is no such part
     */
    Money open(UUID part) {
        return entries.find(part).orElseThrow(() -> new BankNotFound("such bank entry")).open();
    }

    /**
     * Takes a booking back; see {@link Placing#undo}.
     *
     * @throws BankNotFound if there is none
     * @throws BankRefused if it was undone before, or something rests on it
     */
    @Transactional
    Booking undo(UUID booking, String why, MemberId by) {
        return placing.undo(booking, why, by);
    }

    List<Bookings.Learned> learned(String after, int limit) {
        return bookings.learned(after, limit);
    }

    /**
     * Forgets whose account that is.
     *
     * @throws BankNotFound if it was not known
     */
    @Transactional
    void forget(Iban iban) {
        if (!bookings.forget(iban)) throw new BankNotFound("learned account");
    }

    /**
     * @throws BankNotFound if there is no such account
     */
    Reporting.Report report(UUID account, LocalDate from, LocalDate to) {
        return reporting.report(account, from, to);
    }

    /**
     * Writes into the book what the bank had before its first entry, against the reserve.
     *
     * @throws BankRefused if book and bank begin with the same
     */
    @Transactional
    TransactionId open(MemberId by) {
        Coop coop = register.coop();
        accounts.all().forEach(account -> accounts.lock(account.id()));
        Reporting.Beginning beginning =
                reporting
                        .beginning()
                        .orElseThrow(() ->
                                new BankRefused("opening", "no statement says what the bank had"));
        Money difference = reporting.openingDifference(beginning);
        if (difference.isZero())
            throw new BankRefused("opening", "the book begins with what the bank had");
        return ledger.post(
                new Transaction(
                        coop.startOf(beginning.day()).minusSeconds(1),
                        "bank balance brought forward by " + by,
                        List.of(Posting.signed(AccountId.BANK, AccountId.RESERVE, difference))));
    }
}
