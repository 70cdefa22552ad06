package org.coopmesh.billing.party;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Currency;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.party.VatRate.Category;
import org.junit.jupiter.api.Test;

/** A price with tax, taken apart. */
class VatRateTest {
    private static final Currency EUR = Currency.getInstance("EUR");
    private static final long CENT = 10_000;

    @Test
    void aPriceIsTakenApart() {
        VatRate.Split split = standard(1900).split(euros("12.50"));

        assertThat(split.net()).isEqualTo(euros("10.50"));
        assertThat(split.tax()).isEqualTo(euros("2.00"));
        assertThat(split.rounding()).isEqualTo(euros("0"));
    }

    @Test
    void aPriceThatNoNetAmountHasIsRounded() {
        // 0.02 and its tax are 0.02, 0.03 and its tax are 0.04.
        VatRate.Split split = standard(2100).split(euros("0.03"));

        assertThat(split.net()).isEqualTo(euros("0.02"));
        assertThat(split.tax()).isEqualTo(euros("0"));
        assertThat(split.rounding()).isEqualTo(euros("0.01"));
    }

    @Property
    void thePartsAreThePriceAndTheTaxIsThatOfTheNet(
            @ForAll @LongRange(min = -100_000_000, max = 100_000_000) long cents,
            @ForAll @IntRange(min = 0, max = 10_000) int hundredths) {
        var gross = new Money(cents * CENT, EUR);
        VatRate rate = hundredths == 0 ? new VatRate(Category.E, 0, null) : standard(hundredths);

        VatRate.Split split = rate.split(gross);

        BigDecimal tax =
                new BigDecimal(split.net().decimal())
                        .multiply(BigDecimal.valueOf(hundredths, 4))
                        .setScale(2, RoundingMode.HALF_UP);
        assertThat(split.gross()).isEqualTo(gross);
        assertThat(split.tax()).isEqualTo(Money.parse(tax.toPlainString(), EUR));
        assertThat(Math.abs(split.rounding().microUnits())).isIn(0L, CENT);
        if (cents != 0 && !split.rounding().isZero()) {
            assertThat(split.rounding().isNegative()).isEqualTo(cents < 0);
        }
        if (hundredths == 0) {
            assertThat(split.net()).isEqualTo(gross);
        }
    }

    @Test
    void whatIsTaxedHasARateAndNothingElseHas() {
        assertThatThrownBy(() -> standard(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new VatRate(Category.AE, 1900, null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> standard(1900).split(new Money(1, EUR)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static VatRate standard(int hundredths) {
        return new VatRate(Category.S, hundredths, null);
    }

    private static Money euros(String amount) {
        return Money.parse(amount, EUR);
    }
}
