package org.coopmesh.billing.rating;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Currency;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.coopmesh.billing.ledger.Money;

/**
 * What a site costs from a day on, put together of parts. A GB is 10⁹ bytes.
 *
 * <p>A part of a month costs the difference between what is due up to its end and up to its start, each rounded down to
 * the micro-unit. So the parts of a month sum to the dues exactly, however it is cut. The included volume is cut the same
 * way.
 *
 * @param parts at most one of a kind; bytes are priced once
 */
public record Plan(
        String code,
        String name,
        String description,
        LocalDate effectiveOn,
        Currency currency,
        List<TariffPart> parts) {
    /** Bytes in a GB. */
    public static final long BYTES_PER_GB = 1_000_000_000L;

    private static final Pattern CODE = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");

    public Plan {
        parts = List.copyOf(parts);
        if (!CODE.matcher(code).matches()) {
            throw new IllegalArgumentException("plan code: " + code);
        }
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("a plan has parts: " + code);
        }
        var kinds = EnumSet.noneOf(Charge.Kind.class);
        for (TariffPart part : parts) {
            if (!kinds.add(part.kind())) {
                throw new IllegalArgumentException("a plan has one part of a kind: " + code);
            }
            for (Money price : part.prices()) {
                if (price.isNegative()) {
                    throw new IllegalArgumentException("a plan costs nothing or more: " + code);
                }
                if (!price.currency().equals(currency)) {
                    throw new IllegalArgumentException("a plan has one currency: " + code);
                }
            }
        }
        if (kinds.contains(Charge.Kind.USAGE) && kinds.contains(Charge.Kind.TIMED)) {
            throw new IllegalArgumentException("a plan prices bytes once: " + code);
        }
    }

    /** Flat dues, a volume included in them, and a price for each GB above it. */
    public Plan(
            String code,
            String name,
            String description,
            LocalDate effectiveOn,
            Money flat,
            long includedBytes,
            Money perGb) {
        this(
                code,
                name,
                description,
                effectiveOn,
                flat.currency(),
                List.of(new TariffPart.Flat(flat), new TariffPart.Volume(includedBytes, perGb)));
    }

    /** The dues that nobody can choose; zero where there are none. */
    public Money flat() {
        return part(TariffPart.Flat.class).map(TariffPart.Flat::monthly).orElse(zero());
    }

    /** The same from {@code on} on with other flat dues. */
    Plan withFlat(Money monthly, LocalDate on) {
        var changed = new ArrayList<TariffPart>();
        changed.add(new TariffPart.Flat(monthly));
        parts.stream().filter(part -> !(part instanceof TariffPart.Flat)).forEach(changed::add);
        return new Plan(code, name, description, on, currency, changed);
    }

    /** The volume that dues include. */
    public long includedBytes() {
        return part(TariffPart.Volume.class).map(TariffPart.Volume::includedBytes).orElse(0L);
    }

    /** The price of a GB above it; zero where bytes are not priced, or by the time of day. */
    public Money perGb() {
        return part(TariffPart.Volume.class).map(TariffPart.Volume::perGb).orElse(zero());
    }

    /** The scale on which dues are chosen, if they are. */
    public Optional<TariffPart.SlidingScale> scale() {
        return part(TariffPart.SlidingScale.class);
    }

    /** Whether a part asks for single hours, not only for their sum. */
    boolean needsHours() {
        return part(TariffPart.Percentile.class).isPresent()
                || part(TariffPart.TimeOfDay.class).isPresent();
    }

    /** What the parts charge, in their order. */
    List<Charge> charges(PlanDays days, TariffPart.Counted counted) {
        var charges = new ArrayList<Charge>();
        for (TariffPart part : parts) {
            part.charge(days, counted).ifPresent(charges::add);
        }
        return charges;
    }

    private Money zero() {
        return Money.zero(currency);
    }

    private <T extends TariffPart> Optional<T> part(Class<T> type) {
        return parts.stream().filter(type::isInstance).map(type::cast).findFirst();
    }
}
