package org.coopmesh.billing.payroll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Currency;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.coopmesh.billing.ledger.Money;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PayPoolTest {
    private static final Currency EUR = Currency.getInstance("EUR");
    private static final long CENT = 10_000;

    @Example
    void theOracleIsReproduced() throws Exception {
        JsonNode oracle;
        try (var json = getClass().getResourceAsStream("/oracles/d9_admin_pay_own_proposal.json")) {
            oracle = JsonMapper.shared().readTree(json);
        }
        var rates =
                new Rates(
                        Rates.sharePpm(oracle.get("pct").stringValue()),
                        cents(oracle.get("rate_cents_per_hour").longValue()),
                        cents(0));
        Money added = rates.of(cents(oracle.get("dues_collected_cents").longValue()));
        List<Money> claims =
                oracle.get("hours")
                        .valueStream()
                        .map(hours -> rates.claim(minutes(hours.stringValue()), 0))
                        .toList();
        var pool = new PayPool(cents(0), added);
        var poor = new PayPool(cents(0), cents(40_000));

        assertThat(added).isEqualTo(cents(oracle.get("pool_cents").longValue()));
        assertThat(pool.pay(claims)).isEqualTo(all(oracle.get("due_cents")));
        assertThat(pool.left(sum(pool.pay(claims))))
                .isEqualTo(cents(oracle.get("carry_over_cents").longValue()));
        assertThat(poor.pay(claims)).isEqualTo(all(oracle.get("if_pool_were_40000")));
    }

    @Example
    void whatWentBackLaterIsMadeUpForBeforeAnybodyIsPaid() {
        var pool = new PayPool(cents(-500), cents(300));

        assertThat(pool.available()).isEqualTo(cents(0));
        assertThat(pool.pay(List.of(cents(100), cents(0)))).containsExactly(cents(0), cents(0));
        assertThat(pool.left(cents(0))).isEqualTo(cents(-200));
    }

    @Example
    void withoutWorkAllIsCarried() {
        var pool = new PayPool(cents(7), cents(5));

        assertThat(pool.pay(List.of())).isEmpty();
        assertThat(pool.left(cents(0))).isEqualTo(cents(12));
    }

    @Example
    void hoursAndCasesAddUpAndAreRoundedDownToTheCent() {
        var rates = new Rates(0, cents(1_000), cents(250));

        assertThat(rates.claim(100, 0)).isEqualTo(cents(1_666));
        assertThat(rates.claim(100, 3)).isEqualTo(cents(2_416));
        assertThat(rates.claim(-60, 1)).isEqualTo(cents(-750));
    }

    @Example
    void aShareIsBetweenNothingAndAll() {
        assertThat(Rates.sharePpm("0")).isZero();
        assertThat(Rates.sharePpm("0.08")).isEqualTo(80_000);
        assertThat(Rates.sharePpm("1.0")).isEqualTo(1_000_000);
        for (String wrong : List.of("1.000001", "-0.1", "0.0000001", "8%", "", "2")) {
            assertThatIllegalArgumentException().isThrownBy(() -> Rates.sharePpm(wrong));
        }
        assertThat(new Rates(80_000, cents(1), cents(1)).share()).isEqualTo("0.08");
        assertThat(new Rates(0, cents(1), cents(1)).share()).isEqualTo("0");
    }

    @Property(tries = 500)
    void nobodyGetsMoreThanTheirClaimNorAllTogetherMoreThanThePool(
            @ForAll @LongRange(min = -1_000_000, max = 1_000_000_000) long carried,
            @ForAll @LongRange(min = -1_000_000, max = 1_000_000_000) long added,
            @ForAll @Size(max = 30) List<@IntRange(max = 10_000_000) Integer> claims) {
        var pool = new PayPool(new Money(carried, EUR), new Money(added, EUR));
        List<Money> claimed = claims.stream().map(claim -> cents(claim)).toList();

        List<Money> pay = pool.pay(claimed);

        assertThat(pay).hasSameSizeAs(claimed);
        for (int i = 0; i < pay.size(); i++) {
            assertThat(pay.get(i).isNegative()).isFalse();
            assertThat(pay.get(i).exceeds(claimed.get(i))).isFalse();
            assertThat(pay.get(i).isWholeMinor()).isTrue();
        }
        assertThat(sum(pay)).isEqualTo(sum(claimed).min(pool.available()));
        assertThat(pool.left(sum(pay)).plus(sum(pay))).isEqualTo(new Money(carried + added, EUR));
    }

    @Property(tries = 200)
    void whoDidMoreIsNotPaidLessAndTheOrderIsWorthACentAtMost(
            @ForAll @IntRange(max = 1_000_000) int pool,
            @ForAll @Size(min = 1, max = 20) List<@IntRange(max = 100_000) Integer> claims,
            @ForAll Random random) {
        List<Money> claimed = claims.stream().map(claim -> cents(claim)).toList();
        var order = new ArrayList<Integer>();
        for (int i = 0; i < claims.size(); i++) {
            order.add(i);
        }
        Collections.shuffle(order, random);
        var shared = new PayPool(cents(pool), cents(0));

        List<Money> pay = shared.pay(claimed);
        List<Money> shuffled = shared.pay(order.stream().map(claimed::get).toList());

        for (int i = 0; i < pay.size(); i++) {
            for (int j = 0; j < pay.size(); j++) {
                if (claimed.get(i).exceeds(claimed.get(j))) {
                    assertThat(pay.get(j).exceeds(pay.get(i))).isFalse();
                }
            }
            long apart = pay.get(order.get(i)).microUnits() - shuffled.get(i).microUnits();
            assertThat(Math.abs(apart)).isLessThanOrEqualTo(CENT);
        }
    }

    private static long minutes(String hours) {
        String[] parts = hours.split("/");
        return Long.parseLong(parts[0]) * 60 / (parts.length == 2 ? Long.parseLong(parts[1]) : 1);
    }

    private static List<Money> all(JsonNode cents) {
        return cents.valueStream().map(each -> cents(each.longValue())).toList();
    }

    private static Money sum(List<Money> all) {
        return all.stream().reduce(cents(0), Money::plus);
    }

    private static Money cents(long cents) {
        return new Money(cents * CENT, EUR);
    }
}
