package org.coopmesh.billing.reconciliation;

import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.reconciliation.BankStatement.Kind;
import org.coopmesh.billing.subscription.Coop;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Takes files of banks in: all of a file or nothing of it, each entry once, and the file itself in any case. */
@Service
class Importing {
    private final BankAccounts accounts;
    private final BankFiles files;
    private final BankEntries entries;
    private final PayerRegister register;
    private final TransactionTemplate transaction;
    private final Clock clock;

    Importing(
            BankAccounts accounts,
            BankFiles files,
            BankEntries entries,
            PayerRegister register,
            PlatformTransactionManager transactions,
            Clock clock) {
        this.accounts = accounts;
        this.files = files;
        this.entries = entries;
        this.register = register;
        this.transaction = new TransactionTemplate(transactions);
        this.clock = clock;
    }

    /** A gap that shows in the statements of an account. */
    record Warning(UUID account, StatementHead.Gap gap) {}

    /**
     * What became of a file.
     *
     * @param again whether the very same file had been taken before, and nothing happened
     * @param added entries that no file had told before
     * @param known entries that were there
     * @param detailed of those, ones whose parts are known only now
     */
    record Taken(
            BankFile file,
            boolean again,
            int statements,
            int added,
            int known,
            int detailed,
            List<Warning> warnings) {}

    /** A statement with the account that it is of. */
    record Resolved(BankStatement statement, BankAccount account) {}

    /**
     * Reads a file and keeps it with all its entries. One that was taken before changes nothing; one that was refused is tried again.
     *
     * @param account whose file it is, where the file does not say; null if there is only one account
     * @throws BankFileRefused if anything in it is wrong; the file is kept then, and why
     */
    Taken take(String name, byte[] content, @Nullable UUID account, MemberId by) {
        FileLimits.bytes(content);
        Coop coop = register.coop();
        byte[] sha256 = Fingerprint.sha256(content);
        Optional<BankFile> before = files.taken(sha256);
        if (before.isPresent()) {
            return new Taken(before.get(), true, 0, 0, 0, 0, List.of());
        }
        var format = BankFileReader.Format.of(content);
        try {
            List<Resolved> read = read(content, account, null, coop);
            var file =
                    new BankFile(
                            UUID.randomUUID(),
                            name,
                            sha256,
                            content.length,
                            format,
                            null,
                            by,
                            clock.instant());
            return Objects.requireNonNull(transaction.execute(status -> keep(file, content, read)));
        } catch (BankFileRefused refused) {
            var file =
                    new BankFile(
                            UUID.randomUUID(),
                            name,
                            sha256,
                            content.length,
                            format,
                            BankFile.Error.of(refused),
                            by,
                            clock.instant());
            UUID id =
                    Objects.requireNonNull(
                            transaction.execute(status -> files.keep(file, content)));
            throw refused.in(id, name);
        }
    }

    /**
     * Reads a file without keeping anything.
     *
     * @param mapping tried in place of the account's own; null for that
     * @throws BankFileRefused if anything in it is wrong
     */
    List<Resolved> read(
            byte[] content, @Nullable UUID account, @Nullable CsvMapping mapping, Coop coop) {
        List<BankAccount> all = accounts.all();
        BankAccount named =
                account == null
                        ? null
                        : all.stream()
                                .filter(each -> each.id().equals(account))
                                .findFirst()
                                .orElseThrow(() -> new BankNotFound("bank account " + account));
        if (named == null && all.size() == 1) named = all.getFirst();
        CsvMapping how = mapping != null || named == null ? mapping : named.mapping();
        LocalDate today = coop.dayAt(clock.instant());
        var resolved = new ArrayList<Resolved>();
        for (BankStatement statement :
                BankFileReader.read(
                        content, how, named == null ? coop.currency() : named.currency())) {
            BankAccount of = account(statement, all, named);
            if (!of.currency().equals(statement.currency())) {
                throw new BankFileRefused(
                        statement.line(),
                        "currency",
                        "%s counts in %s, the file in %s"
                                .formatted(of.iban(), of.currency(), statement.currency()));
            }
            for (BankEntry entry : statement.entries()) {
                if (entry.bookedOn().isAfter(today)) {
                    throw new BankFileRefused(
                            entry.line(),
                            "future",
                            "booked on %s, which is still to come".formatted(entry.bookedOn()));
                }
            }
            resolved.add(new Resolved(statement, of));
        }
        return resolved;
    }

