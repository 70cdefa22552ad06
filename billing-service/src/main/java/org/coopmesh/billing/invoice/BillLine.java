package org.coopmesh.billing.invoice;

import java.time.LocalDate;
import java.util.List;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.metering.Usage;
import org.coopmesh.billing.rating.Charge;
import org.coopmesh.billing.rating.Explanation;
import org.jspecify.annotations.Nullable;

/**
 * One line of a bill, to the micro-unit. All lines together are the invoice's total exactly.
 *
 * @param charge what it charges; null where it carries a sub-cent remainder
 * @param from the first day
 * @param to the day after the last
 * @param days of dues
 * @param internetBytes used, of which {@code includedBytes} are covered by the dues
 * @param windows the usage windows behind it
 * @param gaps windows that the node is known to have lost; not charged
 * @param peakBits the rate that a percentile is charged for, in bits per second
 * @param explanation how the amount came about; null on lines from before it was kept, and where a remainder is carried
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
        @Nullable Explanation explanation) {
    enum Kind {
        DUES,
        USAGE,
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
                            "today's facts know no such charge: what was billed is taken back",
                            List.of(new Explanation.Input("billed before", amount.toString())),
                            amount.negated().toString()));
        }
    }
}
