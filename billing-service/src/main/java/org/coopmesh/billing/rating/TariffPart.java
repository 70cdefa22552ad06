package org.coopmesh.billing.rating;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.metering.HourOfUse;
import org.coopmesh.billing.metering.Usage;

/**
 * One part of a plan. Each gives its own charge, and the charge says how it came about. All dues are cut by the day so
 * that the parts of a month sum to the month exactly; every price is rounded down to the micro-unit, in the member's
 * favour; local traffic costs nothing and is shown as saved.
 */
public sealed interface TariffPart {
    /** What comes of this part, or nothing where there is nothing to say. */
    Optional<Charge> charge(PlanDays days, Counted counted);

    /** The kind of charge this part makes; a plan has at most one part of a kind. */
    Charge.Kind kind();

    /** All the money this part names, so that a plan can check it. */
    List<Money> prices();

    /**
     * What was counted for a site on the days of one version of a plan.
     *
     * @param usage the sum of the days
     * @param hours the hours in which anything was counted; empty where no part asks for them
     * @param choices of the payer for this site, by day
     * @param spanHours all hours of the days, also those in which nothing was counted
     * @param zone of the co-op
     */
    record Counted(
            Usage usage,
            List<HourOfUse> hours,
            List<DuesChoice> choices,
            int spanHours,
            ZoneId zone) {
        public Counted {
            hours = List.copyOf(hours);
            choices = List.copyOf(choices);
        }
    }

    /** Dues of a month. */
    record Flat(Money monthly) implements TariffPart {
        @Override
        public Charge.Kind kind() {
            return Charge.Kind.DUES;
        }

        @Override
        public List<Money> prices() {
            return List.of(monthly);
        }

        @Override
        public Optional<Charge> charge(PlanDays days, Counted counted) {
            Money amount = Money.zero(monthly.currency());
            var steps = new ArrayList<Charge.Dues.Step>();
            for (PlanDays.Run run : days.active()) {
                amount = amount.plus(PlanDays.share(monthly, run.from(), run.to()));
                steps.add(new Charge.Dues.Step(run.from(), run.to(), monthly));
            }
            return amount.isZero()
                    ? Optional.empty()
                    : Optional.of(
                            new Charge.Dues(
                                    days.key(kind()),
                                    days.from(),
                                    days.to(),
                                    days.activeDays(),
                                    monthly,
                                    steps,
                                    amount));
        }
    }

    /** Dues that the payer picks between a floor and a ceiling; without a choice, what is suggested. */
    record SlidingScale(Money floor, Money suggested, Money ceiling) implements TariffPart {
        public SlidingScale {
            if (floor.exceeds(suggested) || suggested.exceeds(ceiling)) {
                throw new IllegalArgumentException("floor ≤ suggested ≤ ceiling");
            }
        }

        @Override
        public Charge.Kind kind() {
            return Charge.Kind.SCALE;
        }

        @Override
        public List<Money> prices() {
            return List.of(floor, suggested, ceiling);
        }

        /** What is due for a month on {@code day}; a choice outside the scale of a later version counts as its end. */
        Money on(LocalDate day, List<DuesChoice> choices) {
            Money chosen = suggested;
            for (DuesChoice choice : choices) {
                if (!choice.effectiveOn().isAfter(day)) {
                    chosen = choice.amount();
                }
            }
            return floor.exceeds(chosen) ? floor : chosen.min(ceiling);
        }

        @Override
        public Optional<Charge> charge(PlanDays days, Counted counted) {
            Money amount = Money.zero(floor.currency());
            Money last = suggested;
            var steps = new ArrayList<Charge.Dues.Step>();
            for (PlanDays.Run run : days.active()) {
                for (LocalDate from = run.from(); from.isBefore(run.to()); ) {
                    LocalDate start = from;
                    LocalDate to =
                            counted.choices().stream()
                                    .map(DuesChoice::effectiveOn)
                                    .filter(on -> on.isAfter(start) && on.isBefore(run.to()))
                                    .min(LocalDate::compareTo)
                                    .orElse(run.to());
                    last = on(from, counted.choices());
                    amount = amount.plus(PlanDays.share(last, from, to));
                    steps.add(new Charge.Dues.Step(from, to, last));
                    from = to;
                }
            }
            return amount.isZero()
                    ? Optional.empty()
                    : Optional.of(
                            new Charge.Dues(
                                    days.key(kind()),
                                    days.from(),
                                    days.to(),
                                    days.activeDays(),
                                    last,
                                    steps,
                                    amount));
        }
    }

    /** Internet bytes in both directions, the first of them included. A GB is 10⁹ bytes. */
    record Volume(long includedBytes, Money perGb) implements TariffPart {
        public Volume {
            if (includedBytes < 0) {
                throw new IllegalArgumentException("included volume is never negative");
            }
        }

