package org.coopmesh.billing.rating;

import java.time.DayOfWeek;
import java.util.Currency;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.coopmesh.billing.ledger.Money;
import org.jspecify.annotations.Nullable;

/** One part of a plan in plain fields, as the table keeps it and views read it: amounts in micro-units, and only the fields that its kind has. */
record StoredPart(
        Charge.Kind kind,
        @Nullable Long monthlyMicro,
        @Nullable Long floorMicro,
        @Nullable Long suggestedMicro,
        @Nullable Long ceilingMicro,
        @Nullable Long includedBytes,
        @Nullable Long perGbMicro,
        @Nullable Long committedBits,
        @Nullable Long perMbitMicro,
        TariffPart.Percentile.@Nullable Direction direction,
        @Nullable List<Window> windows) {
    /** A price window. */
    record Window(Set<DayOfWeek> days, int fromHour, int toHour, long perGbMicro) {}

    static StoredPart of(TariffPart part) {
        return switch (part) {
            case TariffPart.Flat flat ->
                    new StoredPart(
                            flat.kind(),
                            micro(flat.monthly()),
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null);
            case TariffPart.SlidingScale scale ->
                    new StoredPart(
                            scale.kind(),
                            null,
                            micro(scale.floor()),
                            micro(scale.suggested()),
                            micro(scale.ceiling()),
                            null,
                            null,
                            null,
                            null,
                            null,
                            null);
            case TariffPart.Volume volume ->
                    new StoredPart(
                            volume.kind(),
                            null,
                            null,
                            null,
                            null,
                            volume.includedBytes(),
                            micro(volume.perGb()),
                            null,
                            null,
                            null,
                            null);
            case TariffPart.Percentile percentile ->
                    new StoredPart(
                            percentile.kind(),
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            percentile.committedBits(),
                            micro(percentile.perMbit()),
                            percentile.direction(),
                            null);
            case TariffPart.TimeOfDay timed ->
                    new StoredPart(
                            timed.kind(),
                            null,
                            null,
                            null,
                            null,
                            null,
                            micro(timed.otherwise()),
                            null,
                            null,
                            null,
                            timed.windows().stream()
                                    .map(window ->
                                            new Window(
                                                    EnumSet.copyOf(window.days()),
                                                    window.fromHour(),
                                                    window.toHour(),
                                                    micro(window.perGb())))
                                    .toList());
        };
    }

    TariffPart part(Currency currency) {
        return switch (kind) {
            case DUES -> new TariffPart.Flat(money(monthlyMicro, currency));
            case SCALE ->
                    new TariffPart.SlidingScale(
                            money(floorMicro, currency),
                            money(suggestedMicro, currency),
                            money(ceilingMicro, currency));
            case USAGE ->
                    new TariffPart.Volume(
                            Objects.requireNonNull(includedBytes), money(perGbMicro, currency));
            case PEAK ->
                    new TariffPart.Percentile(
                            Objects.requireNonNull(committedBits),
                            money(perMbitMicro, currency),
                            Objects.requireNonNull(direction));
            case TIMED ->
                    new TariffPart.TimeOfDay(
                            Objects.requireNonNull(windows).stream()
                                    .map(window ->
                                            new TariffPart.TimeOfDay.PriceWindow(
                                                    window.days(),
                                                    window.fromHour(),
                                                    window.toHour(),
                                                    new Money(window.perGbMicro(), currency)))
                                    .toList(),
                            money(perGbMicro, currency));
        };
    }

    private static long micro(Money money) {
        return money.microUnits();
    }

    private static Money money(@Nullable Long micro, Currency currency) {
        return new Money(Objects.requireNonNull(micro), currency);
    }
}
