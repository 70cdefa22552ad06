package org.coopmesh.billing.autopay;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Locale;
import java.util.UUID;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;

/**
 * What a payer chose to pay by, by itself.
 *
 * @param saving what is charged; null for direct debits that the co-op makes
 * @param floor what the wallet may fall to; null where it is no wallet
 * @param topUp what is charged when it fell below
 * @param stopped null while it goes on
 */
record Choice(
        UUID id,
        PayerId payer,
        Way way,
        @Nullable UUID saving,
        @Nullable Money floor,
        @Nullable Money topUp,
        MemberId by,
        Instant at,
        LocalDate on,
        @Nullable Stopped stopped) {
    /** That it gave up for good: nothing is charged by it until the payer chooses anew. */
    record Stopped(Instant at, String why) {}

    /** How it is paid. */
    enum Way {
        /** By the mandate that the co-op collects with. */
        DIRECT_DEBIT,
        /** By what is saved at a provider, invoice by invoice. */
        SAVED,
        /** Out of the wallet, which what is saved fills. */
        WALLET;

        /** As it stands in the database and in answers, such as {@code direct-debit}. */
        String code() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        static Way of(String code) {
            return valueOf(code.toUpperCase(Locale.ROOT).replace('-', '_'));
        }
    }

    /** Whether invoices are charged by it. */
    boolean chargesInvoices() {
        return way == Way.SAVED && stopped == null;
    }
}
