package org.coopmesh.billing.directdebit;

import static java.util.Objects.requireNonNull;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.coopmesh.billing.directdebit.Mandate.Active;
import org.coopmesh.billing.directdebit.Run.Approved;
import org.coopmesh.billing.directdebit.Run.Collected;
import org.coopmesh.billing.directdebit.Run.Heading;
import org.coopmesh.billing.directdebit.Run.Item;
import org.coopmesh.billing.directdebit.Run.Proposed;
import org.coopmesh.billing.directdebit.Run.Rejected;
import org.coopmesh.billing.directdebit.Run.State;
import org.coopmesh.billing.directdebit.Run.Withdrawn;
import org.coopmesh.billing.invoice.DueHold;
import org.coopmesh.billing.invoice.Invoice;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.Posting;
import org.coopmesh.billing.ledger.Transaction;
import org.coopmesh.billing.ledger.TransactionId;
import org.coopmesh.billing.mail.Mailing;
import org.coopmesh.billing.party.Seller;
import org.coopmesh.billing.payment.Cashier;
import org.coopmesh.billing.payment.Payment;
import org.coopmesh.billing.subscription.Coop;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.stereotype.Service;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Collects what payers with a mandate owe. A run is proposed by one person and approved by another; on its day its invoices are paid out
 * of a clearing account of its own, which the bank's statement brings to zero; what a bank refuses or takes back is owed again.
 */
@Service
@EnableConfigurationProperties(DirectDebitSettings.class)
public class Collecting {
    /** One run; more wait for the next. */
    static final int ITEMS_MAX = 5_000;

    /** Nobody plans further ahead. */
    private static final Period AHEAD_MAX = Period.ofDays(60);

    /** Payers may have a collection back for eight weeks, for 13 months where they signed nothing; then it is settled. */
    private static final Period RETURNED_AFTER_MAX = Period.ofMonths(14);

    private static final int RUNS_NAMED_MAX = 500;

    private static final int MANDATES_PAGE = 1_000;
    private static final int NOTICES_BATCH = 500;

    private final Mandates mandates;
    private final Runs runs;
    private final StatusReports reports;
    private final Signing signing;
    private final Invoicing invoicing;
    private final Cashier cashier;
    private final Ledger ledger;
    private final Mailing mailing;
    private final PayerRegister register;
    private final List<DueHold> holds;
    private final DirectDebitSettings settings;
    private final TransactionTemplate transaction;
    private final Clock clock;

    Collecting(
            Mandates mandates,
            Runs runs,
            StatusReports reports,
            Signing signing,
            Invoicing invoicing,
            Cashier cashier,
            Ledger ledger,
            Mailing mailing,
            PayerRegister register,
            List<DueHold> holds,
            DirectDebitSettings settings,
            PlatformTransactionManager transactions,
            Clock clock) {
        this.mandates = mandates;
        this.runs = runs;
        this.reports = reports;
        this.signing = signing;
        this.invoicing = invoicing;
        this.cashier = cashier;
        this.ledger = ledger;
        this.mailing = mailing;
        this.register = register;
        this.holds = holds;
        this.settings = settings;
        this.transaction = new TransactionTemplate(transactions);
        this.clock = clock;
    }

    /** What a run on that day would be. */
    record Preview(LocalDate collectOn, List<Item> items, LocalDate earliest) {}

    /**
     * What a run would be as things stand; nothing is written.
     *
     * @param collectOn null for the earliest day on which everybody can still be told in time
     * @throws DirectDebitRefused as {@link #propose}, but for that nothing is to be collected
     */
    @Transactional(readOnly = true)
    Preview preview(@Nullable LocalDate collectOn) {
        LocalDate today = today();
        LocalDate day = collectOn == null ? firstUseful(today) : collectOn;
        unlessOpen(day, today);
        List<Item> items = draw(day);
        return new Preview(day, items, earliest(today, items));
    }

