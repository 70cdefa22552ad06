package org.coopmesh.billing.invoice;

import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.coopmesh.billing.invoice.BillLine.Billed;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.rating.Charge;
import org.coopmesh.billing.settlement.Posted;

/**
 * What a month comes to: today's charges less what was billed of them before. Whole minor units are invoiced; the rest
 * is carried to the next bill.
 *
 * @param total of the lines; what can be invoiced, or, negative, given back
 * @param prepaid what was paid ahead for the month
 * @param carried what else it found on the payer's unbilled account
 */
record Bill(List<BillLine> lines, Money total, Money prepaid, Money carried) {
    /**
     * Draws up the bill for {@code period}.
     *
     * @param charges of the period and of the closed months that are still corrected
     * @param billed of the same months, by earlier bills
     * @param posted by others to the payer's unbilled account since their last bill: lines of their own
     * @param prepaid what the payer's wallet paid ahead for the period; zero or more, rarely less
     * @param unbilled what else rests on that account before this bill, what was posted included
     */
    static Bill draw(
            YearMonth period,
            List<Charge> charges,
            Collection<Billed> billed,
            List<Posted> posted,
            Money prepaid,
            Money unbilled) {
        List<BillLine> lines = new ArrayList<>(news(period, charges, billed));
        Money carried = unbilled;
        for (Posted each : posted) {
            lines.add(BillLine.of(each));
            carried = carried.minus(each.amount());
        }
        LocalDate from = period.atDay(1);
        LocalDate to = period.plusMonths(1).atDay(1);
        if (!prepaid.isZero()) {
            lines.add(BillLine.prepaid(prepaid.negated(), from, to));
        }
        if (!carried.isZero()) {
            lines.add(BillLine.carried(carried, from, to));
        }
        Money sum =
                lines.stream()
                        .map(BillLine::amount)
                        .reduce(Money.zero(carried.currency()), Money::plus);
        Money total = sum.wholeMinor();
        Money rest = sum.minus(total);
        if (!rest.isZero()) {
            lines.add(BillLine.carried(rest.negated(), from, to));
        }
        return new Bill(List.copyOf(lines), total, prepaid, carried);
    }

    /** The total, and what was paid ahead of it: the price of everything on it. */
    Money withPaidAhead() {
        return prepaid.isPositive() ? total.plus(prepaid.wholeMinor()) : total;
    }

    /** What others had posted, as its lines tell. */
    List<Posted> posted() {
        return lines.stream().flatMap(line -> line.posted().stream()).toList();
    }

    /** What it found on the payer's unbilled account, what was posted included. */
    Money unbilled() {
        return posted().stream().map(Posted::amount).reduce(carried, Money::plus);
    }

    /** What {@code charges} say beyond {@code billed}. */
    static List<BillLine> news(YearMonth period, List<Charge> charges, Collection<Billed> billed) {
        Map<Charge.Key, Billed> before = new LinkedHashMap<>();
        billed.forEach(each -> before.put(each.charge(), each));
        var lines = new ArrayList<BillLine>();
        for (Charge charge : charges) {
            BillLine line = BillLine.of(charge);
            Billed known = before.remove(charge.key());
            if (known != null) {
                lines.add(line.minus(known));
            } else {
                lines.add(charge.key().month().equals(period) ? line : line.late());
            }
        }
        before.values().forEach(gone -> lines.add(gone.takenBack()));
        lines.removeIf(BillLine::saysNothing);
        return lines;
    }
}
