package org.coopmesh.billing.provider;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.coopmesh.billing.invoice.Invoice;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.Posting;
import org.coopmesh.billing.ledger.Transaction;
import org.coopmesh.billing.payment.Cashier;
import org.coopmesh.billing.payment.Payment;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Has invoices paid through payment providers. A provider is asked how an attempt stands, when a webhook rings, when the payer comes
 * back, and from time to time; the books then follow what it says.
 */
@Service
public class ProviderPayments {
    /** How many attempts one invoice takes in a day. */
    static final int ATTEMPTS_A_DAY = 20;

    /** How long webhooks are remembered, so that a repetition is known; providers repeat for days. */
    static final Duration WEBHOOKS_KEPT = Duration.ofDays(90);

    private static final Logger log = LoggerFactory.getLogger(ProviderPayments.class);
    private static final Duration DAY = Duration.ofDays(1);

    /** A page is used again while it lasts well beyond the payer's typing; providers keep theirs for a day, BTCPay for less. */
    private static final Map<Provider, Duration> USABLE =
            Map.of(
                    Provider.STRIPE,
                    Duration.ofHours(20),
                    Provider.GOCARDLESS,
                    Duration.ofHours(20),
                    Provider.BTCPAY,
                    Duration.ofMinutes(10));

    /** So long a charge may be asked for; after that keys of repetitions may be forgotten, and it is dropped. */
    private static final Duration CHARGED_WITHIN = Duration.ofHours(12);

    /** Nobody waits longer for a provider's answer. */
    private static final Duration ASKING_MAX = Duration.ofMinutes(2);

    private static final String NOT_WANTED = "not wanted any more";
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final Duration LEASE = Duration.ofMinutes(2);
    private static final Duration FORGET_EVERY = Duration.ofHours(1);
    private static final Duration HEARD_NOTED_EVERY = Duration.ofSeconds(10);
    private static final Duration REFUSALS_NOTED_EVERY = Duration.ofMinutes(1);
    private static final int BATCH = 20;
    private static final int REFERENCES_MAX = 20;
    private static final int WHY_CHARS_MAX = 300;
    private static final int WHAT_CHARS_MAX = 200;

    private final Attempts attempts;
    private final Invoicing invoicing;
    private final Cashier cashier;
    private final Ledger ledger;
    private final PayerRegister register;
    private final TransactionTemplate transaction;
    private final Clock clock;
    private final Adapters adapters;
    private final Savings savings;
    private Instant forgotAt = Instant.EPOCH;

    ProviderPayments(
            Attempts attempts,
            Savings savings,
            Adapters adapters,
            Invoicing invoicing,
            Cashier cashier,
            Ledger ledger,
            PayerRegister register,
            TransactionTemplate transaction,
            Clock clock) {
        this.attempts = attempts;
        this.savings = savings;
        this.adapters = adapters;
        this.invoicing = invoicing;
        this.cashier = cashier;
        this.ledger = ledger;
        this.register = register;
        this.transaction = transaction;
        this.clock = clock;
    }

    /** Whom the co-op has an account with. */
    public List<Provider> offered() {
        return adapters.offered();
    }

    /** Where their pages are, as sources of a Content-Security-Policy: on the web, or on this machine. */
    public List<String> pages() {
        return adapters.pages();
    }

    /** Whether money for the invoice is on its way through a provider. */
    public boolean isUnderWay(InvoiceId invoice) {
        return attempts.of(invoice).stream()
                .anyMatch(each -> each.state() == Attempt.State.PROCESSING || isBeingCharged(each));
    }

    private static boolean isBeingCharged(Attempt attempt) {
        return attempt.saving() != null
                && (attempt.state() == Attempt.State.OPENING
                        || attempt.state() == Attempt.State.OPEN);
    }

    /** Why an attempt could not begin. */
    public enum NotNow {
        /** The co-op has no account there. */
        NOT_OFFERED,
        /** So many in a day are enough. */
        TOO_MANY,
        /** What the payer saved is being charged for it. */
        UNDER_WAY,
        /** The provider does not answer, or would not. */
        AWAY
    }