    private LocalDate firstUseful(LocalDate today) {
        LocalDate first = earliest(today, List.of());
        LocalDate due =
                invoicing.owingOf(usable(first).keySet()).stream()
                        .map(invoice -> invoice.heading().dueOn())
                        .min(Comparator.naturalOrder())
                        .orElse(first);
        LocalDate day = TargetCalendar.onOrAfter(due.isAfter(first) ? due : first);
        LocalDate inTime = earliest(today, draw(day));
        return inTime.isAfter(day) ? inTime : day;
    }

    /**
     * Proposes to collect, on {@code collectOn}, what payers with a mandate owe by then.
     *
     * @throws DirectDebitRefused if another run waits, the day is not open or too early for somebody to be told, or nothing is to be
     *     collected
     */
    @Transactional
    Proposed propose(LocalDate collectOn, MemberId by) {
        runs.lock();
        if (runs.isAnyProposed()) {
            throw new DirectDebitRefused("run-waiting", "another run waits for approval");
        }
        LocalDate today = today();
        unlessOpen(collectOn, today);
        creditor();
        List<Item> items = draw(collectOn);
        if (items.isEmpty()) {
            throw new DirectDebitRefused(
                    "nothing-to-collect", "nobody with a mandate owes anything by then");
        }
        unlessInTime(collectOn, today, items);
        Coop coop = register.coop();
        int number = runs.proposed(coop.startOf(today), coop.startOf(today.plusDays(1))) + 1;
        var run =
                new Proposed(
                        new Heading(
                                UUID.randomUUID(),
                                "DD-%s-%04d".formatted(today.toString().replace("-", ""), number),
                                collectOn,
                                by,
                                clock.instant(),
                                items));
        runs.insert(run);
        return run;
    }

    private static void unlessOpen(LocalDate collectOn, LocalDate today) {
        if (!TargetCalendar.isOpen(collectOn)) {
            throw new DirectDebitRefused(
                    "target-day", "collectOn: banks do not move euros on " + collectOn);
        }
        if (collectOn.isAfter(today.plus(AHEAD_MAX))) {
            throw new DirectDebitRefused("too-far", "collectOn: at most 60 days ahead");
        }
    }

    private void unlessInTime(LocalDate collectOn, LocalDate today, List<Item> items) {
        LocalDate earliest = earliest(today, items);
        if (collectOn.isBefore(earliest)) {
            throw new DirectDebitRefused(
                    "pre-notification",
                    "collectOn: payers are told and the bank has the file in time from %s on"
                            .formatted(earliest));
        }
    }

    private LocalDate earliest(LocalDate today, List<Item> items) {
        LocalDate forBank = TargetCalendar.plus(today, settings.bankDays());
        LocalDate forPayers =
                today.plusDays(items.stream().mapToInt(Item::noticeDays).max().orElse(1));
        return TargetCalendar.onOrAfter(forBank.isAfter(forPayers) ? forBank : forPayers);
    }

    private List<Item> draw(LocalDate collectOn) {
        Map<PayerId, Active> byPayer = usable(collectOn);
        Set<InvoiceId> others = collectedOtherwise();
        List<Invoice> owing =
                invoicing.owingOf(byPayer.keySet()).stream()
                        .filter(invoice -> !invoice.heading().dueOn().isAfter(collectOn))
                        .filter(invoice -> !others.contains(invoice.heading().id()))
                        .toList();
        Map<InvoiceId, Item> latest =
                owing.isEmpty()
                        ? Map.of()
                        : runs.latest(owing.stream().map(each -> each.heading().id()).toList());
        var items = new ArrayList<Item>();
        var usedOnce = new HashSet<PayerId>();
        for (Invoice invoice : owing) {
            Mandate.Terms terms = requireNonNull(byPayer.get(invoice.heading().payer())).terms();
            Item before = latest.get(invoice.heading().id());
            if (before != null && !mayTryAgain(before, collectOn)
                    || terms.once() && !usedOnce.add(terms.payer())) {
                continue;
            }
            int attempt = before == null ? 1 : before.attempt() + 1;
            items.add(
                    new Item(
                            UUID.randomUUID(),
                            items.size() + 1,
                            invoice.heading().id(),
                            invoice.heading().number(),
                            terms.payer(),
                            terms.id(),
                            terms.reference(),
                            terms.signedOn(),
                            terms.debtor(),
                            terms.sequence(settings.tellFirst()),
                            terms.amended(),
                            terms.noticeDays(),
                            invoice.open(),
                            attempt,
                            "INV-%s-%d".formatted(invoice.heading().number(), attempt),
                            State.DUE,
                            null,
                            null,
                            null,
                            null));
            if (items.size() == ITEMS_MAX) {
                break;
            }
        }
        return items;
    }

