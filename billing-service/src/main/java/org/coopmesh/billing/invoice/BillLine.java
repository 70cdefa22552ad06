package org.coopmesh.billing.invoice;

import java.time.LocalDate;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.rating.Charge;
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
        int gaps) {
    enum Kind {
        DUES,
        USAGE,
        /** A closed month charged anew: what came to light after its bill. */
        ADJUSTMENT,
        CARRIED
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
                            0);
            case Charge.Traffic traffic ->
                    new BillLine(
                            Kind.USAGE,
                            traffic.key(),
                            traffic.from(),
                            traffic.to(),
                            0,
                            traffic.internetBytes(),
                            traffic.includedBytes(),
                            Math.addExact(traffic.usage().localDown(), traffic.usage().localUp()),
                            traffic.perGb(),
                            traffic.saved(),
                            traffic.amount(),
                            traffic.usage().windows(),
                            traffic.usage().gaps());
        };
    }

    /** A remainder carried from the bill before, or, negative, to the next. */
    static BillLine carried(Money amount, LocalDate from, LocalDate to) {
        return new BillLine(Kind.CARRIED, null, from, to, 0, 0, 0, 0, null, null, amount, 0, 0);
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
                gaps - billed.gaps());
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
                gaps);
    }

    boolean saysNothing() {
        boolean counted = kind != Kind.ADJUSTMENT && (windows != 0 || gaps != 0);
        return amount.isZero() && days == 0 && internetBytes == 0 && localBytes == 0 && !counted;
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
            Money unitPrice,
            @Nullable Money saved,
            Money amount,
            int windows,
            int gaps) {
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
                    -gaps);
        }
    }
}
