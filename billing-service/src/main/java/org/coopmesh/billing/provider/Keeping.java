package org.coopmesh.billing.provider;

import static java.util.Objects.requireNonNull;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.provider.ProviderPayments.Begun;
import org.coopmesh.billing.provider.ProviderPayments.NotNow;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/** Has payers give providers a card or a mandate to keep, and take it back. What they give is seen by asking the provider. */
@Service
public class Keeping {
    /** How many pages a payer is given in a day. */
    static final int PAGES_A_DAY = 20;

    /** How many are listed; more a payer does not need. */
    private static final int LISTED_MAX = 50;

    private static final Logger log = LoggerFactory.getLogger(Keeping.class);
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration OPEN_FOR = Duration.ofDays(4);
    private static final Duration FORGOTTEN_WITHIN = Duration.ofDays(30);
    private static final Duration LEASE = Duration.ofMinutes(2);
    private static final int BATCH = 20;

    private final Savings savings;
    private final Attempts attempts;
    private final Adapters adapters;
    private final PayerRegister register;
    private final TransactionTemplate transaction;
    private final Clock clock;

    Keeping(
            Savings savings,
            Attempts attempts,
            Adapters adapters,
            PayerRegister register,
            TransactionTemplate transaction,
            Clock clock) {
        this.savings = savings;
        this.attempts = attempts;
        this.adapters = adapters;
        this.register = register;
        this.transaction = transaction;
        this.clock = clock;
    }

    /** Who can keep what a payer pays with. */
    public List<Provider> offered() {
        return adapters.saving();
    }

    /** What of these payers can be charged, the newest first. */
    public List<Saving> saved(Collection<PayerId> payers) {
        return payers.isEmpty() ? List.of() : savings.saved(payers, LISTED_MAX);
    }

    public Optional<Saving> find(UUID id) {
        return savings.find(id);
    }

    /**
     * Gives a page on which the payer gives something to be kept.
     *
     * @param back path where the payer comes back to, below the co-op's own address
     */
    public Begun begin(PayerId payer, Provider provider, String back, MemberId by) {
        Optional<SavingProvider> adapter = adapters.saving(provider);
        if (adapter.isEmpty()) {
            return new Begun.Not(NotNow.NOT_OFFERED);
        }
        Instant now = clock.instant();
        if (savings.begunSince(payer, now.minus(DAY)) >= PAGES_A_DAY) {
            return new Begun.Not(NotNow.TOO_MANY);
        }
        var saving =
                new Saving(
                        UUID.randomUUID(),
                        provider,
                        payer,
                        Saving.State.OPENING,
                        null,
                        null,
                        null,
                        null,
                        null,
                        by,
                        now,
                        null,
                        null,
                        null,
                        0,
                        null);
        savings.insert(saving);
        try {
            PaymentProvider.Opened opened =
                    adapter.get().save(saving, register.coop().currency(), adapters.own(back));
            attempts.hasAnswered(provider, now);
            var change = new Change(saving);
            change.state = Saving.State.OPEN;
            change.opened = opened;
            savings.update(change.next(now.plus(LookAgain.after(Attempt.State.OPEN, 0))));
            return new Begun.Page(opened.page());
        } catch (ProviderAway | ProviderRefused away) {
            log.atWarn()
                    .addKeyValue("provider", provider.code())
                    .addKeyValue("why", away.getMessage())
                    .log("no page to give something to be kept");
            attempts.wasAway(provider, ProviderPayments.why(away), clock.instant());
            return new Begun.Not(NotNow.AWAY);
        }
    }

    /** Payers may have come back from a provider's page: what they gave is asked about at once. */
    public void cameBack(Collection<PayerId> payers) {
        if (!payers.isEmpty()) {
            savings.ring(payers, clock.instant());
        }
    }

    /** Takes it back: from now on nothing is charged by it, and its provider is told to let go of it. */
    @Transactional
    public void end(UUID id) {
        Saving before = savings.lock(id).orElseThrow();
        if (before.state() != Saving.State.SAVED) {
            return;
        }
        var change = new Change(before);
        change.state = Saving.State.ENDED;
        change.endedAt = clock.instant();
        savings.update(change.next(clock.instant()));
    }