    /** A page to pay on, or none. */
    public sealed interface Begun {
        record Page(URI page) implements Begun {}

        record Not(NotNow why) implements Begun {}
    }

    /**
     * Gives a page on which what is open on the invoice is paid; the one of before, where it still serves.
     *
     * @param back path where the payer comes back to, below the co-op's own address
     */
    public Begun begin(Invoice.Owing invoice, Provider provider, String back) {
        PaymentProvider adapter = adapters.get(provider);
        if (adapter == null) {
            return new Begun.Not(NotNow.NOT_OFFERED);
        }
        Started started = requireNonNull(transaction.execute(status -> start(invoice, provider)));
        if (!(started instanceof Started.Attempted(Attempt attempt))) {
            return new Begun.Not(((Started.Not) started).why());
        }
        if (attempt.page() != null) {
            return new Begun.Page(attempt.page());
        }
        try {
            PaymentProvider.Opened opened = adapter.open(attempt, adapters.own(back));
            Instant now = clock.instant();
            attempts.hasAnswered(provider, now);
            boolean serves =
                    Boolean.TRUE.equals(
                            transaction.execute(status -> {
                                Attempt before = attempts.lock(attempt.id());
                                if (before.state() == Attempt.State.OPENING) {
                                    attempts.update(
                                            new Change(before)
                                                    .opened(opened)
                                                    .asked(
                                                            now,
                                                            LookAgain.after(Attempt.State.OPEN, 0)),
                                            now);
                                }
                                return before.state() != Attempt.State.EXPIRED;
                            }));
            return serves ? new Begun.Page(opened.page()) : new Begun.Not(NotNow.UNDER_WAY);
        } catch (ProviderAway | ProviderRefused away) {
            log.atWarn()
                    .addKeyValue("provider", provider.code())
                    .addKeyValue("why", away.getMessage())
                    .log("no page to pay on");
            attempts.wasAway(provider, why(away), clock.instant());
            return new Begun.Not(NotNow.AWAY);
        }
    }

    private sealed interface Started {
        record Attempted(Attempt attempt) implements Started {}

        record Not(NotNow why) implements Started {}
    }

    /** The one that still serves, or a new one. */
    private Started start(Invoice.Owing invoice, Provider provider) {
        Invoice.Heading heading = invoice.heading();
        Instant now = clock.instant();
        attempts.lockInvoice(heading.id());
        if (attempts.of(heading.id()).stream().anyMatch(ProviderPayments::isBeingCharged)) {
            return new Started.Not(NotNow.UNDER_WAY);
        }
        Optional<Attempt> before =
                attempts.usable(
                        heading.id(),
                        provider,
                        invoice.open(),
                        now.minus(USABLE.getOrDefault(provider, DAY)));
        if (before.isPresent()) {
            return new Started.Attempted(before.get());
        }
        if (attempts.begunSince(heading.id(), now.minus(DAY)) >= ATTEMPTS_A_DAY) {
            return new Started.Not(NotNow.TOO_MANY);
        }
        Attempt attempt =
                fresh(
                        UUID.randomUUID(),
                        provider,
                        heading.id(),
                        heading.number(),
                        heading.payer(),
                        invoice.open(),
                        null);
        attempts.insert(attempt);
        return new Started.Attempted(attempt);
    }

    private Attempt fresh(
            UUID id,
            Provider provider,
            @Nullable InvoiceId invoice,
            String number,
            PayerId payer,
            Money amount,
            @Nullable UUID saving) {
        Money zero = Money.zero(amount.currency());
        Instant now = clock.instant();
        return new Attempt(
                id,
                provider,
                invoice,
                number,
                payer,
                amount,
                Attempt.State.OPENING,
                null,
                List.of(),
                zero,
                zero,
                null,
                null,
                now,
                now,
                saving == null ? null : now,
                0,
                0,
                saving,
                false,
                null);
    }

    /**
     * What is to be charged without the payer.
     *
     * @param id of the attempt; charged once for each
     * @param invoice null to fill the wallet
     * @param number of the invoice, or what it is instead
     */
    public record Charge(
            UUID id,
            UUID saving,
            @Nullable InvoiceId invoice,
            String number,
            PayerId payer,
            Money amount) {}