        @Override
        public Charge.Kind kind() {
            return Charge.Kind.USAGE;
        }

        @Override
        public List<Money> prices() {
            return List.of(perGb);
        }

        /** The price of {@code bytes}. */
        Money price(long bytes) {
            return perGb.fraction(bytes, Plan.BYTES_PER_GB);
        }

        @Override
        public Optional<Charge> charge(PlanDays days, Counted counted) {
            Usage usage = counted.usage();
            if (usage.equals(Usage.NONE)) {
                return Optional.empty();
            }
            long included = 0;
            for (PlanDays.Run run : days.active()) {
                included =
                        Math.addExact(
                                included, PlanDays.share(includedBytes, run.from(), run.to()));
            }
            long internet = Math.addExact(usage.internetDown(), usage.internetUp());
            long local = Math.addExact(usage.localDown(), usage.localUp());
            return Optional.of(
                    new Charge.Traffic(
                            days.key(kind()),
                            days.from(),
                            days.to(),
                            usage,
                            included,
                            perGb,
                            price(local),
                            price(Math.max(0, internet - included))));
        }
    }

    /**
     * The 95th percentile of the hours' mean rates: of N hours, also those in which nothing was counted, the highest
     * ⌊N/20⌋ are dropped and the next is billed, as far as it lies above the committed rate. Hours are those of UTC.
     *
     * @param perMbit for a month; a part of a month costs its days
     */
    record Percentile(long committedBits, Money perMbit, Direction direction)
            implements TariffPart {
        /** Bytes of one Mbit/s in an hour. */
        private static final long HOUR_BYTES_PER_MBIT = 450_000_000;

        private static final long HOUR_BYTES_PER_KILOBIT = 450_000;
        private static final int DROPPED_ONE_IN = 20;

        /** Which rate is billed; it makes a difference to who sends and receives at different times. */
        public enum Direction {
            /** The higher of the percentile down and the percentile up. */
            HIGHER_OF_PERCENTILES,
            /** The percentile of each hour's higher direction. */
            PERCENTILE_OF_HIGHER,
            /** The percentile of each hour's sum. */
            PERCENTILE_OF_SUM
        }

        public Percentile {
            if (committedBits < 0 || committedBits % 1000 != 0) {
                throw new IllegalArgumentException("a committed rate is in whole kbit/s");
            }
        }

        @Override
        public Charge.Kind kind() {
            return Charge.Kind.PEAK;
        }

        @Override
        public List<Money> prices() {
            return List.of(perMbit);
        }

        /** What {@code all} samples come to, of which {@code counted} are not zero. */
        static long ninetyFifth(long[] counted, int all) {
            if (counted.length > all) {
                throw new IllegalArgumentException("more samples than there are");
            }
            int dropped = all / DROPPED_ONE_IN;
            if (dropped >= counted.length) {
                return 0;
            }
            long[] sorted = counted.clone();
            Arrays.sort(sorted);
            return sorted[sorted.length - 1 - dropped];
        }

        static long rate(Direction direction, long[] down, long[] up, int all) {
            return switch (direction) {
                case HIGHER_OF_PERCENTILES ->
                        Math.max(ninetyFifth(down, all), ninetyFifth(up, all));
                case PERCENTILE_OF_HIGHER -> {
                    var higher = new long[down.length];
                    Arrays.setAll(higher, i -> Math.max(down[i], up[i]));
                    yield ninetyFifth(higher, all);
                }
                case PERCENTILE_OF_SUM -> {
                    var sum = new long[down.length];
                    Arrays.setAll(sum, i -> Math.addExact(down[i], up[i]));
                    yield ninetyFifth(sum, all);
                }
            };
        }

        /** The price of {@code hourBytes} above the committed rate for {@code days} of a month of {@code monthDays}. */
        Money price(long hourBytes, int days, int monthDays) {
            long committed = Math.multiplyExact(committedBits / 1000, HOUR_BYTES_PER_KILOBIT);
            return perMbit.fraction(
                    Math.multiplyExact(Math.max(0, hourBytes - committed), (long) days),
                    HOUR_BYTES_PER_MBIT * monthDays);
        }

        @Override
        public Optional<Charge> charge(PlanDays days, Counted counted) {
            if (counted.hours().isEmpty()) {
                return Optional.empty();
            }
            long[] down = counted.hours().stream().mapToLong(HourOfUse::internetDown).toArray();
            long[] up = counted.hours().stream().mapToLong(HourOfUse::internetUp).toArray();
            int samples = Math.max(counted.spanHours(), down.length);
            long hourBytes = rate(direction, down, up, samples);
            return Optional.of(
                    new Charge.Peak(
                            days.key(kind()),
                            days.from(),
                            days.to(),
                            days.allDays(),
                            counted.usage(),
                            samples,
                            samples / DROPPED_ONE_IN,
                            hourBytes,
                            committedBits,
                            direction,
                            perMbit,
                            price(hourBytes, days.allDays(), days.monthDays())));
        }
    }

