package org.coopmesh.billing.reconciliation;

import java.time.Instant;
import java.util.Currency;
import java.util.Locale;
import java.util.UUID;
import org.coopmesh.billing.subscription.MemberId;
import org.jspecify.annotations.Nullable;

/**
 * An account that the co-op has at a bank; in the book it is {@code bank}.
 *
 * @param mapping how its bank writes CSV; null until a person has said so
 */
record BankAccount(
        UUID id,
        String name,
        Iban iban,
        Currency currency,
        MemberId declaredBy,
        Instant declaredAt,
        @Nullable CsvMapping mapping) {
    /** Whether a file that says {@code account} means this one: by IBAN, or by the older number within it. */
    boolean isCalled(String account) {
        String plain = account.replaceAll("[^A-Za-z0-9]", "").toUpperCase(Locale.ROOT);
        String without =
                plain.endsWith(currency.getCurrencyCode())
                        ? plain.substring(0, plain.length() - currency.getCurrencyCode().length())
                        : plain;
        return without.equals(iban.value()) || without.equals(iban.national());
    }
}
