package org.coopmesh.billing.directdebit;

import java.time.LocalDate;
import java.util.UUID;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.PayerId;

/**
 * What a payer is to be told before it is collected; queued as a mail when its day has come.
 *
 * @param item by which {@link Collecting#told} knows it
 * @param iban its ends only
 * @param tellBy the last day to tell it
 */
public record Notice(
        UUID item,
        PayerId payer,
        InvoiceId invoice,
        String number,
        Money amount,
        LocalDate collectOn,
        String mandateReference,
        String creditorId,
        String iban,
        LocalDate tellBy) {}
