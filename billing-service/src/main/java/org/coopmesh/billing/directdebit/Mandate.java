package org.coopmesh.billing.directdebit;

import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.util.UUID;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;

/**
 * That a payer lets the co-op collect what they owe. Each state offers only the steps that are legal from it.
 *
 * <pre>
 * Active ◀──▶ Suspended        signed anew: Suspended ──▶ Active
 *    │            │
 *    └────────────┴──▶ Ended: revoked, expired after 36 months unused, or used where it was for once
 * </pre>
 */
sealed interface Mandate {
    /** After so long without a collection a mandate is void (rulebook of the EPC, section 4.7.2). */
    Period UNUSED_MAX = Period.ofMonths(36);

    /**
     * What was signed.
     *
     * @param reference by which payer and banks know it, 1 to 35 characters
     * @param once for a single collection
     * @param noticeDays how long before a collection the payer is told of it, 1 to 14
     * @param amended whether the bank is to be told of another account with the next collection
     */
    record Terms(
            UUID id,
            String reference,
            PayerId payer,
            String creditorId,
            Debtor debtor,
            boolean once,
            int noticeDays,
            MemberId signedBy,
            LocalDate signedOn,
            Instant signedAt,
            @Nullable LocalDate lastUsedOn,
            boolean amended) {
        /** The last day on which it can be used, unless it is used before. */
        LocalDate lastDay() {
            return (lastUsedOn == null ? signedOn : lastUsedOn).plus(UNUSED_MAX);
        }

        Terms withDebtor(Debtor other, MemberId by, LocalDate on, Instant at) {
            boolean otherAccount = amended || !other.iban().equals(debtor.iban());
            // A mandate that no bank has seen yet is not amended, it is just another.
            return new Terms(
                    id,
                    reference,
                    payer,
                    creditorId,
                    other,
                    once,
                    noticeDays,
                    lastUsedOn == null ? by : signedBy,
                    lastUsedOn == null ? on : signedOn,
                    lastUsedOn == null ? at : signedAt,
                    lastUsedOn,
                    lastUsedOn != null && otherAccount);
        }

        Sequence sequence(boolean tellFirst) {
            if (once) {
                return Sequence.OOFF;
            }
            return tellFirst && lastUsedOn == null ? Sequence.FRST : Sequence.RCUR;
        }
    }

    /** How a mandate ended. */
    enum End {
        REVOKED,
        EXPIRED,
        USED
    }

    Terms terms();

    /** A mandate under which nothing is collected for good. */
    default Ended end(End how, @Nullable MemberId by, Instant at) {
        return switch (this) {
            case Active active -> new Ended(active.terms(), how, by, at);
            case Suspended suspended -> new Ended(suspended.terms(), how, by, at);
            case Ended ended -> throw new DirectDebitRefused("ended", "the mandate has ended");
        };
    }

    /** The same from another account, as its payer signed it; that also lifts a suspension. */
    default Active amend(Debtor debtor, MemberId by, LocalDate on, Instant at) {
        return switch (this) {
            case Active active -> new Active(active.terms().withDebtor(debtor, by, on, at));
            case Suspended suspended ->
                    new Active(suspended.terms().withDebtor(debtor, by, on, at));
            case Ended ended -> throw new DirectDebitRefused("ended", "the mandate has ended");
        };
    }

    /** It can be used. */
    record Active(Terms terms) implements Mandate {
        boolean usableOn(LocalDate day) {
            return !day.isAfter(terms.lastDay());
        }

        Suspended suspend(String why, Instant at) {
            return new Suspended(terms, why, at);
        }
    }

    /** Not used until somebody puts it right. */
    record Suspended(Terms terms, String why, Instant at) implements Mandate {
        Active resume() {
            return new Active(terms);
        }
    }

    /** Not used any more. */
    record Ended(Terms terms, End how, @Nullable MemberId by, Instant at) implements Mandate {}
}
