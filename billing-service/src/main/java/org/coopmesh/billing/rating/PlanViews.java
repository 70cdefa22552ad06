package org.coopmesh.billing.rating;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.math.BigDecimal;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Currency;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import org.coopmesh.billing.ledger.AmountRefused;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.MoneyView;
import org.coopmesh.billing.rating.TariffPart.Flat;
import org.coopmesh.billing.rating.TariffPart.Percentile;
import org.coopmesh.billing.rating.TariffPart.SlidingScale;
import org.coopmesh.billing.rating.TariffPart.TimeOfDay;
import org.coopmesh.billing.rating.TariffPart.Volume;
import org.jspecify.annotations.Nullable;

/** Plans on the wire: as they are shown, and as they are asked for. */
public final class PlanViews {
    private static final long GB_MAX = 1_000_000_000;
    private static final int PARTS_MAX = 5;
    private static final long BITS_PER_MBIT = 1_000_000;

    private PlanViews() {}

    /**
     * A plan. {@code flat}, {@code includedGb} and {@code perGb} say the same as the parts of type flat and volume.
     */
    public record PlanView(
            String code,
            String name,
            String description,
            LocalDate effectiveOn,
            MoneyView flat,
            long includedGb,
            MoneyView perGb,
            String currency,
            List<PartView> parts) {
        /** How {@code plan} is written. */
        public static PlanView of(Plan plan) {
            return new PlanView(
                    plan.code(),
                    plan.name(),
                    plan.description(),
                    plan.effectiveOn(),
                    MoneyView.of(plan.flat()),
                    plan.includedBytes() / Plan.BYTES_PER_GB,
                    MoneyView.of(plan.perGb()),
                    plan.currency().getCurrencyCode(),
                    plan.parts().stream().map(part -> PartView.of(part, plan.currency())).toList());
        }
    }

    /**
     * One part; only the fields of its type are there.
     *
     * @param type flat, scale, volume, peak or timed
     * @param monthly of flat: dues of a month
     * @param floor of scale, with suggested and ceiling: between which the payer picks
     * @param includedGb of volume
     * @param perGb of volume; of timed, where no window holds
     * @param committedMbit of peak: the rate up to which nothing is charged
     * @param perMbit of peak: for a month
     * @param direction of peak
     * @param windows of timed: the first that fits counts
     */
    public record PartView(
            String type,
            @Nullable MoneyView monthly,
            @Nullable MoneyView floor,
            @Nullable MoneyView suggested,
            @Nullable MoneyView ceiling,
            @Nullable Long includedGb,
            @Nullable MoneyView perGb,
            @Nullable String committedMbit,
            @Nullable MoneyView perMbit,
            @Nullable String direction,
            @Nullable List<WindowView> windows) {
        static PartView of(TariffPart part, Currency currency) {
            StoredPart plain = StoredPart.of(part);
            Long includedBytes = plain.includedBytes();
            Long committedBits = plain.committedBits();
            Percentile.Direction direction = plain.direction();
            List<StoredPart.Window> windows = plain.windows();
            return new PartView(
                    type(plain.kind()),
                    view(plain.monthlyMicro(), currency),
                    view(plain.floorMicro(), currency),
                    view(plain.suggestedMicro(), currency),
                    view(plain.ceilingMicro(), currency),
                    includedBytes == null ? null : includedBytes / Plan.BYTES_PER_GB,
                    view(plain.perGbMicro(), currency),
                    committedBits == null ? null : mbit(committedBits),
                    view(plain.perMbitMicro(), currency),
                    direction == null ? null : word(direction),
                    windows == null
                            ? null
                            : windows.stream().map(each -> WindowView.of(each, currency)).toList());
        }

        private static String type(Charge.Kind kind) {
            return switch (kind) {
                case DUES -> "flat";
                case SCALE -> "scale";
                case USAGE -> "volume";
                case PEAK -> "peak";
                case TIMED -> "timed";
            };
        }

        private static @Nullable MoneyView view(@Nullable Long micro, Currency currency) {
            return micro == null ? null : MoneyView.of(new Money(micro, currency));
        }
    }