    /** Invoices that something else of the co-op collects, by their payers' own choice. */
    private Set<InvoiceId> collectedOtherwise() {
        return holds.stream()
                .filter(hold -> !(hold instanceof UnderWay))
                .flatMap(hold -> hold.beingCollected().stream())
                .collect(Collectors.toSet());
    }

    /** Whether there is a mandate by which the payer can be collected from. */
    public boolean hasMandate(PayerId payer) {
        return mandates.of(List.of(payer), Integer.MAX_VALUE).stream()
                .anyMatch(Active.class::isInstance);
    }

    private Map<PayerId, Active> usable(LocalDate day) {
        Map<PayerId, Active> byPayer = new HashMap<>();
        UUID after = null;
        List<Active> page;
        do {
            page = mandates.active(after, MANDATES_PAGE);
            for (Active each : page) {
                if (each.usableOn(day)) byPayer.put(each.terms().payer(), each);
            }
            after = page.isEmpty() ? null : page.getLast().terms().id();
        } while (page.size() == MANDATES_PAGE);
        return byPayer;
    }

    private boolean mayTryAgain(Item before, LocalDate on) {
        ReturnCode action = before.action();
        if (action == null || before.attempt() >= settings.attemptsMax()) {
            return false;
        }
        return switch (action) {
            // The mandate is active again, so somebody put it right.
            case SUSPEND -> true;
            case RETRY -> before.retryOn() != null && !on.isBefore(before.retryOn());
            case REFUND, REVIEW -> false;
        };
    }

    /** Whether a later run may collect what failed. */
    boolean isTriedAgain(Item failed) {
        return failed.action() == ReturnCode.RETRY && failed.attempt() < settings.attemptsMax();
    }

    private Seller creditor() {
        return signing.creditor()
                .orElseThrow(() ->
                        new DirectDebitRefused(
                                "creditor-unknown",
                                "say the co-op's name, IBAN and creditor identifier first"));
    }

    /**
     * Approves a run and makes its file; from now on its payers are to be told. What was paid, or whose mandate ended, since it was
     * proposed is left out. Approving what one approved changes nothing.
     *
     * @throws DirectDebitNotFound if there is none
     * @throws DirectDebitRefused if it was decided, {@code by} proposed it or shares a payer with who did, it is too late for its day, or
     *     nothing is left
     */
    @Transactional
    Run approve(UUID id, MemberId by) {
        runs.lock();
        return switch (find(id)) {
            case Proposed proposed -> {
                proposed.unlessBySomebodyElse(by, isRelated(proposed, by));
                yield approve(proposed, by);
            }
            case Approved approved when approved.by().equals(by) -> approved;
            case Approved other -> throw decided("approved");
            case Collected other -> throw decided("collected");
            case Rejected other -> throw decided("rejected");
            case Withdrawn other -> throw decided("withdrawn");
        };
    }

