package org.coopmesh.billing.provider;

import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;

/**
 * One try to pay through a provider: an invoice on a page by its payer, or what the payer saved is charged, for an invoice or into the
 * wallet.
 *
 * @param id also the key by which the provider knows a repetition
 * @param invoice null where it goes into the wallet
 * @param number of the invoice, or what it is instead
 * @param amount what was open when it began
 * @param page where the payer pays; null until the provider has answered
 * @param references what the provider calls it, the first one first
 * @param received what the provider has taken and not given back, as booked
 * @param fee what the provider kept of it, as booked
 * @param payment what it is booked as; null while nothing is
 * @param why what the provider last said against it
 * @param nextLookAt when the provider is asked next; null when it need not be
 * @param saving what is charged; null where the payer pays on a page
 * @param closing whether it is not to be paid by any more, unless it was
 * @param decline what follows from the provider's no to a charge
 */
record Attempt(
        UUID id,
        Provider provider,
        @Nullable InvoiceId invoice,
        String number,
        PayerId payer,
        Money amount,
        State state,
        @Nullable URI page,
        List<String> references,
        Money received,
        Money fee,
        @Nullable UUID payment,
        @Nullable String why,
        Instant createdAt,
        Instant changedAt,
        @Nullable Instant nextLookAt,
        int looks,
        long rings,
        @Nullable UUID saving,
        boolean closing,
        @Nullable Decline decline) {
    /** How far it is. Money that was taken may still go back: no state but those before it is for ever. */
    enum State {
        /** The provider was asked for a page and has not answered. */
        OPENING,
        /** The payer has a page and has not paid; or a charge is prepared and not made. */
        OPEN,
        /** The payer has paid, the money is on its way to the provider. */
        PROCESSING,
        /** The provider has the money. */
        SUCCEEDED,
        /** It came to nothing, or everything went back. */
        FAILED,
        /** The page was not used in time. */
        EXPIRED
    }

    /** What the provider calls it. */
    String reference() {
        return references.getFirst();
    }
}