    /** From an hour of the co-op's clock up to, not including, a later one. */
    public record WindowView(List<String> days, int fromHour, int toHour, MoneyView perGb) {
        static WindowView of(StoredPart.Window window, Currency currency) {
            return new WindowView(
                    window.days().stream()
                            .sorted()
                            .map(day -> day.name().toLowerCase(Locale.ROOT))
                            .toList(),
                    window.fromHour(),
                    window.toHour(),
                    MoneyView.of(new Money(window.perGbMicro(), currency)));
        }
    }

    /** A plan to declare: either parts, or {@code flat}, {@code includedGb} and {@code perGb}. */
    public record PlanRequest(
            @NotNull @Pattern(regexp = "[a-z0-9][a-z0-9-]{0,39}") String code,
            @NotBlank @Size(max = 100) String name,
            @Size(max = 1000) @Nullable String description,
            @NotNull LocalDate effectiveOn,
            @Valid @Nullable MoneyRequest flat,
            @Min(0) @Max(GB_MAX) @Nullable Long includedGb,
            @Valid @Nullable MoneyRequest perGb,
            @Nullable String currency,
            @Size(min = 1, max = PARTS_MAX) @Nullable List<@Valid PartRequest> parts) {
        /**
         * The plan that is asked for.
         *
         * @throws PlanMalformed or AmountRefused with the field that is wrong
         */
        public Plan plan(Currency expected) {
            if (currency != null && !currency.equals(expected.getCurrencyCode())) {
                throw AmountRefused.currency("currency", expected);
            }
            try {
                return new Plan(
                        code,
                        name,
                        description == null ? "" : description,
                        effectiveOn,
                        expected,
                        tariff(expected));
            } catch (IllegalArgumentException wrong) {
                throw new PlanMalformed("parts", "plan", String.valueOf(wrong.getMessage()));
            }
        }

        private List<TariffPart> tariff(Currency expected) {
            List<PartRequest> asked = parts;
            if (asked == null) {
                return List.of(
                        new Flat(required("flat", flat).money("flat.amount", expected)),
                        new Volume(
                                required("includedGb", includedGb) * Plan.BYTES_PER_GB,
                                required("perGb", perGb).money("perGb.amount", expected)));
            }
            if (flat != null || includedGb != null || perGb != null) {
                throw new PlanMalformed(
                        "parts", "plan", "either parts, or flat, includedGb and perGb");
            }
            var tariff = new ArrayList<TariffPart>();
            for (int i = 0; i < asked.size(); i++) {
                String field = "parts[" + i + "].";
                try {
                    tariff.add(asked.get(i).part(field, expected));
                } catch (IllegalArgumentException wrong) {
                    throw new PlanMalformed(
                            field.substring(0, field.length() - 1),
                            "plan",
                            String.valueOf(wrong.getMessage()));
                }
            }
            return tariff;
        }
    }

