package org.coopmesh.billing.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.Currency;
import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import tools.jackson.databind.json.JsonMapper;

class MoneyTest {
    private static final Currency EUR = Currency.getInstance("EUR");

    record SplitOracle(long total_cents, long[] weights, long[] cents) {}

    @Example
    void splitsAsTheOracleSays() throws IOException {
        SplitOracle[] oracles;
        try (var json = getClass().getResourceAsStream("/oracles/d5_largest_remainder.json")) {
            oracles = JsonMapper.builder().build().readValue(json, SplitOracle[].class);
        }

        assertThat(oracles).hasSizeGreaterThan(3);
        for (SplitOracle oracle : oracles) {
            List<Money> shares =
                    cents(oracle.total_cents())
                            .split(LongStream.of(oracle.weights()).boxed().toList());

            assertThat(shares)
                    .isEqualTo(Arrays.stream(oracle.cents()).mapToObj(MoneyTest::cents).toList());
        }
    }

    @Property
    void sharesAlwaysSumToTheTotalAndNobodyWithoutWeightPays(
            @ForAll @LongRange(min = 0, max = 1_000_000_000_000L) long total,
            @ForAll @Size(min = 1, max = 20)
                    List<@LongRange(min = 0, max = Long.MAX_VALUE / 2) Long> weights) {
        if (weights.stream().allMatch(w -> w == 0)) {
            return;
        }

        List<Money> shares = cents(total).split(weights);

        assertThat(shares.stream().reduce(Money.zero(EUR), Money::plus)).isEqualTo(cents(total));
        for (int i = 0; i < shares.size(); i++) {
            assertThat(shares.get(i).isNegative()).isFalse();
            if (weights.get(i) == 0) {
                assertThat(shares.get(i).isZero()).isTrue();
            }
        }
    }

    @Property
    void whatIsWrittenIsReadBack(
            @ForAll @LongRange(min = -999_999_999_999_999_999L, max = 999_999_999_999_999_999L)
                    long micro) {
        var money = new Money(micro, EUR);

        assertThat(Money.parse(money.decimal(), EUR)).isEqualTo(money);
    }

    @Property
    void fractionRoundsDownToTheMicroUnit(
            @ForAll @LongRange(min = -1_000_000_000_000L, max = 1_000_000_000_000L) long micro,
            @ForAll @LongRange(min = 0, max = 1_000_000) long numerator,
            @ForAll @LongRange(min = 1, max = 1_000_000) long denominator) {
        Money part = new Money(micro, EUR).fraction(numerator, denominator);

        assertThat(part.microUnits()).isEqualTo(Math.floorDiv(micro * numerator, denominator));
    }

    @Example
    void writesAtLeastTheCurrencysOwnPlaces() {
        assertThat(Money.parse("12.5", EUR).decimal()).isEqualTo("12.50");
        assertThat(Money.parse("0.001234", EUR).decimal()).isEqualTo("0.001234");
        assertThat(Money.parse("-3", EUR).decimal()).isEqualTo("-3.00");
        assertThat(Money.parse("300", Currency.getInstance("JPY")).decimal()).isEqualTo("300");
    }

    @Example
    void wholeMinorUnitsAreTakenTowardsZero() {
        assertThat(Money.parse("1.239999", EUR).wholeMinor()).isEqualTo(Money.parse("1.23", EUR));
        assertThat(Money.parse("-0.009", EUR).wholeMinor()).isEqualTo(Money.zero(EUR));
        assertThat(Money.parse("1.5", Currency.getInstance("JPY")).isWholeMinor()).isFalse();
    }

    @Example
    void refusesWhatIsNoAmount() {
        for (String wrong :
                List.of("", "1,50", "1e3", "0x1", "1.2345678", "NaN", "1234567890123")) {
            assertThatIllegalArgumentException().isThrownBy(() -> Money.parse(wrong, EUR));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Money(1, Currency.getInstance("XXX")));
    }

    @Example
    void neverMixesCurrenciesAndNeverWraps() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> cents(1).plus(Money.zero(Currency.getInstance("CHF"))));
        assertThatThrownBy(() -> new Money(Long.MAX_VALUE, EUR).plus(cents(1)))
                .isInstanceOf(ArithmeticException.class);
    }

    private static Money cents(long cents) {
        return new Money(cents * 10_000, EUR);
    }
}