    private Run approve(Proposed proposed, MemberId by) {
        Heading heading = proposed.heading();
        LocalDate today = today();
        Instant now = clock.instant();
        Map<InvoiceId, Money> open =
                invoicing
                        .owingOf(
                                heading.items().stream()
                                        .map(Item::payer)
                                        .collect(Collectors.toSet()))
                        .stream()
                        .collect(
                                Collectors.toMap(invoice -> invoice.heading().id(), Invoice::open));
        Set<InvoiceId> others = collectedOtherwise();
        var stays = new ArrayList<Item>();
        var goes = new ArrayList<UUID>();
        for (Item item : heading.items()) {
            Mandate mandate = signing.find(item.mandate());
            boolean usable =
                    mandate instanceof Active active
                            && active.usableOn(heading.collectOn())
                            && active.terms().debtor().equals(item.debtor());
            boolean due = item.amount().equals(open.get(item.invoice()));
            if (usable && due && !others.contains(item.invoice())) stays.add(item);
            else goes.add(item.id());
        }
        if (stays.isEmpty()) {
            throw new DirectDebitRefused(
                    "nothing-to-collect",
                    "all of it was paid, or its mandates ended: turn it down");
        }
        unlessInTime(heading.collectOn(), today, stays);
        Seller seller = creditor();
        var file =
                new DebitFile(
                        heading.messageId(),
                        now,
                        new DebitFile.Creditor(
                                seller.name(),
                                String.valueOf(seller.iban()),
                                seller.bic(),
                                String.valueOf(seller.creditorId())),
                        heading.collectOn(),
                        stays);
        if (!goes.isEmpty()) runs.leave(goes, "changed since it was proposed", now);
        runs.approve(new Approved(heading, by, now), file.xml());
        for (Item item : stays) {
            int days = Math.max(item.noticeDays(), settings.tellDaysBefore());
            LocalDate from = heading.collectOn().minusDays(days);
            runs.tell(item.id(), from.isBefore(today) ? today : from);
        }
        return find(heading.id());
    }

    private static DirectDebitRefused decided(String how) {
        return new DirectDebitRefused("decided", "it was " + how + " before");
    }

    /** Whether a payer pays for both of them, as far as is known. */
    private boolean isRelated(Proposed run, MemberId by) {
        Set<PayerId> own = Set.copyOf(register.payersOf(by));
        return register.payersOf(run.heading().proposedBy()).stream().anyMatch(own::contains);
    }

    /**
     * Turns a run down.
     *
     * @throws DirectDebitNotFound if there is none
     * @throws DirectDebitRefused if it was decided
     */
    @Transactional
    Run reject(UUID id, MemberId by, String why) {
        runs.lock();
        if (!(find(id) instanceof Proposed proposed)) {
            throw decided("decided");
        }
        Instant now = clock.instant();
        runs.leave(ids(proposed), "run turned down", now);
        runs.reject(new Rejected(proposed.heading(), by, now, why));
        return find(id);
    }

    /**
     * Takes an approved run back that the bank was not given, or has given back whole.
     *
     * @throws DirectDebitNotFound if there is none
     * @throws DirectDebitRefused unless it is approved and its day is to come
     */
    @Transactional
    Run withdraw(UUID id, String why) {
        runs.lock();
        if (!(find(id) instanceof Approved approved)) {
            throw new DirectDebitRefused(
                    "not-approved", "only an approved run is withdrawn, before its day");
        }
        List<UUID> due =
                approved.heading().items().stream()
                        .filter(item -> item.state() == State.DUE)
                        .map(Item::id)
                        .toList();
        runs.leave(due, "run withdrawn", clock.instant());
        runs.withdraw(id, why);
        return find(id);
    }

    private static List<UUID> ids(Run run) {
        return run.heading().items().stream().map(Item::id).toList();
    }

    /** Takes the payments of all runs whose day has come. How many runs it was. */
    public int collectDue() {
        LocalDate today = today();
        int collected = 0;
        for (UUID id : runs.due(today)) {
            boolean done = Boolean.TRUE.equals(transaction.execute(status -> collect(id, today)));
            if (done) collected++;
        }
        return collected;
    }

