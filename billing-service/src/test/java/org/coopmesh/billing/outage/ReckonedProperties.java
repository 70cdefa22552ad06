package org.coopmesh.billing.outage;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Currency;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.coopmesh.billing.ledger.Money;

/** What every reckoning of outages keeps, whatever was out. */
class ReckonedProperties {
    private static final Currency EUR = Currency.getInstance("EUR");
    private static final long MONTH = 30 * 86_400L;
    private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");
    private static final Stretch WHOLE = new Stretch(START, START.plusSeconds(MONTH));

    @Property
    void theOutagesOfOneSiteNeverGiveMoreThanItsDuesNorLessThanTheirTimeIsWorth(
            @ForAll("outages") List<Stretch> outages,
            @ForAll @LongRange(min = 0, max = 1_000_000_000) long dues,
            @ForAll @IntRange(min = 1, max = 100) int percent) {
        Money monthly = new Money(dues, EUR);

        long given = given(outages, monthly, percent);

        long out = outages.isEmpty() ? 0 : union(outages);
        assertThat(given).isLessThanOrEqualTo(dues * percent / 100);
        long exact = monthly.fraction(out * percent, MONTH * 100).microUnits();
        assertThat(given).isBetween(exact - outages.size(), exact);
    }

    @Property
    void whatIsOutTwiceAtOnceGivesOnce(
            @ForAll("outages") List<Stretch> outages,
            @ForAll @IntRange(min = 1, max = 100) int percent) {
        Money monthly = new Money(20_000_000, EUR);
        var twice = new ArrayList<Stretch>(outages);
        twice.addAll(outages);

        assertThat(given(twice, monthly, percent)).isEqualTo(given(outages, monthly, percent));
    }

    @Property
    void inWhichOrderOutagesAreLookedAtMovesLessThanOneMicroUnitEach(
            @ForAll("outages") List<Stretch> outages, @ForAll long seed) {
        Money monthly = new Money(19_990_000, EUR);
        var shuffled = new ArrayList<Stretch>(outages);
        Collections.shuffle(shuffled, new Random(seed));

        assertThat(given(shuffled, monthly, 50) - given(outages, monthly, 50))
                .isBetween((long) -outages.size(), (long) outages.size());
    }

    @Property
    void duesThatChangeInTheMonthCountByTheirDays(
            @ForAll @LongRange(min = 1, max = MONTH - 1) long change,
            @ForAll("outages") List<Stretch> outages) {
        var cheap = new Money(10_000_000, EUR);
        var dear = new Money(30_000_000, EUR);
        Instant at = START.plusSeconds(change);
        var steps =
                List.of(
                        new Reckoned.Step(new Stretch(START, at), cheap),
                        new Reckoned.Step(new Stretch(at, WHOLE.to()), dear));

        long given = given(outages, steps, 100);

        assertThat(given).isBetween(given(outages, cheap, 100), given(outages, dear, 100));
    }

    private static long given(List<Stretch> outages, Money monthly, int percent) {
        return given(outages, List.of(new Reckoned.Step(WHOLE, monthly)), percent);
    }

    /** One after the other, as the months' closing does. */
    private static long given(List<Stretch> outages, List<Reckoned.Step> steps, int percent) {
        var counted = new ArrayList<Stretch>();
        long given = 0;
        for (Stretch out : outages) {
            Reckoned reckoned = Reckoned.of(percent, MONTH, out, counted, steps);
            if (!reckoned.isNothing()) given += reckoned.amount().microUnits();
            counted.add(out);
        }
        return given;
    }

    private static long union(List<Stretch> outages) {
        var seconds = new java.util.BitSet((int) MONTH);
        for (Stretch out : outages) {
            seconds.set(
                    (int) (out.from().getEpochSecond() - START.getEpochSecond()),
                    (int) (out.to().getEpochSecond() - START.getEpochSecond()));
        }
        return seconds.cardinality();
    }

    @Provide
    Arbitrary<List<Stretch>> outages() {
        return Combinators.combine(
                        Arbitraries.longs().between(0, MONTH - 2),
                        Arbitraries.longs().between(1, MONTH))
                .as((from, length) ->
                        new Stretch(
                                START.plusSeconds(from),
                                START.plusSeconds(Math.min(from + length, MONTH))))
                .list()
                .ofMaxSize(12);
    }
}
