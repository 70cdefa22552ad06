package org.coopmesh.billing.party;

import java.time.LocalDate;
import java.util.Locale;
import org.coopmesh.billing.party.VatRate.Category;
import org.jspecify.annotations.Nullable;

/**
 * How the co-op charges VAT from a day on. Prices include it.
 *
 * @param effectiveOn the first day of issue for which it holds
 * @param hundredths of a percent; zero where no tax is charged
 * @param reasonCode VATEX, of an exemption; null where there is none
 */
public record VatTerms(
        LocalDate effectiveOn, Mode mode, int hundredths, @Nullable String reasonCode) {
    /** What the co-op is to the tax office. */
    public enum Mode {
        /** Outside the scope of VAT. */
        NONE,
        /** What it sells is exempt. */
        EXEMPT,
        /** It charges VAT; payers who owe it themselves are named one by one. */
        STANDARD;

        String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Mode of(String code) {
            return valueOf(code.toUpperCase(Locale.ROOT));
        }
    }

    public VatTerms {
        if ((mode == Mode.STANDARD) != (hundredths > 0)) {
            throw new IllegalArgumentException(mode + " at " + hundredths + " hundredths");
        }
    }

    /** How a payer is charged who does not owe the tax themselves. */
    VatRate rate() {
        return switch (mode) {
            case NONE -> new VatRate(Category.O, 0, null);
            case EXEMPT -> new VatRate(Category.E, 0, reasonCode);
            case STANDARD -> new VatRate(Category.S, hundredths, null);
        };
    }
}
