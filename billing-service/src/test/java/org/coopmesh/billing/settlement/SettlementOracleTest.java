package org.coopmesh.billing.settlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Currency;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.Ratio;
import org.coopmesh.billing.settlement.Reciprocity.Traffic;
import org.coopmesh.billing.subscription.PayerId;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reciprocity and hop prices against the oracles, and what they keep whatever goes in. */
class SettlementOracleTest {
    private static final Currency EUR = Currency.getInstance("EUR");
    private static final Currency USD = Currency.getInstance("USD");
    private static final long GB = 1_000_000_000L;

    @Example
    void reciprocityAsTheOracleSays() {
        JsonNode oracle = oracle("d7_reciprocity_own_proposal");
        var members = new ArrayList<Traffic>();
        for (int i = 0; i < oracle.get("forwarded_GB").size(); i++) {
            members.add(
                    traffic(
                            i,
                            oracle.get("forwarded_GB").get(i).longValue() * GB,
                            oracle.get("originated_GB").get(i).longValue() * GB));
        }

        Reciprocity settled =
                Reciprocity.of(
                        new Money(oracle.get("rate_cents_per_GB").longValue() * 10_000, EUR),
                        members);

        assertThat(settled.hops()).isEqualTo(Ratio.parse(oracle.get("h").stringValue()));
        assertThat(oracle.get("transfer_cents")).hasSize(4);
        for (int i = 0; i < members.size(); i++) {
            Ratio cents = Ratio.parse(oracle.get("transfer_cents").get(i).stringValue());
            assertThat(settled.exact(i)).isEqualTo(cents.dividedBy(Ratio.of(100)));
            assertThat(Ratio.of(settled.transfers().get(i))).isEqualTo(settled.exact(i));
        }
    }

    /** The arithmetic of hop prices, in dollars; a fee of 10⁶ wei per byte is a tenth of a cent per GB. */
    @Example
    void hopPricesAsTheOracleSays() {
        JsonNode oracle = oracle("d6_althea").get("example");
        JsonNode fees = oracle.get("fees_wei_per_byte");
        Money a = perGb(fees.get("A").longValue());
        Money b = perGb(fees.get("B").longValue());
        Money exit = perGb(fees.get("exit").longValue());
        long up = oracle.get("up_bytes").longValue();
        long down = oracle.get("down_bytes").longValue();
        Money way = HopPrice.along(List.of(a, b));

        assertThat(HopPrice.exact(way, up)).isEqualTo(fraction(oracle, "C_pays_A_for_upload_usd"));
        assertThat(HopPrice.exact(a, up)).isEqualTo(fraction(oracle, "A_keeps_usd"));
        assertThat(HopPrice.exact(way, up).minus(HopPrice.exact(a, up)))
                .isEqualTo(HopPrice.exact(b, up))
                .isEqualTo(fraction(oracle, "A_pays_B_usd"));
        // The two bills that the source computes from one pair of counters; ours is the sum along
        // the way, on either side.
        Money whole = HopPrice.along(List.of(a, b, exit));
        Ratio exitSide =
                HopPrice.exact(whole, down)
                        .plus(HopPrice.exact(way, down).dividedBy(Ratio.of(10)))
                        .plus(HopPrice.exact(exit, up));
        Ratio clientSide =
                HopPrice.exact(whole, down).times(Ratio.of(11, 10)).plus(HopPrice.exact(exit, up));
        assertThat(exitSide).isEqualTo(fraction(oracle, "exit_side_bill_usd"));
        assertThat(clientSide).isEqualTo(fraction(oracle, "client_side_fallback_bill_usd"));
        assertThat(clientSide.minus(exitSide)).isEqualTo(fraction(oracle, "disagreement_usd"));
    }

    @Example
    void feesByTheSecondAreExact() {
        JsonNode fee = oracle("d6_althea").get("operator_fee");

        assertThat(Ratio.of(fee.get("usd_per_month").longValue() * 1_000_000, 30L * 24 * 3_600))
                .isEqualTo(Ratio.parse(fee.get("per_second_30d_microdollars").stringValue()));
    }

    @Example
    void nobodyAsksMoreThanTheCeiling() {
        Money ceiling = perGb(200_000_000);

        assertThat(HopPrice.underCeiling(perGb(10_000_000), ceiling)).isEqualTo(perGb(10_000_000));
        assertThat(HopPrice.underCeiling(perGb(999_000_000), ceiling)).isEqualTo(ceiling);
        assertThatIllegalArgumentException().isThrownBy(() -> HopPrice.along(List.of()));
    }

    @Property
    void hoursSumToTheMonthHoweverItIsCut(
            @ForAll @LongRange(min = 0, max = 10_000_000) long perGbMicro,
            @ForAll @Size(max = 30) List<@LongRange(min = 0, max = 5_000_000_000L) Long> hours) {
        var price = new Money(perGbMicro, EUR);
        Money sum = Money.zero(EUR);
        long counted = 0;
        for (long hour : hours) {
            Money due = HopPrice.due(price, counted, counted + hour);
            assertThat(due.isNegative()).isFalse();
            sum = sum.plus(due);
            counted += hour;
        }

        assertThat(sum).isEqualTo(HopPrice.due(price, 0, counted));
        assertThat(sum.plus(HopPrice.due(price, counted, 0)).isZero()).isTrue();
        assertThat(Ratio.of(sum)).isLessThanOrEqualTo(HopPrice.exact(price, counted));
    }

