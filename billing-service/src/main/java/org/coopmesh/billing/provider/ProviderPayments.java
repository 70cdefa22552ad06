package org.coopmesh.billing.provider;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
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
import org.coopmesh.billing.subscription.PayerRegister;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/**
 * Has invoices paid through payment providers. A provider is asked how an attempt stands, when a webhook rings, when the payer comes
 * back, and from time to time; the books then follow what it says.
 */
@Service
@EnableConfigurationProperties(ProviderSettings.class)
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
    private final URI root;
    private final Map<Provider, PaymentProvider> adapters = new EnumMap<>(Provider.class);
    private final List<String> pages;
    private Instant forgotAt = Instant.EPOCH;

    ProviderPayments(
            Attempts attempts,
            Invoicing invoicing,
            Cashier cashier,
            Ledger ledger,
            PayerRegister register,
            TransactionTemplate transaction,
            Clock clock,
            ProviderSettings settings,
            JsonMapper json,
            @Value("${coopmesh.public-url}") URI root) {
        this.attempts = attempts;
        this.invoicing = invoicing;
        this.cashier = cashier;
        this.ledger = ledger;
        this.register = register;
        this.transaction = transaction;
        this.clock = clock;
        // Tokens are issued by the public address and /id.
        this.root = root.resolve("/");
        this.pages =
                Stream.concat(
                                Stream.of("https:"),
                                Stream.of(
                                                settings.stripe().url(),
                                                settings.gocardless().url(),
                                                settings.btcpay().url())
                                        .filter(url -> "http".equals(url.getScheme()))
                                        .map(url -> url.resolve("/").toString()))
                        .distinct()
                        .toList();
        if (!settings.stripe().secretKey().isEmpty()) {
            adapters.put(Provider.STRIPE, new StripeAdapter(settings.stripe(), json));
        }
        if (!settings.gocardless().accessToken().isEmpty()) {
            adapters.put(Provider.GOCARDLESS, new GoCardlessAdapter(settings.gocardless(), json));
        }
        if (!settings.btcpay().apiKey().isEmpty()) {
            adapters.put(Provider.BTCPAY, new BtcpayAdapter(settings.btcpay(), json));
        }
    }

    /** Whom the co-op has an account with. */
    public List<Provider> offered() {
        return List.copyOf(adapters.keySet());
    }

    /** Where their pages are, as sources of a Content-Security-Policy: on the web, or on this machine. */
    public List<String> pages() {
        return pages;
    }

    /** Whether money for the invoice is on its way through a provider. */
    public boolean isUnderWay(InvoiceId invoice) {
        return attempts.of(invoice).stream()
                .anyMatch(each -> each.state() == Attempt.State.PROCESSING);
    }

    /** Why an attempt could not begin. */
    public enum NotNow {
        /** The co-op has no account there. */
        NOT_OFFERED,
        /** So many in a day are enough. */
        TOO_MANY,
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
        Attempt attempt = transaction.execute(status -> attempt(invoice, provider));
        if (attempt == null) {
            return new Begun.Not(NotNow.TOO_MANY);
        }
        if (attempt.page() != null) {
            return new Begun.Page(attempt.page());
        }
        try {
            PaymentProvider.Opened opened =
                    adapter.open(attempt, root.resolve(back.replaceFirst("^/+", "")));
            Instant now = clock.instant();
            attempts.hasAnswered(provider, now);
            transaction.executeWithoutResult(status -> {
                Attempt before = attempts.lock(attempt.id());
                if (before.state() == Attempt.State.OPENING) {
                    attempts.update(
                            new Change(before)
                                    .opened(opened)
                                    .asked(now, LookAgain.after(Attempt.State.OPEN, 0)),
                            now);
                }
            });
            return new Begun.Page(opened.page());
        } catch (ProviderAway | ProviderRefused away) {
            log.atWarn()
                    .addKeyValue("provider", provider.code())
                    .addKeyValue("why", away.getMessage())
                    .log("no page to pay on");
            attempts.wasAway(provider, why(away), clock.instant());
            return new Begun.Not(NotNow.AWAY);
        }
    }

    /** The one that still serves, or a new one; null where there were too many. */
    private @Nullable Attempt attempt(Invoice.Owing invoice, Provider provider) {
        Invoice.Heading heading = invoice.heading();
        Instant now = clock.instant();
        attempts.lockInvoice(heading.id());
        Optional<Attempt> before =
                attempts.usable(
                        heading.id(),
                        provider,
                        invoice.open(),
                        now.minus(USABLE.getOrDefault(provider, DAY)));
        if (before.isPresent()) {
            return before.get();
        }
        if (attempts.begunSince(heading.id(), now.minus(DAY)) >= ATTEMPTS_A_DAY) {
            return null;
        }
        Money zero = Money.zero(invoice.open().currency());
        var attempt =
                new Attempt(
                        UUID.randomUUID(),
                        provider,
                        heading.id(),
                        heading.number(),
                        heading.payer(),
                        invoice.open(),
                        Attempt.State.OPENING,
                        null,
                        List.of(),
                        zero,
                        zero,
                        null,
                        null,
                        now,
                        now,
                        null,
                        0,
                        0);
        attempts.insert(attempt);
        return attempt;
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
                attempts.ring(
                        provider, ring.references().stream().limit(REFERENCES_MAX).toList(), heard);
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

    /** What of the attempt's amount the invoice still lacks. */
    private Money owed(Attempt attempt) {
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
        attempts.update(change.asked(now, LookAgain.next(before, seen, now)), now);
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

    private static String why(RuntimeException failed) {
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
                    rings);
        }
    }
}