    private boolean collect(UUID id, LocalDate today) {
        runs.lock();
        if (!(find(id) instanceof Approved run) || run.heading().collectOn().isAfter(today)) {
            return false;
        }
        List<Item> due =
                run.heading().items().stream().filter(item -> item.state() == State.DUE).toList();
        take(id, run.heading().collectOn(), due, run.by());
        runs.collected(id, clock.instant());
        return true;
    }

    private void take(UUID run, LocalDate on, List<Item> items, MemberId by) {
        List<Cashier.Taken> taken =
                cashier.takeAll(
                        items.stream()
                                .map(item ->
                                        new Cashier.Received(
                                                item.payer(),
                                                item.invoice(),
                                                item.amount(),
                                                Payment.Method.DIRECT_DEBIT,
                                                AccountId.directDebit(run),
                                                on,
                                                item.endToEndId(),
                                                null))
                                .toList(),
                        by);
        var payments = new LinkedHashMap<UUID, UUID>();
        for (int i = 0; i < items.size(); i++) {
            payments.put(items.get(i).id(), taken.get(i).payment().id());
        }
        Instant now = clock.instant();
        if (!items.isEmpty()) {
            runs.collected(payments, now);
            mandates.used(items.stream().map(Item::mandate).collect(Collectors.toSet()), on, now);
        }
    }

    /**
     * What a status report did.
     *
     * @param again whether the very same file had been taken before, and nothing happened
     * @param rejected items that it refused, and that nobody had refused before
     */
    record Heard(UUID report, UUID run, boolean again, int rejected) {}

    /**
     * Takes in what the bank says of a file. What it refuses is not collected, or is owed again. The same file again changes nothing.
     *
     * @throws StatusReportRefused if it is no such report, or of no file of ours; it is kept then, and why
     */
    Heard hear(String name, byte[] content, MemberId by) {
        byte[] sha256 = sha256(content);
        Optional<StatusReports.Kept> before = reports.taken(sha256);
        if (before.isPresent()) {
            return new Heard(before.get().id(), requireNonNull(before.get().run()), true, 0);
        }
        collectDue();
        try {
            StatusReport report = StatusReportReader.read(content);
            return requireNonNull(
                    transaction.execute(status -> hear(name, sha256, content, report, by)));
        } catch (StatusReportRefused refused) {
            if (content.length > StatusReportReader.BYTES_MAX) throw refused;
            UUID kept =
                    requireNonNull(
                            transaction.execute(status ->
                                    reports.keep(
                                            new StatusReports.Kept(
                                                    UUID.randomUUID(),
                                                    name,
                                                    null,
                                                    0,
                                                    refused.rule(),
                                                    refused.getMessage(),
                                                    by,
                                                    clock.instant()),
                                            sha256,
                                            content,
                                            refused.line())));
            throw refused.in(kept);
        }
    }