    @Property
    void transfersSumToZeroInEveryCurrency(
            @ForAll @LongRange(min = 0, max = 50_000_000) long rateMicro,
            @ForAll @Size(min = 1, max = 15)
                    List<@LongRange(min = 0, max = 9_000_000_000_000L) Long> carried,
            @ForAll Random random) {
        for (Currency currency :
                List.of(EUR, Currency.getInstance("JPY"), Currency.getInstance("KWD"))) {
            List<Traffic> members = members(carried, random);

            List<Money> transfers =
                    Reciprocity.of(new Money(rateMicro, currency), members).transfers();

            assertThat(transfers).hasSameSizeAs(members).allMatch(Money::isWholeMinor);
            assertThat(transfers.stream().reduce(Money.zero(currency), Money::plus))
                    .isEqualTo(Money.zero(currency));
        }
    }

    @Property
    void theOrderOfMembersMakesNoDifferenceAndTheSameFactsTheSame(
            @ForAll @Size(min = 1, max = 12)
                    List<@LongRange(min = 0, max = 9_000_000_000_000L) Long> carried,
            @ForAll Random random) {
        List<Traffic> members = members(carried, random);
        var shuffled = new ArrayList<>(members);
        Collections.shuffle(shuffled, random);
        var rate = new Money(20_000, EUR);

        Reciprocity one = Reciprocity.of(rate, members);
        Reciprocity other = Reciprocity.of(rate, shuffled);

        assertThat(Reciprocity.of(rate, members).transfers()).isEqualTo(one.transfers());
        for (int i = 0; i < members.size(); i++) {
            assertThat(other.exact(i)).isEqualTo(one.exact(members.indexOf(shuffled.get(i))));
        }
    }

    @Property
    void splitOverTwoAMemberGetsTheSameAndSoDoTheOthers(
            @ForAll @Size(min = 1, max = 12)
                    List<@LongRange(min = 0, max = 9_000_000_000_000L) Long> carried,
            @ForAll Random random) {
        List<Traffic> members = members(carried, random);
        Traffic whole = members.getFirst();
        long part = random.nextLong(whole.carriedBytes() + 1);
        long own = random.nextLong(whole.originatedBytes() + 1);
        var split = new ArrayList<>(members);
        split.set(0, new Traffic(whole.payer(), part, own));
        split.add(traffic(999, whole.carriedBytes() - part, whole.originatedBytes() - own));
        var rate = new Money(20_000, EUR);

        Reciprocity before = Reciprocity.of(rate, members);
        Reciprocity after = Reciprocity.of(rate, split);

        assertThat(after.exact(0).plus(after.exact(members.size()))).isEqualTo(before.exact(0));
        for (int i = 1; i < members.size(); i++) {
            assertThat(after.exact(i)).isEqualTo(before.exact(i));
        }
    }

    @Property
    void whoDidNothingPaysNothingAndWhoCarriesMoreGetsNoLess(
            @ForAll @Size(min = 2, max = 12)
                    List<@LongRange(min = 0, max = 9_000_000_000_000L) Long> carried,
            @ForAll @LongRange(min = 0, max = 9_000_000_000_000L) long more,
            @ForAll Random random) {
        var members = new ArrayList<>(members(carried, random));
        var rate = new Money(20_000, EUR);
        Reciprocity before = Reciprocity.of(rate, members);
        Traffic first = members.getFirst();
        members.set(
                0,
                new Traffic(first.payer(), first.carriedBytes() + more, first.originatedBytes()));
        members.add(traffic(999, 0, 0));

        Reciprocity after = Reciprocity.of(rate, members);

        assertThat(after.exact(0)).isGreaterThanOrEqualTo(before.exact(0));
        assertThat(after.transfers().getLast().isZero()).isTrue();
    }

    @Example
    void whereNobodyOriginatedNobodyPays() {
        Reciprocity settled =
                Reciprocity.of(
                        new Money(20_000, EUR), List.of(traffic(0, 5 * GB, 0), traffic(1, 0, 0)));

        assertThat(settled.hops()).isEqualTo(Ratio.ZERO);
        assertThat(settled.transfers()).allMatch(Money::isZero);
        assertThat(Reciprocity.of(new Money(20_000, EUR), List.of()).transfers()).isEmpty();
    }

    @Example
    void whatCannotBeIsRefusedAndNothingWraps() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Reciprocity.of(new Money(-1, EUR), List.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> traffic(0, -1, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        Reciprocity.of(
                                Money.zero(EUR), List.of(traffic(0, 1, 1), traffic(0, 1, 1))));
        assertThatThrownBy(() ->
                        Reciprocity.of(
                                new Money(Long.MAX_VALUE, EUR),
                                List.of(traffic(0, Long.MAX_VALUE, 0), traffic(1, 0, 1))))
                .isInstanceOf(ArithmeticException.class);
    }

    private static List<Traffic> members(List<Long> carried, Random random) {
        var members = new ArrayList<Traffic>();
        for (int i = 0; i < carried.size(); i++) {
            members.add(traffic(i, carried.get(i), random.nextLong(5_000_000_000_000L)));
        }
        return members;
    }

    private static Traffic traffic(int i, long carried, long originated) {
        return new Traffic(new PayerId(new UUID(0, i)), carried, originated);
    }

    private static Money perGb(long weiPerByte) {
        // 10⁻¹⁸ of a dollar per byte: 10⁹ bytes and 10⁶ micro-units to the dollar leave 10⁻³.
        return new Money(
                BigInteger.valueOf(weiPerByte).divide(BigInteger.valueOf(1_000)).longValueExact(),
                USD);
    }

    private static Ratio fraction(JsonNode oracle, String field) {
        return Ratio.parse(oracle.get(field).stringValue());
    }

    private static JsonNode oracle(String name) {
        try (var json =
                SettlementOracleTest.class.getResourceAsStream("/oracles/" + name + ".json")) {
            return JsonMapper.builder().build().readTree(json);
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }
}
