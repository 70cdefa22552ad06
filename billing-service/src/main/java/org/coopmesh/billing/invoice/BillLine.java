package org.coopmesh.billing.invoice;

import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.metering.Usage;
import org.coopmesh.billing.rating.Charge;
import org.coopmesh.billing.rating.Explanation;
import org.coopmesh.billing.settlement.Posted;
import org.jspecify.annotations.Nullable;

/**
 * One line of a bill, to the micro-unit. All lines together are the invoice's total exactly.
 *
 * @param charge what it charges; null where it carries a sub-cent remainder, or was posted by others
 * @param from the first day
 * @param to the day after the last
 * @param days of dues
 * @param internetBytes used, of which {@code includedBytes} are covered by the dues
 * @param windows the usage windows behind it
 * @param gaps windows that the node is known to have lost; not charged
 * @param peakBits the rate that a percentile is charged for, in bits per second
 * @param explanation how the amount came about; null on lines from before it was kept, and where a remainder is carried
 * @param source what was posted before, for which the bill itself posts nothing; null for all other lines
 */
record BillLine(
        Kind kind,
        Charge.@Nullable Key charge,
        LocalDate from,
        LocalDate to,
        int days,
        long internetBytes,
        long includedBytes,
        long localBytes,
        @Nullable Money unitPrice,
        @Nullable Money saved,
        Money amount,
        int windows,
        int gaps,
        long peakBits,
        @Nullable Explanation explanation,
        @Nullable Source source) {
    /** By what a line is explained that others posted, and what it is for. */
    record Source(UUID id, String label) {}

    /** A line that the bill itself charges or carries. */
    BillLine(
            Kind kind,
            Charge.@Nullable Key charge,
            LocalDate from,
            LocalDate to,
            int days,
            long internetBytes,
            long includedBytes,
            long localBytes,
            @Nullable Money unitPrice,
            @Nullable Money saved,
            Money amount,
            int windows,
            int gaps,
            long peakBits,
            @Nullable Explanation explanation) {
        this(
                kind,
                charge,
                from,
                to,
                days,
                internetBytes,
                includedBytes,
                localBytes,
                unitPrice,
                saved,
                amount,
                windows,
                gaps,
                peakBits,
                explanation,
                null);
    }

    enum Kind {
        DUES,
        USAGE,
        /** A share of a declared cost. */
        SHARE,
        /** Between members: carried more, or less, than used. */
        RECIPROCITY,
        /** Between members: carriage at a price. */
        CARRIAGE,
        /** Dues given back for an outage. */
        OUTAGE,
        /** A closed month charged anew: what came to light after its bill. */
        ADJUSTMENT,
        CARRIED,
        /** What the wallet paid ahead, hour by hour. */
        PREPAID
    }

    /** What {@code charge} adds to a bill on which it was never charged before. */
    static BillLine of(Charge charge) {
        return switch (charge) {
            case Charge.Dues dues ->
                    new BillLine(
                            Kind.DUES,
                            dues.key(),
                            dues.from(),
                            dues.to(),
                            dues.days(),
                            0,
                            0,
                            0,
                            dues.flat(),
                            null,
                            dues.amount(),
                            0,
                            0,
                            0,
                            dues.explanation());
            case Charge.Traffic traffic ->
                    new BillLine(
                            Kind.USAGE,
                            traffic.key(),
                            traffic.from(),
                            traffic.to(),
                            0,
                            traffic.internetBytes(),
                            traffic.includedBytes(),
                            local(traffic.usage()),
                            traffic.perGb(),
                            traffic.saved(),
                            traffic.amount(),
                            traffic.usage().windows(),
                            traffic.usage().gaps(),
                            0,
                            traffic.explanation());
            case Charge.Timed timed ->
                    new BillLine(
                            Kind.USAGE,
                            timed.key(),
                            timed.from(),
                            timed.to(),
                            0,
                            timed.internetBytes(),
                            0,
                            local(timed.usage()),
                            timed.otherwise(),
                            timed.saved(),
                            timed.amount(),
                            timed.usage().windows(),
                            timed.usage().gaps(),
                            0,
                            timed.explanation());
            case Charge.Peak peak ->
                    new BillLine(
                            Kind.USAGE,
                            peak.key(),
                            peak.from(),
                            peak.to(),
                            peak.days(),
                            0,
                            0,
                            0,
                            peak.perMbit(),
                            null,
                            peak.amount(),
                            peak.usage().windows(),
                            peak.usage().gaps(),
                            peak.bits(),
                            peak.explanation());
        };
    }

    private static long local(Usage usage) {
        return Math.addExact(usage.localDown(), usage.localUp());
    }

    /** What was paid ahead for the days in [{@code from}, {@code to}): a negative amount. */
    static BillLine prepaid(Money amount, LocalDate from, LocalDate to) {
        return new BillLine(
                Kind.PREPAID, null, from, to, 0, 0, 0, 0, null, null, amount, 0, 0, 0, null);
    }

    /** A remainder carried from the bill before, or, negative, to the next. */
    static BillLine carried(Money amount, LocalDate from, LocalDate to) {
        return new BillLine(
                Kind.CARRIED, null, from, to, 0, 0, 0, 0, null, null, amount, 0, 0, 0, null);
    }

    /** What was posted to the payer's unbilled account since their last bill. */
    static BillLine of(Posted posted) {
        return new BillLine(
                switch (posted.kind()) {
                    case SHARE -> Kind.SHARE;
                    case RECIPROCITY -> Kind.RECIPROCITY;
                    case CARRIAGE -> Kind.CARRIAGE;
                    case OUTAGE -> Kind.OUTAGE;
                },
                null,
                posted.month().atDay(1),
                posted.month().plusMonths(1).atDay(1),
                0,
                0,
                0,
                0,
                null,
                null,
                posted.amount(),
                0,
                0,
                0,
                null,
                new Source(posted.id(), posted.label()));
    }

    /** What was posted of carriage, as {@code lines} tell. */
    static List<UUID> carriage(Collection<BillLine> lines) {
        return lines.stream()
                .filter(line -> line.kind() == Kind.CARRIAGE)
                .flatMap(line -> line.posted().stream())
                .map(Posted::id)
                .toList();
    }

    /** What was posted, where this line tells of it. */
    Optional<Posted> posted() {
        if (source == null) {
            return Optional.empty();
        }
        Posted.Kind origin =
                switch (kind) {
                    case SHARE -> Posted.Kind.SHARE;
                    case RECIPROCITY -> Posted.Kind.RECIPROCITY;
                    case CARRIAGE -> Posted.Kind.CARRIAGE;
                    case OUTAGE -> Posted.Kind.OUTAGE;
                    case DUES, USAGE, ADJUSTMENT, CARRIED, PREPAID ->
                            throw new IllegalStateException("posted by nobody: " + kind);
                };
        return Optional.of(
                new Posted(source.id(), origin, YearMonth.from(from), source.label(), amount));
    }

    /** What this adds to {@code billed}, the sum of earlier lines for the same charge. */
    BillLine minus(Billed billed) {
        return new BillLine(
                Kind.ADJUSTMENT,
                charge,
                from,
                to,
                days - billed.days(),
                internetBytes - billed.internetBytes(),
                includedBytes - billed.includedBytes(),
                localBytes - billed.localBytes(),
                unitPrice,
                saved == null || billed.saved() == null ? saved : saved.minus(billed.saved()),
                amount.minus(billed.amount()),
                windows - billed.windows(),
                gaps - billed.gaps(),
                peakBits - billed.peakBits(),
                explanation == null ? null : less(explanation, billed.amount()));
    }

    /** The same as an adjustment. */
    BillLine late() {
        return new BillLine(
                Kind.ADJUSTMENT,
                charge,
                from,
                to,
                days,
                internetBytes,
                includedBytes,
                localBytes,
                unitPrice,
                saved,
                amount,
                windows,
                gaps,
                peakBits,
                explanation);
    }

    private Explanation less(Explanation whole, Money billed) {
        return whole.and(
                "− what was billed before",
                new Explanation.Input("billed before", billed.toString()),
                amount.minus(billed).toString());
    }

    boolean isTakenBack() {
        return kind == Kind.ADJUSTMENT
                && explanation != null
                && explanation.formula().equals(Billed.TAKEN_BACK);
    }

    boolean saysNothing() {
        boolean counted = kind != Kind.ADJUSTMENT && (windows != 0 || gaps != 0);
        return amount.isZero()
                && days == 0
                && internetBytes == 0
                && localBytes == 0
                && peakBits == 0
                && !counted;
    }

    /** What earlier bills charged for one key. */
    record Billed(
            Charge.Key charge,
            LocalDate from,
            LocalDate to,
            int days,
            long internetBytes,
            long includedBytes,
            long localBytes,
            @Nullable Money unitPrice,
            @Nullable Money saved,
            Money amount,
            int windows,
            int gaps,
            long peakBits) {
        private static final String TAKEN_BACK =
                "today's facts know no such charge: what was billed is taken back";

        /** Takes all of it back: today's facts know no such charge. */
        BillLine takenBack() {
            return new BillLine(
                    Kind.ADJUSTMENT,
                    charge,
                    from,
                    to,
                    -days,
                    -internetBytes,
                    -includedBytes,
                    -localBytes,
                    unitPrice,
                    saved == null ? null : saved.negated(),
                    amount.negated(),
                    -windows,
                    -gaps,
                    -peakBits,
                    new Explanation(
                            TAKEN_BACK,
                            List.of(new Explanation.Input("billed before", amount.toString())),
                            amount.negated().toString()));
        }
    }
}
