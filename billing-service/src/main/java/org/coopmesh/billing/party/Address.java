package org.coopmesh.billing.party;

import org.jspecify.annotations.Nullable;

/**
 * Where somebody can be written to.
 *
 * @param country ISO 3166, two letters
 */
public record Address(
        @Nullable String line1,
        @Nullable String line2,
        @Nullable String postCode,
        @Nullable String city,
        String country) {}
