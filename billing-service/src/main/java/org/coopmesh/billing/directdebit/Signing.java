package org.coopmesh.billing.directdebit;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.coopmesh.billing.directdebit.Mandate.Active;
import org.coopmesh.billing.directdebit.Mandate.End;
import org.coopmesh.billing.directdebit.Mandate.Suspended;
import org.coopmesh.billing.directdebit.Mandate.Terms;
import org.coopmesh.billing.mail.Mailing;
import org.coopmesh.billing.mail.Notice;
import org.coopmesh.billing.party.PartyRegister;
import org.coopmesh.billing.party.Seller;
import org.coopmesh.billing.subscription.Coop;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Mandates from the signature to their end. */
@Service
class Signing {
    /** What the scheme says unless both sides agree on less. */
    static final int NOTICE_DAYS_MAX = 14;

    private static final int NUMBER_SHOWN = 12;
    private static final int UNUSED_BATCH = 500;

    private final Mandates mandates;
    private final PartyRegister parties;
    private final Mailing mailing;
    private final PayerRegister register;
    private final Clock clock;

    Signing(
            Mandates mandates,
            PartyRegister parties,
            Mailing mailing,
            PayerRegister register,
            Clock clock) {
        this.mandates = mandates;
        this.parties = parties;
        this.mailing = mailing;
        this.register = register;
        this.clock = clock;
    }

    /** Who collects, as mandates name it; nothing before it was said who the co-op is, its account and its identifier. */
    java.util.Optional<Seller> creditor() {
        return parties.seller()
                .filter(seller -> seller.iban() != null && seller.creditorId() != null);
    }

    /**
     * Signs a mandate for the payer.
     *
     * @param once for a single collection
     * @throws DirectDebitRefused if the payer has one, or the co-op cannot collect
     */
    @Transactional
    Active sign(PayerId payer, Debtor debtor, boolean once, int noticeDays, MemberId by) {
        Coop coop = register.coop();
        if (!coop.currency().getCurrencyCode().equals("EUR")) {
            throw new DirectDebitRefused("not-sepa", "SEPA direct debits are in euros");
        }
        Seller seller =
                creditor()
                        .orElseThrow(() ->
                                new DirectDebitRefused(
                                        "creditor-unknown",
                                        "the co-op has no account or no creditor identifier yet"));
        if (mandates.of(List.of(payer), Integer.MAX_VALUE).stream()
                .anyMatch(each -> !(each instanceof Mandate.Ended))) {
            throw new DirectDebitRefused(
                    "mandate-exists", "there is a mandate: change or revoke it");
        }
        Instant now = clock.instant();
        var mandate =
                new Active(
                        new Terms(
                                UUID.randomUUID(),
                                "M-%s-%d"
                                        .formatted(
                                                payer.toString()
                                                        .replace("-", "")
                                                        .substring(0, NUMBER_SHOWN)
                                                        .toUpperCase(java.util.Locale.ROOT),
                                                mandates.signed(payer) + 1),
                                payer,
                                String.valueOf(seller.creditorId()),
                                debtor,
                                once,
                                noticeDays,
                                by,
                                coop.dayAt(now),
                                now,
                                null,
                                false));
        mandates.insert(mandate);
        mailing.tell(new Mailing.Told(Notice.MANDATE_SIGNED, mandate.terms().id(), payer));
        return mandate;
    }

    /**
     * Signs a mandate anew for another account or holder; that lifts a suspension, too.
     *
     * @throws DirectDebitNotFound if there is none
     * @throws DirectDebitRefused if it has ended
     */
    @Transactional
    Active amend(UUID id, Debtor debtor, MemberId by) {
        Mandate before = lock(id);
        Instant now = clock.instant();
        Active after = before.amend(debtor, by, register.coop().dayAt(now), now);
        mandates.keepFormer(before.terms(), by, now);
        mandates.update(after);
        return after;
    }

    /**
     * Ends a mandate. What is in an approved run is collected still, unless the run is withdrawn.
     *
     * @throws DirectDebitNotFound if there is none
     * @throws DirectDebitRefused if it has ended
     */
    @Transactional
    Mandate revoke(UUID id, MemberId by) {
        Mandate after = lock(id).end(End.REVOKED, by, clock.instant());
        mandates.update(after);
        return after;
    }

    /**
     * Lets a mandate that a bank had stood against be used again, after it was cleared with the payer.
     *
     * @throws DirectDebitNotFound if there is none
     * @throws DirectDebitRefused if it is not suspended
     */
    @Transactional
    Active resume(UUID id) {
        if (!(lock(id) instanceof Suspended suspended)) {
            throw new DirectDebitRefused("not-suspended", "the mandate is not suspended");
        }
        Active active = suspended.resume();
        mandates.update(active);
        return active;
    }

    /** Stops a mandate because of what a bank said; one that is not active stays as it is. */
    @Transactional
    void suspend(UUID id, String code) {
        if (lock(id) instanceof Active active) {
            mandates.update(active.suspend(code, clock.instant()));
        }
    }

    /** Ends what nobody used for 36 months. */
    @Transactional
    void expire() {
        Instant now = clock.instant();
        LocalDate usedBefore = register.coop().dayAt(now).minus(Mandate.UNUSED_MAX);
        for (Mandate each : mandates.unused(usedBefore, UNUSED_BATCH)) {
            mandates.update(each.end(End.EXPIRED, null, now));
        }
    }

    private Mandate lock(UUID id) {
        return mandates.lock(id).orElseThrow(() -> new DirectDebitNotFound("mandate " + id));
    }

    /**
     * @throws DirectDebitNotFound if there is none
     */
    Mandate find(UUID id) {
        return mandates.find(id).orElseThrow(() -> new DirectDebitNotFound("mandate " + id));
    }

    /** The payers' mandates, the newest first. */
    List<Mandate> of(Collection<PayerId> payers, int limit) {
        return payers.isEmpty() ? List.of() : mandates.of(payers, limit);
    }

    /** See {@link Mandates#list}. */
    List<Mandate> list(@Nullable String state, String after, int limit) {
        return mandates.list(state, after, limit);
    }
}
