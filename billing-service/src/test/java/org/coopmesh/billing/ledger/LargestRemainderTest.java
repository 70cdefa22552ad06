package org.coopmesh.billing.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Currency;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import tools.jackson.databind.json.JsonMapper;

class LargestRemainderTest {
    private static final Currency EUR = Currency.getInstance("EUR");
    private static final Currency JPY = Currency.getInstance("JPY");
    private static final Currency KWD = Currency.getInstance("KWD");

    record Oracle(long total_cents, long[] weights, long[] cents) {}

    @Example
    void roundsAsTheOracleSays() throws IOException {
        Oracle[] oracles;
        try (var json = getClass().getResourceAsStream("/oracles/d5_largest_remainder.json")) {
            oracles = JsonMapper.builder().build().readValue(json, Oracle[].class);
        }

        assertThat(oracles).hasSizeGreaterThan(3);
        for (Oracle oracle : oracles) {
            long sum = Arrays.stream(oracle.weights()).sum();
            List<Ratio> exact =
                    Arrays.stream(oracle.weights())
                            .mapToObj(w -> Ratio.of(oracle.total_cents() * w, 100 * sum))
                            .toList();

            assertThat(LargestRemainder.round(exact, EUR))
                    .isEqualTo(
                            Arrays.stream(oracle.cents())
                                    .mapToObj(LargestRemainderTest::cents)
                                    .toList());
        }
    }

    @Property
    void signedAmountsKeepTheirSumAndNobodyIsAUnitOff(
            @ForAll @Size(min = 1, max = 12)
                    List<@LongRange(min = -1_000_000_000L, max = 1_000_000_000L) Long> numerators,
            @ForAll @LongRange(min = 1, max = 1_000) long denominator) {
        // What is missing to a whole sum is put down to a last one.
        var exact = new ArrayList<Ratio>();
        numerators.forEach(n -> exact.add(Ratio.of(n, denominator)));
        exact.add(Ratio.sum(exact).negated());

        for (Currency currency : List.of(EUR, JPY, KWD)) {
            List<Money> rounded = LargestRemainder.round(exact, currency);

            assertThat(rounded.stream().reduce(Money.zero(currency), Money::plus))
                    .isEqualTo(Money.zero(currency));
            Ratio minor =
                    new Ratio(
                            BigInteger.ONE,
                            BigInteger.TEN.pow(currency.getDefaultFractionDigits()));
            for (int i = 0; i < exact.size(); i++) {
                Ratio off = Ratio.of(rounded.get(i)).minus(exact.get(i));
                assertThat(off).isLessThan(minor).isGreaterThan(minor.negated());
                assertThat(rounded.get(i).isWholeMinor()).isTrue();
            }
        }
    }

    @Property
    void negatedAndSharedThreeWaysTheUnitGoesToTheLowerIndex(
            @ForAll @LongRange(min = -1_000_000, max = 1_000_000) long total) {
        List<Money> rounded =
                LargestRemainder.round(Collections.nCopies(3, Ratio.of(total, 300)), EUR);

        assertThat(rounded).isSortedAccordingTo(Collections.reverseOrder());
        assertThat(rounded.stream().reduce(Money.zero(EUR), Money::plus)).isEqualTo(cents(total));
    }

    @Example
    void currenciesHaveTheirOwnCoins() {
        List<Ratio> thirds = Collections.nCopies(3, Ratio.of(100, 3));

        assertThat(decimals(thirds, EUR)).containsExactly("33.34", "33.33", "33.33");
        assertThat(decimals(thirds, JPY)).containsExactly("34", "33", "33");
        assertThat(decimals(thirds, KWD)).containsExactly("33.334", "33.333", "33.333");
    }

    @Example
    void refusesWhatCannotBeSharedOrHeld() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LargestRemainder.round(List.of(Ratio.of(1, 3)), EUR));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LargestRemainder.round(List.of(Ratio.of(1, 2)), JPY));
        assertThatThrownBy(() -> LargestRemainder.round(List.of(Ratio.of(Long.MAX_VALUE)), EUR))
                .isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> Ratio.of(1, 0)).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> Ratio.ONE.dividedBy(Ratio.ZERO))
                .isInstanceOf(ArithmeticException.class);
        for (String wrong : List.of("", "1/", "/2", "1.5", "1e9", "--1", "1/-2", " 1")) {
            assertThatIllegalArgumentException().isThrownBy(() -> Ratio.parse(wrong));
        }
    }

    @Property
    void fractionsAreExactAndInLowestTerms(
            @ForAll @LongRange(min = -1_000_000, max = 1_000_000) long a,
            @ForAll @LongRange(min = 1, max = 1_000_000) long b,
            @ForAll @LongRange(min = -1_000_000, max = 1_000_000) long c,
            @ForAll @LongRange(min = 1, max = 1_000_000) long d) {
        Ratio one = Ratio.of(a, b);
        Ratio other = Ratio.of(-c, -d);

        assertThat(one.plus(other)).isEqualTo(Ratio.of(a * d + c * b, b * d));
        assertThat(one.times(other)).isEqualTo(Ratio.of(a * c, b * d));
        assertThat(one.minus(one)).isEqualTo(Ratio.ZERO);
        assertThat(one.compareTo(other)).isEqualTo(Long.compare(a * d, c * b));
        assertThat(one.floor()).isEqualTo(BigInteger.valueOf(Math.floorDiv(a, b)));
        assertThat(Ratio.parse(one.toString())).isEqualTo(one);
        assertThat(one.numerator().gcd(one.denominator())).isEqualTo(BigInteger.ONE);
    }

    private static List<String> decimals(List<Ratio> exact, Currency currency) {
        return LargestRemainder.round(exact, currency).stream().map(Money::decimal).toList();
    }

    private static Money cents(long cents) {
        return new Money(cents * 10_000, EUR);
    }
}