    /**
     * Has what the payer saved charged soon, unless the invoice is paid or somebody takes it back before.
     *
     * @return false where the payer is just paying on a page; the page is closed, and it can be asked for again a little later
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public boolean charge(Charge charge) {
        Saving saving = savings.find(charge.saving()).orElseThrow();
        Instant now = clock.instant();
        if (charge.invoice() != null) {
            attempts.lockInvoice(charge.invoice());
            boolean free = true;
            for (Attempt each : attempts.of(charge.invoice())) {
                switch (each.state()) {
                    case OPENING -> {
                        // Whoever asked for the page has it, or never will, after so long.
                        boolean lost =
                                each.saving() == null
                                        && each.createdAt().plus(ASKING_MAX).isBefore(now);
                        if (lost) attempts.expire(each.id(), now);
                        free &= lost;
                    }
                    case OPEN -> {
                        if (each.saving() == null) attempts.close(List.of(each.id()), now);
                        free = false;
                    }
                    case PROCESSING -> free = false;
                    case SUCCEEDED, FAILED, EXPIRED -> {}
                }
            }
            if (!free) {
                return false;
            }
        }
        attempts.insert(
                fresh(
                        charge.id(),
                        saving.provider(),
                        charge.invoice(),
                        charge.number(),
                        charge.payer(),
                        charge.amount(),
                        saving.id()));
        return true;
    }

    /** Has these charges not made that were not made yet. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void takeBack(Collection<UUID> charges) {
        attempts.close(charges, clock.instant());
    }

    /** What came of a charge that is over. */
    public sealed interface Outcome {
        /** The provider has the money. */
        record Taken() implements Outcome {}

        /** Nobody was charged, and nobody was asked: it was not wanted any more. */
        record Dropped(String why) implements Outcome {}

        record Declined(Decline decline, String why) implements Outcome {}
    }

    /** What came of these charges; those that are not over are left out. */
    public Map<UUID, Outcome> outcomes(Collection<UUID> charges) {
        var outcomes = new HashMap<UUID, Outcome>();
        for (Attempt each : charges.isEmpty() ? List.<Attempt>of() : attempts.find(charges)) {
            String why = each.why() == null ? "no reason told" : each.why();
            switch (each.state()) {
                case OPENING, OPEN, PROCESSING -> {}
                case SUCCEEDED -> outcomes.put(each.id(), new Outcome.Taken());
                case EXPIRED -> outcomes.put(each.id(), new Outcome.Dropped(why));
                case FAILED ->
                        outcomes.put(
                                each.id(),
                                new Outcome.Declined(
                                        // Without a reason it was taken, and went back.
                                        each.decline() == null ? Decline.PAYER : each.decline(),
                                        why));
            }
        }
        return outcomes;
    }

    /** A payer came back from a provider's page: what is open on the invoice is asked about at once. */
    public void cameBack(InvoiceId invoice) {
        attempts.ring(invoice, clock.instant());
    }

    /**
     * Takes a webhook in: its sender is checked, and what it is about is asked about soon. However often it comes, nothing else
     * happens.
     *
     * @param now the machine's time
     * @throws WebhookRefused if it is not from the provider, too old or not readable
     */
    void hear(Provider provider, byte[] body, UnaryOperator<@Nullable String> header, Instant now) {
        PaymentProvider adapter = adapters.get(provider);
        if (adapter == null) {
            throw new WebhookRefused("provider", provider.code() + " is not set up here");
        }
        PaymentProvider.Ring ring;
        try {
            ring = adapter.read(body, header, now);
            if (ring.event().isEmpty()) {
                throw new WebhookRefused("event", "the event has no number");
            }
        } catch (WebhookRefused refused) {
            attempts.wasRefused(provider, why(refused), REFUSALS_NOTED_EVERY, clock.instant());
            throw refused;
        }
        transaction.executeWithoutResult(status -> {
            Instant heard = clock.instant();
            attempts.wasHeard(provider, HEARD_NOTED_EVERY, heard);
            if (attempts.heard(provider, ring, WHAT_CHARS_MAX, heard)) {
                List<String> about = ring.references().stream().limit(REFERENCES_MAX).toList();
                attempts.ring(provider, about, heard);
                savings.ring(provider, about, heard);
            }
        });
    }

