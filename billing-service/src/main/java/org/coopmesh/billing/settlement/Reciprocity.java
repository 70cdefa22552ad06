package org.coopmesh.billing.settlement;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.coopmesh.billing.ledger.LargestRemainder;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.MoneyView;
import org.coopmesh.billing.ledger.Ratio;
import org.coopmesh.billing.settlement.Derivation.Figure;
import org.coopmesh.billing.subscription.PayerId;

/**
 * Who carries more for others than they let others carry is paid by those who do the opposite: {@code t = rate × (carried −
 * h × originated)} with {@code h} the sum of carried over the sum of originated bytes, so how often a byte was carried on
 * average. All transfers sum to zero. They are linear in the bytes: split over two nodes, or two payers, they come to the same.
 */
public final class Reciprocity {
    static final String FORMULA = "reciprocity.v1";
    static final String RULE =
            "rate × (carried − h × originated) ÷ 10⁹; h: all carried ÷ all originated; positive is received";

    private static final long BYTES_PER_GB = 1_000_000_000L;

    private final Money ratePerGb;
    private final List<Traffic> payers;
    private final BigInteger carried;
    private final BigInteger originated;
    private final List<Ratio> exact;
    private final List<Money> transfers;

    /**
     * What the sites of one payer did in a month, as credited: what passed between nodes of one owner or payer is in neither figure.
     *
     * @param carriedBytes for sites of others
     * @param originatedBytes to and from the Internet, of their own, as far as others carried them
     */
    public record Traffic(PayerId payer, long carriedBytes, long originatedBytes) {
        public Traffic {
            if (carriedBytes < 0 || originatedBytes < 0) {
                throw new IllegalArgumentException("bytes are never negative: " + payer);
            }
        }
    }

    private Reciprocity(Money ratePerGb, List<Traffic> payers) {
        this.ratePerGb = ratePerGb;
        this.payers = List.copyOf(payers);
        this.carried = sum(payers.stream().map(Traffic::carriedBytes).toList());
        this.originated = sum(payers.stream().map(Traffic::originatedBytes).toList());
        this.exact = payers.stream().map(this::exact).toList();
        this.transfers = LargestRemainder.round(exact, ratePerGb.currency());
    }

    /**
     * Settles a month. Where nobody originated anything there is nobody to pay, and all transfers are zero.
     *
     * @param ratePerGb zero or more, per 10⁹ bytes
     * @param payers each named once
     * @throws ArithmeticException if a transfer is beyond what {@link Money} holds
     */
    public static Reciprocity of(Money ratePerGb, List<Traffic> payers) {
        if (ratePerGb.isNegative()) {
            throw new IllegalArgumentException("a rate is nothing or more");
        }
        Set<PayerId> met = new HashSet<>();
        if (!payers.stream().allMatch(traffic -> met.add(traffic.payer()))) {
            throw new IllegalArgumentException("a payer is settled once");
        }
        return new Reciprocity(ratePerGb, payers);
    }

    private static BigInteger sum(List<Long> bytes) {
        return bytes.stream().map(BigInteger::valueOf).reduce(BigInteger.ZERO, BigInteger::add);
    }

    private Ratio exact(Traffic traffic) {
        return originated.signum() == 0
                ? Ratio.ZERO
                : Ratio.of(ratePerGb)
                        .times(
                                Ratio.of(traffic.carriedBytes())
                                        .minus(hops().times(traffic.originatedBytes())))
                        .dividedBy(Ratio.of(BYTES_PER_GB));
    }

    /** How often a byte was carried on average; zero where none was originated. */
    public Ratio hops() {
        return originated.signum() == 0 ? Ratio.ZERO : new Ratio(carried, originated);
    }

    /** What each receives, in whole minor units, in the order given; negative where they pay. They sum to zero. */
    public List<Money> transfers() {
        return transfers;
    }

    /** What payer {@code i} receives before rounding, in whole units of the currency. */
    public Ratio exact(int i) {
        return exact.get(i);
    }

    /** Why payer {@code i} receives or pays what they do. Says of others only sums. */
    public Derivation explain(int i) {
        Traffic traffic = payers.get(i);
        var steps = new ArrayList<Figure>();
        steps.add(new Figure("allCarried", carried.toString(), "byte"));
        steps.add(new Figure("allOriginated", originated.toString(), "byte"));
        steps.add(new Figure("h", hops().toString(), ""));
        return new Derivation(
                FORMULA,
                RULE,
                List.of(
                        new Figure(
                                "rate",
                                Ratio.of(ratePerGb).toString(),
                                ratePerGb.currency() + "/GB"),
                        new Figure("carried", Long.toString(traffic.carriedBytes()), "byte"),
                        new Figure("originated", Long.toString(traffic.originatedBytes()), "byte")),
                List.copyOf(steps),
                List.of(),
                exact.get(i).toString(),
                MoneyView.of(transfers.get(i)));
    }
}
