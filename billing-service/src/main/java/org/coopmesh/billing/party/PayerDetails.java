package org.coopmesh.billing.party;

import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;

/**
 * What an invoice says of its payer.
 *
 * @param name as it was given; the payer's number where nothing was
 * @param vatId with the country before it
 * @param email where notices about invoices go; null where none was given
 */
public record PayerDetails(
        String name,
        Address address,
        @Nullable String vatId,
        Language language,
        @Nullable String email) {
    private static final int SHOWN = 12;

    /** What is said of a payer who gave nothing. */
    public static PayerDetails unknown(PayerId payer, String country, Language language) {
        return new PayerDetails(
                number(payer), new Address(null, null, null, null, country), null, language, null);
    }

    /** The payer's number, for people: the first digits of the id. */
    public static String number(PayerId payer) {
        return payer.toString().replace("-", "").substring(0, SHOWN);
    }
}