    /** One part to declare; the fields are those of {@link PartView}. */
    public record PartRequest(
            @NotNull @Pattern(regexp = "flat|scale|volume|peak|timed") String type,
            @Valid @Nullable MoneyRequest monthly,
            @Valid @Nullable MoneyRequest floor,
            @Valid @Nullable MoneyRequest suggested,
            @Valid @Nullable MoneyRequest ceiling,
            @Min(0) @Max(GB_MAX) @Nullable Long includedGb,
            @Valid @Nullable MoneyRequest perGb,
            @Pattern(regexp = "[0-9]{1,6}(\\.[0-9]{1,3})?") @Nullable String committedMbit,
            @Valid @Nullable MoneyRequest perMbit,
            @Pattern(regexp = "higherOfPercentiles|percentileOfHigher|percentileOfSum")
                    @Nullable String direction,
            @Size(min = 1, max = TimeOfDay.WINDOWS_MAX)
                    @Nullable List<@Valid WindowRequest> windows) {
        TariffPart part(String at, Currency currency) {
            return switch (type) {
                case "flat" -> new Flat(money(at, "monthly", monthly, currency));
                case "scale" ->
                        new SlidingScale(
                                money(at, "floor", floor, currency),
                                money(at, "suggested", suggested, currency),
                                money(at, "ceiling", ceiling, currency));
                case "volume" ->
                        new Volume(
                                required(at + "includedGb", includedGb) * Plan.BYTES_PER_GB,
                                money(at, "perGb", perGb, currency));
                case "peak" ->
                        new Percentile(
                                new BigDecimal(required(at + "committedMbit", committedMbit))
                                        .movePointRight(6)
                                        .longValueExact(),
                                money(at, "perMbit", perMbit, currency),
                                directionOf(required(at + "direction", direction)));
                case "timed" ->
                        new TimeOfDay(windows(at, currency), money(at, "perGb", perGb, currency));
                default -> throw new PlanMalformed(at + "type", "unknown", "no such part");
            };
        }

        private List<TimeOfDay.PriceWindow> windows(String at, Currency currency) {
            List<WindowRequest> asked = required(at + "windows", windows);
            var all = new ArrayList<TimeOfDay.PriceWindow>();
            for (int i = 0; i < asked.size(); i++) {
                WindowRequest window = asked.get(i);
                var days = EnumSet.noneOf(DayOfWeek.class);
                window.days()
                        .forEach(day -> days.add(DayOfWeek.valueOf(day.toUpperCase(Locale.ROOT))));
                all.add(
                        new TimeOfDay.PriceWindow(
                                days,
                                window.fromHour(),
                                window.toHour(),
                                window.perGb()
                                        .money(at + "windows[" + i + "].perGb.amount", currency)));
            }
            return all;
        }
    }

    /** A price window to declare. */
    public record WindowRequest(
            @NotEmpty @Size(max = 7)
                    List<
                                    @NotNull
                                    @Pattern(
                                            regexp =
                                                    "monday|tuesday|wednesday|thursday|friday|saturday|sunday")
                                    String>
                            days,
            @NotNull @Min(0) @Max(23) Integer fromHour,
            @NotNull @Min(1) @Max(24) Integer toHour,
            @NotNull @Valid MoneyRequest perGb) {}

    /** An amount of zero or more. */
    public record MoneyRequest(@NotNull String amount, @Nullable String currency) {
        Money money(String field, Currency expected) {
            return AmountRefused.unlessAtLeastZero(field, amount, currency, expected);
        }
    }

    private static Money money(
            String at, String name, @Nullable MoneyRequest request, Currency currency) {
        return required(at + name, request).money(at + name + ".amount", currency);
    }

    private static <T> T required(String field, @Nullable T value) {
        if (value == null) {
            throw new PlanMalformed(field, "required", "is missing");
        }
        return value;
    }

    private static String mbit(long bits) {
        BigDecimal mbit = BigDecimal.valueOf(bits).divide(BigDecimal.valueOf(BITS_PER_MBIT));
        return mbit.stripTrailingZeros().toPlainString();
    }

    private static String word(Percentile.Direction direction) {
        return switch (direction) {
            case HIGHER_OF_PERCENTILES -> "higherOfPercentiles";
            case PERCENTILE_OF_HIGHER -> "percentileOfHigher";
            case PERCENTILE_OF_SUM -> "percentileOfSum";
        };
    }

    private static Percentile.Direction directionOf(String word) {
        return switch (word) {
            case "higherOfPercentiles" -> Percentile.Direction.HIGHER_OF_PERCENTILES;
            case "percentileOfHigher" -> Percentile.Direction.PERCENTILE_OF_HIGHER;
            case "percentileOfSum" -> Percentile.Direction.PERCENTILE_OF_SUM;
            default -> throw new IllegalArgumentException("direction " + word);
        };
    }
}
