package org.coopmesh.billing.reconciliation;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.coopmesh.billing.ledger.Money;
import org.jspecify.annotations.Nullable;

/** A statement as it is kept, without its entries. */
record StatementHead(
        UUID id,
        UUID account,
        UUID file,
        @Nullable String bankId,
        @Nullable Long sequence,
        LocalDate firstDay,
        LocalDate lastDay,
        Money opening,
        Money closing) {
    /**
     * Something between two statements is not there.
     *
     * @param missing what the entries in between must have come to; zero where only a number was left out
     */
    record Gap(LocalDate after, LocalDate before, Rule rule, Money missing) {}

    /** How a gap shows. */
    enum Rule {
        /** A statement does not open with what the one before closed with. */
        BALANCE,
        /** The bank counted on, and a number is not there. */
        SEQUENCE
    }

    /** In the order of their days; of the same days, as the balances lead from one to the next. */
    static List<StatementHead> ordered(List<StatementHead> statements) {
        var sorted = new ArrayList<>(statements);
        sorted.sort(
                Comparator.comparing(StatementHead::firstDay)
                        .thenComparing(StatementHead::lastDay)
                        .thenComparing(
                                StatementHead::sequence,
                                Comparator.nullsLast(Comparator.naturalOrder()))
                        .thenComparing(StatementHead::id));
        var ordered = new ArrayList<StatementHead>();
        while (!sorted.isEmpty()) {
            StatementHead next = sorted.getFirst();
            for (StatementHead each : sorted) {
                boolean same =
                        each.firstDay.equals(next.firstDay) && each.lastDay.equals(next.lastDay);
                if (same && !ordered.isEmpty() && each.opening.equals(ordered.getLast().closing)) {
                    next = each;
                    break;
                }
            }
            sorted.remove(next);
            ordered.add(next);
        }
        return ordered;
    }

    /** What is missing between the statements of one account; those that lie within others tell nothing. */
    static List<Gap> gaps(List<StatementHead> statements) {
        var gaps = new ArrayList<Gap>();
        StatementHead before = null;
        for (StatementHead each : ordered(statements)) {
            if (before == null) {
                before = each;
                continue;
            }
            if (!each.lastDay.isAfter(before.lastDay) && !each.opening.equals(before.closing))
                continue;
            boolean meets = each.opening.equals(before.closing);
            boolean overlaps = !each.firstDay.isAfter(before.lastDay);
            if (!meets && !overlaps) {
                gaps.add(
                        new Gap(
                                before.lastDay,
                                each.firstDay,
                                Rule.BALANCE,
                                each.opening.minus(before.closing)));
            } else if (meets
                    && before.sequence != null
                    && each.sequence != null
                    && each.firstDay.getYear() == before.firstDay.getYear()
                    && each.sequence > before.sequence + 1) {
                gaps.add(
                        new Gap(
                                before.lastDay,
                                each.firstDay,
                                Rule.SEQUENCE,
                                Money.zero(each.opening.currency())));
            }
            before = each;
        }
        return gaps;
    }
}
