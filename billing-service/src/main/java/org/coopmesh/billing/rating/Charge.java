package org.coopmesh.billing.rating;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.metering.Usage;
import org.coopmesh.billing.rating.Explanation.Input;
import org.coopmesh.billing.subscription.SiteId;

/** What one part of one version of a plan costs a site's payer in one month, to the micro-unit. */
public sealed interface Charge {
    /** What a charge is told apart by: charged again later, only the difference is new. */
    record Key(Kind kind, SiteId site, String planCode, LocalDate planSince, YearMonth month) {}

    /** Which part of the plan it comes from. */
    enum Kind {
        /** Flat dues. */
        DUES,
        /** Dues picked on a sliding scale. */
        SCALE,
        /** Bytes above the included volume. */
        USAGE,
        /** Bytes by the time of day. */
        TIMED,
        /** The 95th percentile. */
        PEAK;

        /** Whether it charges for traffic; what else there is are dues. */
        public boolean isTraffic() {
            return switch (this) {
                case DUES, SCALE -> false;
                case USAGE, TIMED, PEAK -> true;
            };
        }
    }

    Key key();

    /** The first day. */
    LocalDate from();

    /** The day after the last. */
    LocalDate to();

    Money amount();

    /** How the amount came about. */
    Explanation explanation();

    /**
     * Dues, flat or picked on a scale.
     *
     * @param days that count; paused ones do not
     * @param flat the dues of a whole month; the latest where the choice changed
     * @param steps the days that count, in order: each is cut out of the month for itself
     */
    record Dues(
            Key key,
            LocalDate from,
            LocalDate to,
            int days,
            Money flat,
            List<Step> steps,
            Money amount)
            implements Charge {
        /** Days in [{@code from}, {@code to}) with the dues of a whole month. */
        public record Step(LocalDate from, LocalDate to, Money monthly) {}

        public Dues {
            steps = List.copyOf(steps);
        }

        @Override
        public Explanation explanation() {
            var inputs = new ArrayList<Input>();
            inputs.add(
                    new Input(
                            key.kind() == Kind.SCALE
                                    ? "dues of a month, as chosen"
                                    : "dues of a month",
                            flat.toString()));
            inputs.add(new Input("days", String.valueOf(days)));
            inputs.add(new Input("days of the month", String.valueOf(key.month().lengthOfMonth())));
            if (!steps.equals(List.of(new Step(from, to, flat)))) {
                steps.forEach(step ->
                        inputs.add(
                                new Input(
                                        step.from() + "/" + step.to(), step.monthly().toString())));
            }
            return new Explanation(
                    "dues of a month × days ÷ days of the month", inputs, amount.toString());
        }
    }

    /**
     * Priced traffic: Internet bytes in both directions above the included volume. Local traffic is free.
     *
     * @param includedBytes that are covered by the dues
     * @param saved what the local bytes would have cost as Internet bytes
     */
    record Traffic(
            Key key,
            LocalDate from,
            LocalDate to,
            Usage usage,
            long includedBytes,
            Money perGb,
            Money saved,
            Money amount)
            implements Charge {
        /** Internet bytes down and up. */
        public long internetBytes() {
            return Math.addExact(usage.internetDown(), usage.internetUp());
        }

        @Override
        public Explanation explanation() {
            return new Explanation(
                    "(Internet GB − included GB, never below zero) × price of a GB",
                    List.of(
                            new Input("Internet GB", gb(internetBytes())),
                            new Input("included GB", gb(includedBytes)),
                            new Input("price of a GB", perGb.toString()),
                            new Input("saved by local traffic", saved.toString())),
                    amount.toString());
        }
    }

    /** Bytes that had one price by the clock, and what they cost. */
    record Band(String when, long internetBytes, Money perGb, Money amount) {}

    /**
     * Priced traffic by the time of day. Local traffic is free.
     *
     * @param otherwise the price where no window holds
     * @param saved what the local bytes would have cost as Internet bytes
     */
    record Timed(
            Key key,
            LocalDate from,
            LocalDate to,
            Usage usage,
            List<Band> bands,
            Money otherwise,
            Money saved,
            Money amount)
            implements Charge {
        public Timed {
            bands = List.copyOf(bands);
        }

        /** Internet bytes down and up. */
        public long internetBytes() {
            return Math.addExact(usage.internetDown(), usage.internetUp());
        }

        @Override
        public Explanation explanation() {
            var inputs = new ArrayList<Input>();
            for (Band band : bands) {
                inputs.add(
                        new Input(
                                band.when(),
                                gb(band.internetBytes())
                                        + " GB × "
                                        + band.perGb()
                                        + " = "
                                        + band.amount()));
            }
            inputs.add(new Input("saved by local traffic", saved.toString()));
            return new Explanation(
                    "Internet GB of each time of day × its price of a GB, summed",
                    inputs,
                    amount.toString());
        }
    }

    /**
     * The 95th percentile of the hours' mean rates.
     *
     * @param days that the rate is paid for
     * @param samples hours, also those in which nothing was counted
     * @param dropped the highest of them
     * @param hourBytes bytes in the hour that is billed
     */
    record Peak(
            Key key,
            LocalDate from,
            LocalDate to,
            int days,
            Usage usage,
            int samples,
            int dropped,
            long hourBytes,
            long committedBits,
            TariffPart.Percentile.Direction direction,
            Money perMbit,
            Money amount)
            implements Charge {
        private static final int BITS = 8;
        private static final int SECONDS = 3600;

        /** The billed rate in bits per second, rounded down. */
        public long bits() {
            return Math.multiplyExact(hourBytes, (long) BITS) / SECONDS;
        }

        @Override
        public Explanation explanation() {
            return new Explanation(
                    "(95th percentile − committed rate, never below zero) × price of a Mbit/s × days ÷ days of the month",
                    List.of(
                            new Input("hours (UTC)", String.valueOf(samples)),
                            new Input("highest hours dropped", String.valueOf(dropped)),
                            new Input("direction", rule()),
                            new Input("95th percentile", mbit(bits())),
                            new Input("committed rate", mbit(committedBits)),
                            new Input("price of a Mbit/s", perMbit.toString()),
                            new Input("days", String.valueOf(days)),
                            new Input(
                                    "days of the month",
                                    String.valueOf(key.month().lengthOfMonth()))),
                    amount.toString());
        }

        private String rule() {
            return switch (direction) {
                case HIGHER_OF_PERCENTILES -> "the higher of the percentiles down and up";
                case PERCENTILE_OF_HIGHER -> "the percentile of each hour's higher direction";
                case PERCENTILE_OF_SUM -> "the percentile of each hour's down plus up";
            };
        }
    }

    private static String gb(long bytes) {
        return plain(BigDecimal.valueOf(bytes, 9));
    }

    private static String mbit(long bits) {
        return plain(BigDecimal.valueOf(bits, 6)) + " Mbit/s";
    }

    private static String plain(BigDecimal value) {
        BigDecimal stripped = value.stripTrailingZeros();
        return (stripped.scale() < 0 ? stripped.setScale(0) : stripped).toPlainString();
    }
}
