package org.coopmesh.billing.costshare;

import java.util.Arrays;
import java.util.List;
import org.coopmesh.billing.ledger.Ratio;

/**
 * The 95th percentile of a month's five-minute samples: of N samples the ⌊0.05·N⌋ highest are dropped and the next
 * counts. Samples are aligned to the clock in UTC; one that nobody reported counts as zero.
 *
 * @param dropped how many were left out at the top
 * @param bytes in the five minutes that count
 */
public record Peak(Direction direction, int samples, int dropped, long bytes) {
    /** Seconds of one sample. */
    public static final int SAMPLE_SECONDS = 300;

    private static final int DROP_ONE_IN = 20;

    /** What both directions come to. The three differ: bursts that never meet hide from the first two. */
    public enum Direction {
        /** The percentile of each direction, the higher of the two: what transit is mostly billed by. */
        MAX_OF_PERCENTILES,
        /** Of each sample the higher direction, then the percentile. */
        PERCENTILE_OF_MAX,
        /** Of each sample both directions together, then the percentile. */
        PERCENTILE_OF_SUM
    }

    /** Bytes of one sample. */
    public record Sample(long down, long up) {
        public Sample {
            if (down < 0 || up < 0) {
                throw new IllegalArgumentException("bytes are never negative");
            }
        }
    }

    public Peak {
        if (samples < 1 || dropped != samples / DROP_ONE_IN || bytes < 0) {
            throw new IllegalArgumentException("no such percentile of " + samples + " samples");
        }
    }

    /**
     * The percentile of {@code reported} samples, in any order, among {@code samples} in all.
     *
     * @throws IllegalArgumentException if more were reported than there are
     * @throws ArithmeticException if both directions of a sample exceed a long together
     */
    public static Peak of(Direction direction, int samples, List<Sample> reported) {
        if (samples < 1 || reported.size() > samples) {
            throw new IllegalArgumentException(reported.size() + " of " + samples + " samples");
        }
        long[] down = new long[samples];
        long[] up = new long[samples];
        long[] max = new long[samples];
        long[] sum = new long[samples];
        for (int i = 0; i < reported.size(); i++) {
            Sample sample = reported.get(i);
            down[i] = sample.down();
            up[i] = sample.up();
            max[i] = Math.max(sample.down(), sample.up());
            sum[i] =
                    direction == Direction.PERCENTILE_OF_SUM
                            ? Math.addExact(sample.down(), sample.up())
                            : 0;
        }
        long bytes =
                switch (direction) {
                    case MAX_OF_PERCENTILES -> Math.max(percentile(down), percentile(up));
                    case PERCENTILE_OF_MAX -> percentile(max);
                    case PERCENTILE_OF_SUM -> percentile(sum);
                };
        return new Peak(direction, samples, samples / DROP_ONE_IN, bytes);
    }

    private static long percentile(long[] values) {
        Arrays.sort(values);
        return values[values.length - 1 - values.length / DROP_ONE_IN];
    }

    /** The rate in Mbit/s (10⁶ bit). */
    public Ratio megabits() {
        return Ratio.of(bytes, SAMPLE_SECONDS * 1_000_000L).times(8);
    }
}