    /** Asks about what is due. */
    @Scheduled(fixedDelayString = "${coopmesh.provider.check-interval:PT2S}")
    void check() {
        if (adapters.saving().isEmpty()) {
            return;
        }
        List<Saving> due;
        do {
            due = savings.lease(clock.instant(), LEASE, BATCH);
            due.forEach(this::look);
        } while (due.size() == BATCH);
    }

    private void look(Saving leased) {
        Optional<SavingProvider> adapter = adapters.saving(leased.provider());
        if (adapter.isEmpty()) {
            follow(leased, null);
            return;
        }
        try {
            if (leased.state() == Saving.State.OPEN) {
                follow(leased, adapter.get().kept(leased));
            } else {
                adapter.get().forget(leased);
                forgotten(leased);
            }
        } catch (ProviderAway away) {
            attempts.wasAway(leased.provider(), ProviderPayments.why(away), clock.instant());
            follow(leased, null);
        } catch (RuntimeException failed) {
            log.atWarn()
                    .setCause(failed)
                    .addKeyValue("savingId", leased.id())
                    .log("saving not followed");
            follow(leased, null);
        }
    }

    /** @param kept null where nothing was learned */
    private void follow(Saving leased, SavingProvider.@Nullable Kept kept) {
        transaction.executeWithoutResult(status -> {
            Saving before = savings.lock(leased.id()).orElseThrow();
            if (before.state() != leased.state()) {
                return;
            }
            Instant now = clock.instant();
            var change = new Change(before);
            if (before.state() == Saving.State.ENDED) {
                boolean enough =
                        requireNonNull(before.endedAt()).plus(FORGOTTEN_WITHIN).isBefore(now);
                savings.update(
                        change.next(
                                enough
                                        ? null
                                        : now.plus(
                                                LookAgain.after(
                                                        Attempt.State.PROCESSING,
                                                        before.looks()))));
                return;
            }
            Instant next = now.plus(LookAgain.after(Attempt.State.OPEN, before.looks()));
            if (kept != null && kept.method() != null) {
                change.kept = kept;
                change.state = Saving.State.SAVED;
                change.savedAt = now;
                next = null;
            } else if (kept != null && kept.over()
                    || before.begunAt().plus(OPEN_FOR).isBefore(now)) {
                change.state = Saving.State.EXPIRED;
                next = null;
            }
            savings.update(change.next(next));
        });
    }

    private void forgotten(Saving leased) {
        transaction.executeWithoutResult(status -> {
            var change = new Change(savings.lock(leased.id()).orElseThrow());
            change.forgottenAt = clock.instant();
            savings.update(change.next(null));
        });
    }

    /** A saving as it becomes. */
    private static final class Change {
        private final Saving before;
        private Saving.State state;
        private PaymentProvider.@Nullable Opened opened;
        private SavingProvider.@Nullable Kept kept;
        private @Nullable Instant savedAt;
        private @Nullable Instant endedAt;
        private @Nullable Instant forgottenAt;

        Change(Saving before) {
            this.before = before;
            this.state = before.state();
            this.savedAt = before.savedAt();
            this.endedAt = before.endedAt();
            this.forgottenAt = before.forgottenAt();
        }

        Saving next(@Nullable Instant lookAt) {
            return new Saving(
                    before.id(),
                    before.provider(),
                    before.payer(),
                    state,
                    opened == null ? before.page() : opened.page(),
                    opened == null ? before.reference() : opened.reference(),
                    kept == null ? before.customer() : kept.customer(),
                    kept == null ? before.method() : kept.method(),
                    kept == null ? before.label() : kept.label(),
                    before.by(),
                    before.begunAt(),
                    savedAt,
                    endedAt,
                    forgottenAt,
                    before.looks() + 1,
                    lookAt);
        }
    }
}