    private Heard hear(
            String name, byte[] sha256, byte[] content, StatusReport report, MemberId by) {
        runs.lock();
        Run run =
                runs.named(report.messageId())
                        .filter(known -> known instanceof Approved || known instanceof Collected)
                        .orElseThrow(() ->
                                new StatusReportRefused(
                                        0, "file-unknown", "it answers no file of this co-op"));
        Heading heading = run.heading();
        var codes = new LinkedHashMap<UUID, String>();
        for (Item item : heading.items()) {
            if (report.rejectedWhole() != null) codes.put(item.id(), report.rejectedWhole());
        }
        for (StatusReport.Rejected batch : report.rejectedBatches()) {
            List<Item> of =
                    heading.items().stream()
                            .filter(item ->
                                    DebitFile.batch(heading.messageId(), item.sequence())
                                            .equals(batch.id()))
                            .toList();
            if (of.isEmpty()) {
                throw new StatusReportRefused(
                        0, "batch-unknown", "a batch that is not in the file: " + batch.id());
            }
            of.forEach(item -> codes.put(item.id(), batch.code()));
        }
        Map<String, Item> named =
                heading.items().stream()
                        .filter(item -> item.state() != State.LEFT)
                        .collect(Collectors.toMap(Item::endToEndId, Function.identity()));
        for (StatusReport.Rejected each : report.rejected()) {
            Item item = named.get(each.id());
            if (item == null) {
                throw new StatusReportRefused(
                        0, "item-unknown", "an item that is not in the file: " + each.id());
            }
            codes.put(item.id(), each.code());
        }
        int rejected = 0;
        // In the one order in which everybody holds payers' accounts.
        List<Item> byPayer =
                heading.items().stream()
                        .sorted(Comparator.comparing(item -> item.payer().toString()))
                        .toList();
        for (Item item : byPayer) {
            String code = codes.get(item.id());
            if (code == null || item.state() != State.DUE && item.state() != State.COLLECTED)
                continue;
            if (item.state() == State.COLLECTED) {
                cashier.reverse(requireNonNull(item.payment()), "refused by the bank: " + code, by);
            }
            fail(item, State.REJECTED, code);
            rejected++;
        }
        UUID kept =
                reports.keep(
                        new StatusReports.Kept(
                                UUID.randomUUID(),
                                name,
                                heading.id(),
                                rejected,
                                null,
                                null,
                                by,
                                clock.instant()),
                        sha256,
                        content,
                        0);
        return new Heard(kept, heading.id(), false, rejected);
    }

    private void fail(Item item, State state, String code) {
        ReturnCode action = ReturnCode.of(code);
        LocalDate retryOn =
                action == ReturnCode.RETRY
                        ? today().plusDays(settings.retryAfter().toDays())
                        : null;
        runs.fail(item.id(), state, code, action, retryOn, clock.instant());
        if (action == ReturnCode.SUSPEND) signing.suspend(item.mandate(), code);
        mailing.tell(
                new Mailing.Told(
                        org.coopmesh.billing.mail.Notice.COLLECTION_FAILED,
                        item.id(),
                        item.payer()));
    }

    private static byte[] sha256(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (NoSuchAlgorithmException never) {
            throw new IllegalStateException(never);
        }
    }

    /**
     * A run as a bank's statement may name it.
     *
     * @param messageId with which its batches' names begin
     * @param open what of it the bank has not told yet
     */
    public record Awaited(UUID run, String messageId, LocalDate collectOn, Money open) {}

    /** Runs that the bank may tell of on its statements, the latest first. */
    public List<Awaited> awaited() {
        LocalDate since = today().minus(RETURNED_AFTER_MAX);
        Coop coop = register.coop();
        List<Runs.Named> named = runs.inFilesSince(since, RUNS_NAMED_MAX);
        if (named.isEmpty()) return List.of();
        Map<AccountId, Money> open =
                ledger.balances(
                        named.stream().map(each -> AccountId.directDebit(each.run())).toList(),
                        coop.currency());
        return named.stream()
                .map(each ->
                        new Awaited(
                                each.run(),
                                each.messageId(),
                                each.collectOn(),
                                requireNonNull(open.get(AccountId.directDebit(each.run())))))
                .toList();
    }

    /**
     * One collection as a bank's statement may name it.
     *
     * @param standing whether it counts as collected, so that it can come back
     */
    public record Debit(
            UUID item,
            UUID run,
            PayerId payer,
            String number,
            String endToEndId,
            String mandateReference,
            Money amount,
            LocalDate collectOn,
            boolean standing) {}

    /** The collections with these end-to-end ids. */
    public List<Debit> named(Collection<String> endToEndIds) {
        return endToEndIds.isEmpty()
                ? List.of()
                : runs.inFiles(endToEndIds).stream()
                        .sorted(Comparator.comparing(each -> each.item().endToEndId()))
                        .map(each ->
                                new Debit(
                                        each.item().id(),
                                        each.run(),
                                        each.item().payer(),
                                        each.item().number(),
                                        each.item().endToEndId(),
                                        each.item().mandateReference(),
                                        each.item().amount(),
                                        each.collectOn(),
                                        each.item().state() == State.COLLECTED))
                        .toList();
    }

