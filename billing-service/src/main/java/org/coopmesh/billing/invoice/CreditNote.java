package org.coopmesh.billing.invoice;

import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.PayerId;

/**
 * What was taken back of an issued invoice.
 *
 * @param number gapless within its series, such as {@code CN2026-000001}
 * @param invoiceNumber the number of the invoice that it corrects
 */
public record CreditNote(
        UUID id,
        String number,
        InvoiceId invoice,
        String invoiceNumber,
        PayerId payer,
        LocalDate issuedOn,
        Instant issuedAt,
        UUID issuedBy,
        Money amount,
        String reason) {
    public CreditNote {
        if (!amount.isPositive() || !amount.isWholeMinor()) {
            throw new IllegalArgumentException("no credit note over " + amount);
        }
    }
}