    private static BankAccount account(
            BankStatement statement, List<BankAccount> all, @Nullable BankAccount named) {
        String called = statement.account();
        if (called == null) {
            if (named == null) {
                throw new BankFileRefused(
                        statement.line(),
                        "account",
                        "the file does not say of which account it is: say so");
            }
            return named;
        }
        return all.stream()
                .filter(each -> each.isCalled(called))
                .findFirst()
                .orElseThrow(() ->
                        new BankFileRefused(
                                statement.line(),
                                "account-unknown",
                                "nobody declared the account " + Fields.brief(called)));
    }

    private Taken keep(BankFile file, byte[] content, List<Resolved> read) {
        UUID id = files.keep(file, content);
        var kept =
                new BankFile(
                        id,
                        file.name(),
                        file.sha256(),
                        file.bytes(),
                        file.format(),
                        null,
                        file.handedBy(),
                        file.handedAt());
        Map<BankAccount, List<BankStatement>> byAccount = new LinkedHashMap<>();
        read.stream()
                .sorted(java.util.Comparator.comparing(each -> each.account().id()))
                .forEach(each ->
                        byAccount
                                .computeIfAbsent(each.account(), account -> new ArrayList<>())
                                .add(each.statement()));
        int added = 0;
        int known = 0;
        int detailed = 0;
        var warnings = new ArrayList<Warning>();
        for (var each : byAccount.entrySet()) {
            BankAccount account = each.getKey();
            accounts.lock(account.id());
            List<StatementHead> before = entries.statements(account.id());
            var all = new ArrayList<BankEntry>();
            var of = new ArrayList<@Nullable UUID>();
            for (BankStatement statement : each.getValue()) {
                UUID head =
                        statement.kind() == Kind.STATEMENT
                                ? head(statement, account, id, before)
                                : null;
                for (BankEntry entry : statement.entries()) {
                    all.add(entry);
                    of.add(head);
                }
            }
            List<byte[]> prints = Fingerprint.of(all);
            Map<Integer, BankEntries.Before> found = entries.find(account.id(), prints);
            var fresh = new ArrayList<BankEntries.New>();
            var vouched = new LinkedHashMap<UUID, List<UUID>>();
            for (int i = 0; i < all.size(); i++) {
                BankEntry entry = all.get(i);
                BankEntries.Before there = found.get(i);
                UUID head = of.get(i);
                if (there == null) {
                    fresh.add(
                            new BankEntries.New(
                                    UUID.randomUUID(),
                                    account.id(),
                                    id,
                                    head,
                                    prints.get(i),
                                    entry));
                    continue;
                }
                known++;
                if (head != null && !there.onStatement())
                    vouched.computeIfAbsent(head, none -> new ArrayList<>()).add(there.id());
                if (entry.parts().size() > 1 && there.parts() == 1 && !there.placed()) {
                    entries.detail(there.id(), entry.parts());
                    detailed++;
                }
            }
            if (!fresh.isEmpty()) entries.insert(fresh);
            vouched.forEach(entries::onStatement);
            added += fresh.size();
            List<StatementHead.Gap> gapsBefore = StatementHead.gaps(before);
            StatementHead.gaps(entries.statements(account.id())).stream()
                    .filter(gap -> !gapsBefore.contains(gap))
                    .forEach(gap -> warnings.add(new Warning(account.id(), gap)));
        }
        return new Taken(kept, false, read.size(), added, known, detailed, warnings);
    }

    /** A statement that another file had told in the same words is that one. */
    private UUID head(
            BankStatement statement, BankAccount account, UUID file, List<StatementHead> before) {
        LocalDate last = Objects.requireNonNullElse(statement.lastDay(), LocalDate.EPOCH);
        LocalDate first = Objects.requireNonNullElse(statement.firstDay(), last);
        var head =
                new StatementHead(
                        UUID.randomUUID(),
                        account.id(),
                        file,
                        statement.id(),
                        statement.sequence(),
                        first.isAfter(last) ? last : first,
                        last,
                        Objects.requireNonNull(statement.opening()),
                        Objects.requireNonNull(statement.closing()));
        for (StatementHead each : before) {
            if (each.firstDay().equals(head.firstDay())
                    && each.lastDay().equals(head.lastDay())
                    && each.opening().equals(head.opening())
                    && each.closing().equals(head.closing())
                    && Objects.equals(each.sequence(), head.sequence())) {
                return each.id();
            }
        }
        entries.insert(head, statement.line());
        return head.id();
    }
}