    /** Whose these collections are. */
    public Set<PayerId> payersOf(Collection<UUID> items) {
        return items.isEmpty() ? Set.of() : runs.payersOf(items);
    }

    /**
     * Writes down that {@code amount} of a run is at the bank.
     *
     * @throws DirectDebitRefused if so much of it is not awaited
     */
    @Transactional
    public TransactionId credited(UUID run, Money amount, LocalDate on) {
        runs.lock();
        Heading heading = find(run).heading();
        AccountId clearing = AccountId.directDebit(run);
        if (!amount.isPositive() || amount.exceeds(ledger.balance(clearing, amount.currency()))) {
            throw new DirectDebitRefused(
                    "not-awaited",
                    "so much of run %s is not awaited".formatted(heading.messageId()));
        }
        return ledger.post(
                new Transaction(
                        effective(on),
                        "direct debits " + heading.messageId() + " at the bank",
                        List.of(new Posting(clearing, AccountId.BANK, amount))));
    }

    /** Makes others who touch runs wait until the caller's transaction ends. To be held before any payer's accounts. */
    @Transactional
    public void hold() {
        runs.lock();
    }

    /** Undoes {@link #credited}. */
    @Transactional
    public void uncredited(TransactionId booked) {
        ledger.reverse(booked, "direct debits not at the bank after all");
    }

    /**
     * Writes down that the bank took a collection back, and does what its reason asks for: the invoice is owed again.
     *
     * @param amount all of it
     * @param code the bank's reason, such as {@code AM04}
     * @return the transaction that takes its amount from the bank
     * @throws DirectDebitNotFound if there is none
     * @throws DirectDebitRefused if it does not count as collected
     */
    @Transactional
    public TransactionId returned(UUID id, Money amount, String code, LocalDate on, MemberId by) {
        runs.lock();
        Runs.InRun found =
                runs.item(id).orElseThrow(() -> new DirectDebitNotFound("collection " + id));
        Item item = found.item();
        if (!item.amount().equals(amount)) {
            throw new DirectDebitRefused(
                    "whole-payment",
                    "a direct debit goes back whole: %s of %s".formatted(amount, item.amount()));
        }
        if (item.state() != State.COLLECTED) {
            throw new DirectDebitRefused(
                    "not-collected", item.endToEndId() + " does not count as collected");
        }
        cashier.reverse(requireNonNull(item.payment()), "returned by the bank: " + code, by);
        TransactionId booked =
                ledger.post(
                        new Transaction(
                                effective(on),
                                "direct debit " + item.endToEndId() + " returned, " + code,
                                List.of(
                                        new Posting(
                                                AccountId.BANK,
                                                AccountId.directDebit(found.run()),
                                                item.amount()))));
        fail(item, State.RETURNED, code);
        return booked;
    }

    /**
     * Undoes {@link #returned}: it counts as collected. A mandate that was suspended for it stays so until somebody resumes it.
     *
     * @throws DirectDebitRefused if it was not returned
     */
    @Transactional
    public void unreturned(UUID id, TransactionId booked, MemberId by) {
        runs.lock();
        Runs.InRun found =
                runs.item(id).orElseThrow(() -> new DirectDebitNotFound("collection " + id));
        Item item = found.item();
        if (item.state() != State.RETURNED) {
            throw new DirectDebitRefused("not-returned", item.endToEndId() + " was not returned");
        }
        ledger.reverse(booked, "direct debit " + item.endToEndId() + " not returned after all");
        take(found.run(), found.collectOn(), List.of(item), by);
    }

    private Instant effective(LocalDate on) {
        Coop coop = register.coop();
        Instant now = clock.instant();
        return on.equals(coop.dayAt(now)) ? now : coop.startOf(on);
    }

