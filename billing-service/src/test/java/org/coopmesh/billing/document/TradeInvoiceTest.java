package org.coopmesh.billing.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.coopmesh.billing.document.Papers.EUR;
import static org.coopmesh.billing.document.Papers.NINETEEN;
import static org.coopmesh.billing.document.Papers.SEVEN;
import static org.coopmesh.billing.document.Papers.euros;
import static org.coopmesh.billing.document.Papers.line;

import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.coopmesh.billing.document.TradeInvoice.Category;
import org.coopmesh.billing.document.TradeInvoice.Rate;
import org.coopmesh.billing.document.TradeInvoice.Tax;
import org.coopmesh.billing.ledger.Money;
import org.junit.jupiter.api.Test;

class TradeInvoiceTest {
    /** The sums of the sample "rounding". */
    @Test
    void taxIsRoundedOnceARate() {
        TradeInvoice invoice =
                Papers.invoice(
                        line("0.50", NINETEEN),
                        line("0.50", SEVEN),
                        line("0.50", NINETEEN),
                        line("0.50", SEVEN),
                        line("0.50", NINETEEN),
                        line("0.50", SEVEN),
                        line("0.50", NINETEEN));

        assertThat(invoice.taxes())
                .containsExactly(
                        new Tax(NINETEEN, euros("2.00"), euros("0.38")),
                        new Tax(SEVEN, euros("1.50"), euros("0.11")));
        assertThat(invoice.due()).isEqualTo(euros("3.99"));
    }

    /** The sum of the sample "bad-vat". */
    @Test
    void aTaxThatIsNotTheRateTimesTheBaseIsRefused() {
        assertThat(new Tax(NINETEEN, euros("20.59"), euros("3.91")).amount())
                .isEqualTo(euros("3.91"));
        assertThatThrownBy(() -> new Tax(NINETEEN, euros("20.59"), euros("3.92")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("BR-CO-17");
    }

    @Test
    void whoChargesNoTaxSaysWhy() {
        assertThatThrownBy(() -> new Rate(Category.E, 0, null, null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Rate(Category.S, 0, null, null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Rate(Category.AE, 1900, "reverse charge", null))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatIsCarriedBetweenBillsKeepsTheSum() {
        List<Money> lines =
                TradeInvoice.spread(
                        List.of(euros("12.50"), euros("0.123456"), euros("-0.003456")),
                        euros("12.62"));

        assertThat(lines).containsExactly(euros("12.50"), euros("0.12"), euros("0"));
    }

    @Property
    void linesInCentsSumToTheTotalAndAreOffByLessThanACent(
            @ForAll @Size(min = 1, max = 40)
                    List<@LongRange(min = -9_999_999, max = 99_999_999) Long> micro) {
        List<Money> exact = micro.stream().map(each -> new Money(each, EUR)).toList();
        Money total =
                new Money(LongStream.of(micro.stream().mapToLong(m -> m).toArray()).sum(), EUR);
        if (!total.wholeMinor().isPositive()) {
            return;
        }
        // What a bill comes to is whole cents; the rest is carried by one more line.
        Money rest = total.minus(total.wholeMinor());
        var lines = new java.util.ArrayList<>(exact);
        lines.add(rest.negated());

        List<Money> cents = TradeInvoice.spread(lines, total.wholeMinor());

        assertThat(cents.stream().reduce(euros("0"), Money::plus)).isEqualTo(total.wholeMinor());
        for (int i = 0; i < lines.size(); i++) {
            assertThat(cents.get(i).isWholeMinor()).isTrue();
            assertThat(Math.abs(cents.get(i).minus(lines.get(i)).microUnits())).isLessThan(10_000);
        }
    }
}
