package org.coopmesh.billing.metering;

import java.math.BigInteger;
import java.time.Duration;

/**
 * Whether what one end of a link sent can be what the other received: for link A–B in one window, {@code tx_A − rx_B} lies in
 * {@code [−ε, loss·tx_A + ε]}, where ε grows by what flows while the two ends cut the window. What is credited is the smaller
 * of the two claims, so that no one gains by lying alone.
 *
 * @param epsilonBytes how far apart two honest counters may be, whatever flows
 * @param lossPpm how much of what is sent may be lost, in parts of a million
 * @param skew how far apart the two ends may cut the same window: so much of its traffic may be in the next one at one end
 * @param span of so many windows in a row …
 * @param limit … so many outside are a discrepancy
 */
record LinkCheck(long epsilonBytes, int lossPpm, Duration skew, int span, int limit) {
    private static final BigInteger MILLION = BigInteger.valueOf(1_000_000);

    LinkCheck {
        if (epsilonBytes < 0) throw new IllegalArgumentException("epsilon must not be negative");
        if (lossPpm < 0 || lossPpm >= 1_000_000) {
            throw new IllegalArgumentException("loss must be 0 to 999,999 parts of a million");
        }
        if (skew.isNegative()) throw new IllegalArgumentException("skew must not be negative");
        if (limit < 1 || span < limit) {
            throw new IllegalArgumentException("a discrepancy is 1 or more of at least as many");
        }
    }

    /** True where {@code sent} and {@code received} in a window differ by no more than counters, clocks and loss explain. */
    boolean agrees(long sent, long received, Duration window) {
        BigInteger lost = BigInteger.valueOf(sent).subtract(BigInteger.valueOf(received));
        BigInteger epsilon =
                BigInteger.valueOf(epsilonBytes).add(atTheEdges(sent, received, window));
        if (lost.compareTo(epsilon.negate()) < 0) return false;
        BigInteger most =
                BigInteger.valueOf(sent)
                        .multiply(BigInteger.valueOf(lossPpm))
                        .add(epsilon.multiply(MILLION));
        return lost.multiply(MILLION).compareTo(most) <= 0;
    }

    private BigInteger atTheEdges(long sent, long received, Duration window) {
        return BigInteger.valueOf(Math.max(sent, received))
                .multiply(BigInteger.valueOf(skew.toMillis()))
                .divide(BigInteger.valueOf(Math.max(1, window.toMillis())));
    }

    /** What counts of two claims. */
    static long credited(long sent, long received) {
        return Math.min(sent, received);
    }
}