    /**
     * A price per GB by the hour of the co-op's clock. An hour has the price of the moment in which it begins, so the
     * hour that the clock skips in spring does not exist and the one it repeats in autumn counts twice.
     *
     * @param windows the first that fits counts
     * @param otherwise where none fits
     */
    record TimeOfDay(List<PriceWindow> windows, Money otherwise) implements TariffPart {
        /** Windows of one part. */
        public static final int WINDOWS_MAX = 24;

        /** From {@code fromHour} up to, not including, {@code toHour} (1 to 24) on these days of the week. */
        public record PriceWindow(Set<DayOfWeek> days, int fromHour, int toHour, Money perGb) {
            private static final int HOURS = 24;

            public PriceWindow {
                days = Set.copyOf(days);
                if (days.isEmpty()) {
                    throw new IllegalArgumentException("a price window has days of the week");
                }
                if (fromHour < 0 || toHour > HOURS || fromHour >= toHour) {
                    throw new IllegalArgumentException(
                            "a price window goes from an hour to a later one, 0 to 24");
                }
            }

            boolean holds(ZonedDateTime at) {
                return days.contains(at.getDayOfWeek())
                        && at.getHour() >= fromHour
                        && at.getHour() < toHour;
            }
        }

        public TimeOfDay {
            windows = List.copyOf(windows);
            if (windows.isEmpty() || windows.size() > WINDOWS_MAX) {
                throw new IllegalArgumentException("1 to " + WINDOWS_MAX + " price windows");
            }
        }

        @Override
        public Charge.Kind kind() {
            return Charge.Kind.TIMED;
        }

        @Override
        public List<Money> prices() {
            var prices = new ArrayList<Money>();
            prices.add(otherwise);
            windows.forEach(window -> prices.add(window.perGb()));
            return prices;
        }

        /** The window that holds at {@code hour}, by its place; the number of windows where none does. */
        int windowAt(Instant hour, ZoneId zone) {
            ZonedDateTime at = hour.atZone(zone);
            for (int i = 0; i < windows.size(); i++) {
                if (windows.get(i).holds(at)) {
                    return i;
                }
            }
            return windows.size();
        }

        Money perGb(int window) {
            return window < windows.size() ? windows.get(window).perGb() : otherwise;
        }

        @Override
        public Optional<Charge> charge(PlanDays days, Counted counted) {
            if (counted.usage().equals(Usage.NONE)) {
                return Optional.empty();
            }
            var internet = new long[windows.size() + 1];
            var local = new long[windows.size() + 1];
            for (HourOfUse hour : counted.hours()) {
                int window = windowAt(hour.hour(), counted.zone());
                internet[window] =
                        Math.addExact(
                                internet[window],
                                Math.addExact(hour.internetDown(), hour.internetUp()));
                local[window] =
                        Math.addExact(
                                local[window], Math.addExact(hour.localDown(), hour.localUp()));
            }
            Money amount = Money.zero(otherwise.currency());
            Money saved = amount;
            var bands = new ArrayList<Charge.Band>();
            for (int i = 0; i < internet.length; i++) {
                Money cost = perGb(i).fraction(internet[i], Plan.BYTES_PER_GB);
                amount = amount.plus(cost);
                saved = saved.plus(perGb(i).fraction(local[i], Plan.BYTES_PER_GB));
                if (internet[i] > 0) {
                    bands.add(new Charge.Band(label(i), internet[i], perGb(i), cost));
                }
            }
            return Optional.of(
                    new Charge.Timed(
                            days.key(kind()),
                            days.from(),
                            days.to(),
                            counted.usage(),
                            bands,
                            otherwise,
                            saved,
                            amount));
        }

        private String label(int window) {
            if (window == windows.size()) {
                return "otherwise";
            }
            PriceWindow at = windows.get(window);
            String days =
                    Arrays.stream(DayOfWeek.values())
                            .filter(at.days()::contains)
                            .map(day ->
                                    day.name().substring(0, 1)
                                            + day.name()
                                                    .substring(1, 3)
                                                    .toLowerCase(java.util.Locale.ROOT))
                            .reduce((a, b) -> a + " " + b)
                            .orElseThrow();
            return "%s %02d–%02d h".formatted(days, at.fromHour(), at.toHour());
        }
    }
}
