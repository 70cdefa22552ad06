package org.coopmesh.billing.autopay;

import java.time.LocalDate;
import java.util.Locale;
import java.util.UUID;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.provider.Decline;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;

/**
 * One time that it was tried to charge what a payer saved.
 *
 * @param id also that of the attempt at the provider, which is charged once for each
 * @param invoice null where it fills the wallet
 * @param number of the try, 1 for the first of its invoice or of its wallet under one choice
 * @param decline what follows from a no; null where there was none
 * @param why in the provider's words
 * @param settledOn the day on which it was known what came of it; null while it is not
 */
record Try(
        UUID id,
        UUID choice,
        PayerId payer,
        @Nullable InvoiceId invoice,
        int number,
        Money amount,
        LocalDate askedOn,
        State state,
        @Nullable Decline decline,
        @Nullable String why,
        @Nullable LocalDate settledOn) {
    /** What came of it. */
    enum State {
        /** Nobody knows yet. */
        ASKED,
        /** The money was taken. */
        TAKEN,
        /** The provider said no. */
        FAILED,
        /** It was not wanted any more before anybody was charged: it counts for nothing. */
        VOID;

        /** As it stands in the database and in answers. */
        String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    Try {
        if ((state == State.FAILED) != (decline != null)) {
            throw new IllegalArgumentException("a try fails for a reason: " + id);
        }
        if ((state == State.ASKED) != (settledOn == null)) {
            throw new IllegalArgumentException("a try is settled or not: " + id);
        }
    }
}