    /** Asks about what is due; what a provider that is away is asked about waits. */
    @Scheduled(fixedDelayString = "${coopmesh.provider.check-interval:PT2S}")
    void check() {
        if (adapters.isEmpty()) {
            return;
        }
        List<Attempt> due;
        do {
            due = attempts.lease(clock.instant(), LEASE, BATCH);
            due.forEach(this::look);
        } while (due.size() == BATCH);
        if (clock.instant().isAfter(forgotAt.plus(FORGET_EVERY))) {
            forgotAt = clock.instant();
            attempts.forgetWebhooks(forgotAt.minus(WEBHOOKS_KEPT));
        }
    }

    private void look(Attempt leased) {
        PaymentProvider adapter = adapters.get(leased.provider());
        if (adapter == null) {
            put(leased.id(), leased.rings(), "no account with " + leased.provider().code());
            return;
        }
        try {
            if (leased.saving() != null && adapter instanceof SavingProvider charging) {
                charge(charging, leased);
                return;
            }
            if (leased.closing()
                    && leased.state() == Attempt.State.OPEN
                    && adapter instanceof SavingProvider closing) {
                closing.close(leased);
            }
            Seen seen = adapter.look(leased, owed(leased));
            attempts.hasAnswered(leased.provider(), clock.instant());
            transaction.executeWithoutResult(status -> follow(leased, seen));
        } catch (ProviderAway away) {
            attempts.wasAway(leased.provider(), why(away), clock.instant());
            put(leased.id(), leased.rings(), null);
        } catch (RuntimeException failed) {
            log.atWarn()
                    .setCause(failed)
                    .addKeyValue("attemptId", leased.id())
                    .log("attempt not followed");
            put(leased.id(), leased.rings(), why(failed));
        }
    }

    /**
     * Makes a charge, a step at a time: whoever dies between two leaves the next one to others. Before each it is looked whether it is
     * still wanted.
     */
    private void charge(SavingProvider adapter, Attempt leased) {
        Attempt attempt = leased;
        Seen refused = null;
        if (attempt.state() == Attempt.State.OPENING) {
            if (!isWanted(attempt) || !isInTime(attempt)) {
                Seen dropped = Seen.without(attempt, Attempt.State.EXPIRED, NOT_WANTED);
                transaction.executeWithoutResult(status -> follow(leased, dropped));
                return;
            }
            Saving saving = savings.find(requireNonNull(attempt.saving())).orElseThrow();
            try {
                String reference = adapter.prepare(attempt, saving);
                attempt =
                        requireNonNull(transaction.execute(status -> prepared(leased, reference)));
            } catch (ProviderRefused no) {
                unlessOurFault(no);
                Seen declined = Seen.declined(leased, Decline.FINAL, why(no));
                transaction.executeWithoutResult(status -> follow(leased, declined));
                return;
            }
        }
        if (attempt.state() == Attempt.State.OPEN || attempt.state() == Attempt.State.PROCESSING) {
            if (!isWanted(attempt)) {
                adapter.close(attempt);
                refused = Seen.without(attempt, Attempt.State.EXPIRED, NOT_WANTED);
            } else if (attempt.state() == Attempt.State.OPEN && !isInTime(attempt)) {
                refused = Seen.without(attempt, Attempt.State.EXPIRED, NOT_WANTED);
            } else if (attempt.state() == Attempt.State.OPEN) {
                try {
                    adapter.charge(attempt);
                } catch (ProviderRefused no) {
                    unlessOurFault(no);
                    refused = Seen.declined(attempt, Decline.FINAL, why(no));
                }
            }
        }
        Seen seen = adapter.look(attempt, attempt.amount());
        attempts.hasAnswered(attempt.provider(), clock.instant());
        Seen known = seen;
        if (seen.state() == Attempt.State.OPEN) {
            if (refused != null) {
                known = refused.with(seen.references());
            } else if (attempt.state() == Attempt.State.FAILED
                    || attempt.state() == Attempt.State.EXPIRED) {
                // What was prepared and never made stays over.
                known = Seen.still(attempt);
            }
        }
        Attempt asked = attempt;
        Seen learned = known;
        transaction.executeWithoutResult(status -> follow(asked, learned));
    }

