package org.coopmesh.billing.party;

import org.jspecify.annotations.Nullable;

/**
 * The co-op as it stands on its invoices. With neither VAT id nor register there would be nothing to tell it by, so one of
 * them is there.
 *
 * @param vatId with the country before it
 * @param taxNumber of the local tax office
 * @param register where it is registered, and under which number
 * @param taxNote why no VAT is charged, in the words of the law
 * @param belgianReferences whether transfers carry a Belgian structured communication, not an ISO 11649 reference
 * @param language of those payers who chose none
 */
public record Seller(
        String name,
        Address address,
        @Nullable String vatId,
        @Nullable String taxNumber,
        @Nullable String register,
        @Nullable String iban,
        @Nullable String bic,
        @Nullable String creditorId,
        @Nullable String email,
        String taxNote,
        boolean belgianReferences,
        Language language) {
    public Seller {
        if (vatId == null && register == null) {
            throw new IllegalArgumentException("a seller has a VAT id or a register entry");
        }
    }
}
