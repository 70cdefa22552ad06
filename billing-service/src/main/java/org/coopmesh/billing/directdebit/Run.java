package org.coopmesh.billing.directdebit;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;

/**
 * Invoices that are collected together on one day. Each state offers only the steps that are legal from it.
 *
 * <pre>
 * Proposed ── another person ──▶ Approved ── the day comes ──▶ Collected, item by item returned
 *    └── Rejected                   └── Withdrawn, before the day
 * </pre>
 */
sealed interface Run {
    /**
     * What was proposed.
     *
     * @param messageId by which the bank knows the file, 1 to 30 characters
     * @param collectOn a day on which euros move between banks
     */
    record Heading(
            UUID id,
            String messageId,
            LocalDate collectOn,
            MemberId proposedBy,
            Instant proposedAt,
            List<Item> items) {
        public Heading {
            items = List.copyOf(items);
        }
    }

    /**
     * One invoice that is collected, with the mandate as it was then.
     *
     * @param attempt 1 for the first
     * @param endToEndId by which it is found again in what banks say, such as {@code INV-2026-000123-1}
     * @param reason the bank's code, or why it was left out
     * @param retryOn from which day on it may be tried again
     */
    record Item(
            UUID id,
            int line,
            InvoiceId invoice,
            String number,
            PayerId payer,
            UUID mandate,
            String mandateReference,
            LocalDate signedOn,
            Debtor debtor,
            Sequence sequence,
            boolean amended,
            int noticeDays,
            Money amount,
            int attempt,
            String endToEndId,
            State state,
            @Nullable String reason,
            @Nullable ReturnCode action,
            @Nullable LocalDate retryOn,
            @Nullable UUID payment) {}

    /** Where an item stands. */
    enum State {
        /** In the file, or to be. */
        DUE,
        /** Paid, as far as no bank says otherwise. */
        COLLECTED,
        /** A bank refused it before the day. */
        REJECTED,
        /** A bank took it back. */
        RETURNED,
        /** In no file. */
        LEFT
    }

    Heading heading();

    /** Waits for a second person. */
    record Proposed(Heading heading) implements Run {
        /**
         * @param related whether {@code by} shares a payer with whoever proposed it
         * @throws DirectDebitRefused if {@code by} may not
         */
        void unlessBySomebodyElse(MemberId by, boolean related) {
            if (by.equals(heading.proposedBy())) {
                throw new DirectDebitRefused("same-person", "who proposed it does not approve it");
            }
            if (related) {
                throw new DirectDebitRefused(
                        "same-household",
                        "who approves it shares no household with whoever proposed it");
            }
        }
    }

    /** The file is for the bank; the day is to come. */
    record Approved(Heading heading, MemberId by, Instant at) implements Run {}

    /** The day has come. */
    record Collected(Heading heading, MemberId by, Instant at) implements Run {}

    /** Not to be collected. */
    record Rejected(Heading heading, MemberId by, Instant at, String why) implements Run {}

    /** Approved, and not handed to the bank after all. */
    record Withdrawn(Heading heading, MemberId by, Instant at, String why) implements Run {}
}