    private Attempt prepared(Attempt leased, String reference) {
        Attempt before = attempts.lock(leased.id());
        if (before.state() != Attempt.State.OPENING) {
            return before;
        }
        Instant now = clock.instant();
        Attempt after = new Change(before).prepared(reference).asked(now, LEASE);
        attempts.update(after, now);
        return after;
    }

    /** A key of the co-op that does not fit says nothing about the payer's card. */
    private static void unlessOurFault(ProviderRefused no) {
        if (no.status() == UNAUTHORIZED || no.status() == FORBIDDEN) {
            throw no;
        }
    }

    /** Whether it is still to be charged: nobody took it back, and nobody paid otherwise. */
    private boolean isWanted(Attempt attempt) {
        Attempt now = attempts.find(attempt.id()).orElseThrow();
        boolean saved =
                savings.find(requireNonNull(now.saving()))
                        .filter(saving -> saving.state() == Saving.State.SAVED)
                        .isPresent();
        return saved
                && !now.closing()
                && (now.invoice() == null || !now.amount().exceeds(owed(now)));
    }

    /** Whether keys of repetitions surely hold still. */
    private boolean isInTime(Attempt attempt) {
        return clock.instant().isBefore(attempt.createdAt().plus(CHARGED_WITHIN));
    }

    /** What of the attempt's amount the invoice still lacks. */
    private Money owed(Attempt attempt) {
        if (attempt.invoice() == null) {
            return attempt.amount();
        }
        Invoice invoice = invoicing.find(attempt.invoice());
        return invoice instanceof Invoice.Owing owing
                ? owing.open().min(attempt.amount())
                : Money.zero(attempt.amount().currency());
    }

    /** Nothing was learned: it is asked again, later each time. */
    private void put(UUID id, long rings, @Nullable String why) {
        transaction.executeWithoutResult(status -> {
            Attempt before = attempts.lock(id);
            Instant now = clock.instant();
            attempts.update(
                    new Change(before)
                            .rings(rings)
                            .why(why == null ? before.why() : why)
                            .asked(now, LookAgain.afterFailure(before, now)),
                    now);
        });
    }

    /** Brings the books to what the provider says: the payment of before is reversed, the one of now is taken. */
    private void follow(Attempt leased, Seen seen) {
        Attempt before = attempts.lock(leased.id());
        if (before.looks() != leased.looks() && before.rings() == leased.rings()) {
            // The lease ran out and somebody else has learned more since.
            return;
        }
        Instant now = clock.instant();
        var change = new Change(before).rings(leased.rings()).seen(seen, now);
        if (!seen.received().equals(before.received())) {
            if (before.payment() != null) {
                takeBack(before, seen);
            }
            change.payment(seen.received().isPositive() ? take(before, seen, now) : null);
        }
        Money kept = seen.fee().minus(before.fee());
        if (!kept.isZero()) {
            ledger.post(
                    new Transaction(
                            now,
                            "kept by " + before.provider().code() + " of attempt " + before.id(),
                            List.of(
                                    Posting.signed(
                                            before.provider().clearing(),
                                            AccountId.BANK_CHARGES,
                                            kept))));
        }
        boolean known = !change.references.isEmpty();
        attempts.update(change.asked(now, known ? LookAgain.next(before, seen, now) : null), now);
    }

    private void takeBack(Attempt before, Seen seen) {
        UUID payment = requireNonNull(before.payment());
        boolean stands =
                cashier.find(List.of(payment)).stream().allMatch(each -> each.reversal() == null);
        if (stands) {
            String why = seen.why() == null ? "changed" : seen.why();
            cashier.reverse(payment, before.provider().code() + ": " + why, null);
        }
    }

