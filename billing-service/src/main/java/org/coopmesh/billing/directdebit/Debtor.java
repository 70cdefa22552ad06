package org.coopmesh.billing.directdebit;

import java.util.Set;
import org.iban4j.Iban4jException;
import org.iban4j.IbanUtil;
import org.jspecify.annotations.Nullable;

/**
 * Whose account it is that is collected from.
 *
 * @param name of the holder, 1 to 70 characters
 * @param iban without spaces, of a country in SEPA, its check digits right
 * @param town with {@code country} where the bank stands outside of the European Economic Area: the scheme wants it there
 */
record Debtor(String name, String iban, @Nullable String town, @Nullable String country) {
    static final int NAME_LENGTH_MAX = 70;
    static final int TOWN_LENGTH_MAX = 35;

    private static final Set<String> EEA =
            Set.of(
                    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR",
                    "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT",
                    "RO", "SE", "SI", "SK");

    /** In SEPA, and not in the European Economic Area. */
    private static final Set<String> BEYOND =
            Set.of("AD", "AL", "CH", "GB", "GI", "MC", "MD", "ME", "MK", "RS", "SM", "VA");

    Debtor {
        if (name.isBlank() || name.length() > NAME_LENGTH_MAX) {
            throw new DirectDebitRefused("debtor-name", "debtorName: 1 to 70 characters");
        }
        try {
            IbanUtil.validate(iban);
        } catch (Iban4jException wrong) {
            throw new DirectDebitRefused("iban", "iban: not a valid IBAN");
        }
        String bank = iban.substring(0, 2);
        if (!EEA.contains(bank) && !BEYOND.contains(bank)) {
            throw new DirectDebitRefused(
                    "iban-country", "iban: no direct debit from an account in " + bank);
        }
        if (BEYOND.contains(bank) && (town == null || country == null)) {
            throw new DirectDebitRefused(
                    "debtor-address",
                    "town, country: needed where the bank stands outside of the EEA");
        }
    }
}