    /** What payers are to be told by now and nobody has told them yet, the most urgent first. */
    public List<Notice> untold(int limit) {
        return runs.untold(today(), limit);
    }

    /** Queues the notices that are to be told by now, each once; whether they leave is seen at the run. How many it was. */
    public int tellDue() {
        int told = 0;
        int batch;
        do {
            batch = requireNonNull(transaction.execute(status -> tell(untold(NOTICES_BATCH))));
            told += batch;
        } while (batch == NOTICES_BATCH);
        return told;
    }

    private int tell(List<Notice> notices) {
        mailing.tell(
                notices.stream()
                        .map(each ->
                                new Mailing.Told(
                                        org.coopmesh.billing.mail.Notice.COLLECTION,
                                        each.item(),
                                        each.payer()))
                        .toList());
        told(notices.stream().map(Notice::item).toList());
        return notices.size();
    }

    /** Whether a payer was told of a collection before its day. */
    enum Told {
        /** It is not time yet. */
        LATER,
        ON_ITS_WAY,
        SENT,
        /** The notice did not leave: somebody has to tell the payer, or to withdraw the run. */
        NOT_SENT
    }

    /** Whose notices of this run stand how; items that are in no file are left out. */
    Map<UUID, Told> notices(Run run) {
        List<UUID> items =
                run.heading().items().stream()
                        .filter(item -> item.state() != State.LEFT)
                        .map(Item::id)
                        .toList();
        if (!(run instanceof Approved || run instanceof Collected)) {
            return Map.of();
        }
        Set<UUID> queued = runs.told(run.heading().id());
        Map<UUID, Mailing.Standing> standing =
                mailing.standing(org.coopmesh.billing.mail.Notice.COLLECTION, items);
        return items.stream()
                .collect(
                        Collectors.toMap(
                                Function.identity(),
                                item -> told(queued.contains(item), standing.get(item))));
    }

    private static Told told(boolean queued, Mailing.@Nullable Standing standing) {
        if (standing == null) {
            // What was queued and is in no list was turned off by the co-op.
            return queued ? Told.NOT_SENT : Told.LATER;
        }
        return switch (standing) {
            case ON_ITS_WAY -> Told.ON_ITS_WAY;
            case SENT -> Told.SENT;
            case NOT_SENT -> Told.NOT_SENT;
        };
    }

    /** The item, where it is or was in a file. */
    Optional<Runs.InRun> item(UUID id) {
        return runs.item(id);
    }

    /** Writes down that these payers were told; who was told before stays so. */
    @Transactional
    public void told(Collection<UUID> items) {
        runs.told(items, clock.instant());
    }

    /**
     * The run as it stands.
     *
     * @throws DirectDebitNotFound if there is none
     */
    Run find(UUID id) {
        return runs.find(id).orElseThrow(() -> new DirectDebitNotFound("run " + id));
    }

    /** The newest first, those before {@code before}. */
    List<Run> newest(@Nullable UUID before, int limit) {
        return runs.newest(before, limit);
    }

    /**
     * The file of an approved run, the same whenever it is fetched.
     *
     * @throws DirectDebitNotFound if there is none
     */
    String file(UUID run) {
        return runs.file(run).orElseThrow(() -> new DirectDebitNotFound("file of run " + run));
    }

    /** What the bank still owes the co-op of a run. */
    Money open(UUID run) {
        return ledger.balance(AccountId.directDebit(run), register.coop().currency());
    }

    /** The payers' collections, the latest first. */
    List<Runs.InRun> of(Collection<PayerId> payers, int limit) {
        return payers.isEmpty() ? List.of() : runs.of(payers, limit);
    }

    /** Status reports as they were handed in, the newest first. */
    List<StatusReports.Kept> reports(int limit) {
        return reports.newest(limit);
    }

    private LocalDate today() {
        return register.coop().dayAt(clock.instant());
    }
}