    private UUID take(Attempt before, Seen seen, Instant now) {
        LocalDate today = register.coop().dayAt(now);
        LocalDate taken = seen.takenAt() == null ? today : register.coop().dayAt(seen.takenAt());
        Payment payment =
                cashier.take(
                                before.payer(),
                                before.invoice(),
                                seen.received(),
                                before.provider().method(),
                                before.provider().clearing(),
                                taken.isAfter(today) ? today : taken,
                                before.reference(),
                                seen.why(),
                                null)
                        .payment();
        return payment.id();
    }

    /**
     * Gives money back that was taken; the books follow when the provider says that it did.
     *
     * @param key however often it is asked under one, it is given once
     * @throws AttemptNotFound if there is none
     * @throws RefundTooLarge if less was taken
     * @throws ProviderAway if the provider does not answer
     * @throws ProviderRefused if it does not want to
     */
    void refund(UUID id, Money amount, String key) {
        Attempt attempt = attempts.find(id).orElseThrow(() -> new AttemptNotFound(id));
        PaymentProvider adapter = adapters.get(attempt.provider());
        if (adapter == null) {
            throw new ProviderAway(attempt.provider(), "the co-op has no account there");
        }
        if (amount.exceeds(attempt.received())) {
            throw new RefundTooLarge(attempt.received());
        }
        adapter.refund(attempt, amount, key);
        attempts.ring(id, clock.instant());
    }

    /** Has the provider asked at once. */
    void lookNow(UUID id) {
        attempts.ring(
                attempts.find(id).orElseThrow(() -> new AttemptNotFound(id)).id(), clock.instant());
    }

    List<Attempt> list(
            @Nullable Provider provider,
            Attempt.@Nullable State state,
            @Nullable UUID before,
            int limit) {
        return attempts.list(provider, state, before, limit);
    }

    Attempts.Health health(Provider provider) {
        return attempts.health(provider);
    }

    static String why(RuntimeException failed) {
        String told = String.valueOf(failed.getMessage());
        return told.substring(0, Math.min(told.length(), WHY_CHARS_MAX));
    }

    /** An attempt as it becomes. */
    private static final class Change {
        private final Attempt before;
        private Attempt.State state;
        private @Nullable URI page;
        private List<String> references;
        private Money received;
        private Money fee;
        private @Nullable UUID payment;
        private @Nullable String why;
        private Instant changedAt;
        private long rings;
        private @Nullable Decline decline;

        Change(Attempt before) {
            this.before = before;
            this.state = before.state();
            this.page = before.page();
            this.references = before.references();
            this.received = before.received();
            this.fee = before.fee();
            this.payment = before.payment();
            this.why = before.why();
            this.changedAt = before.changedAt();
            this.rings = before.rings();
            this.decline = before.decline();
        }

        Change prepared(String reference) {
            state = Attempt.State.OPEN;
            references = List.of(reference);
            return this;
        }

        Change opened(PaymentProvider.Opened opened) {
            state = Attempt.State.OPEN;
            page = opened.page();
            references = List.of(opened.reference());
            return this;
        }

        Change seen(Seen seen, Instant now) {
            if (state != seen.state() || !received.equals(seen.received())) changedAt = now;
            state = seen.state();
            received = seen.received();
            fee = seen.fee();
            why = seen.why();
            decline = seen.decline();
            var all = new LinkedHashSet<>(before.references());
            all.addAll(seen.references());
            references =
                    List.copyOf(
                            new ArrayList<>(all).subList(0, Math.min(all.size(), REFERENCES_MAX)));
            return this;
        }

        Change payment(@Nullable UUID booked) {
            payment = booked;
            return this;
        }

        Change why(@Nullable String told) {
            why = told;
            return this;
        }

        Change rings(long heard) {
            rings = heard;
            return this;
        }

        Attempt asked(Instant now, @Nullable Duration again) {
            return new Attempt(
                    before.id(),
                    before.provider(),
                    before.invoice(),
                    before.number(),
                    before.payer(),
                    before.amount(),
                    state,
                    page,
                    references,
                    received,
                    fee,
                    payment,
                    why,
                    before.createdAt(),
                    changedAt,
                    again == null ? null : now.plus(again),
                    before.looks() + 1,
                    rings,
                    before.saving(),
                    before.closing(),
                    decline);
        }
    }
}
