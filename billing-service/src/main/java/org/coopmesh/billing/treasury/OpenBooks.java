package org.coopmesh.billing.treasury;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.coopmesh.billing.ledger.AccountId.Kind;
import org.coopmesh.billing.ledger.Flow;
import org.coopmesh.billing.ledger.Money;
import org.jspecify.annotations.Nullable;

/**
 * The co-op's money by months, so that nobody's can be read out of it: what fewer than three payers gave or got is put together
 * with more, and where that does not help, it is not told, and neither is the sum that would give it away. What moderators are
 * paid is published anyway, to each by a number.
 */
final class OpenBooks {
    /** A figure tells of no person when so many stand behind it. */
    static final int PAYERS_MIN = 3;

    /** What is put together because too few stand behind each. */
    static final String FOLDED = "folded";

    private static final int RUNWAY_MONTHS = 6;

    private OpenBooks() {}

    /**
     * @param purpose a kind of account, or {@code folded}
     * @param amount null if too few stand behind it
     */
    record Row(String purpose, @Nullable Money amount) {}

    /**
     * One month.
     *
     * @param in what came into bank and till from elsewhere; null if too few stand behind it
     * @param out what left them for elsewhere; null likewise
     * @param inByPurpose {@code in}, by the kind of account it came from
     * @param outByPurpose {@code out}, by the kind of account it went to
     */
    record Month(
            YearMonth month,
            @Nullable Money in,
            @Nullable Money out,
            List<Row> inByPurpose,
            List<Row> outByPurpose) {}

    /** Every month in which money moved, in their order. */
    static List<Month> months(List<Flow> flows, Currency currency) {
        var byMonth =
                flows.stream()
                        .collect(
                                Collectors.groupingBy(
                                        Flow::month, TreeMap::new, Collectors.toList()));
        var months = new ArrayList<Month>();
        byMonth.forEach((month, all) -> {
            Side in =
                    side(
                            all.stream()
                                    .filter(f -> f.to().isMoney() && !f.from().isMoney())
                                    .toList(),
                            true,
                            currency);
            Side out =
                    side(
                            all.stream()
                                    .filter(f -> f.from().isMoney() && !f.to().isMoney())
                                    .toList(),
                            false,
                            currency);
            months.add(new Month(month, in.sum(), out.sum(), in.rows(), out.rows()));
        });
        return months;
    }

    /**
     * For how many months {@code money} lasts at the average of what went out, over the last six months before {@code current}, or as
     * many as there are since the first; rounded down to a tenth. Nothing if nothing went out.
     */
    static Optional<BigDecimal> runway(Money money, List<Flow> flows, YearMonth current) {
        YearMonth first =
                flows.stream().map(Flow::month).min(Comparator.naturalOrder()).orElse(current);
        YearMonth from = current.minusMonths(RUNWAY_MONTHS);
        YearMonth begin = first.isAfter(from) ? first : from;
        long months = begin.until(current, java.time.temporal.ChronoUnit.MONTHS);
        BigDecimal out =
                flows.stream()
                        .filter(f -> f.from().isMoney() && !f.to().isMoney())
                        .filter(f -> !f.month().isBefore(begin) && f.month().isBefore(current))
                        .map(f -> BigDecimal.valueOf(f.amount().microUnits()))
                        .reduce(BigDecimal.ZERO, BigDecimal::add);
        if (out.signum() == 0 || money.isNegative()) {
            return Optional.empty();
        }
        return Optional.of(
                BigDecimal.valueOf(money.microUnits())
                        .multiply(BigDecimal.valueOf(months))
                        .divide(out, 1, RoundingMode.DOWN));
    }

    private record Side(@Nullable Money sum, List<Row> rows) {}

    private record Group(String purpose, Money amount, long payers) {
        Group with(Group other) {
            // At least as many as stand behind the larger of the two.
            return new Group(FOLDED, amount.plus(other.amount), Math.max(payers, other.payers));
        }
    }

    private static Side side(List<Flow> flows, boolean in, Currency currency) {
        Map<String, Group> groups = new TreeMap<>();
        for (Flow flow : flows) {
            Kind kind = in ? flow.from() : flow.to();
            String purpose = kind.code();
            groups.merge(
                    purpose,
                    new Group(purpose, flow.amount(), kind == Kind.PAY_DUE ? 0 : flow.payers()),
                    (a, b) ->
                            new Group(
                                    purpose,
                                    a.amount().plus(b.amount()),
                                    Math.max(a.payers(), b.payers())));
        }
        Money sum =
                groups.values().stream()
                        .map(Group::amount)
                        .reduce(Money.zero(currency), Money::plus);
        var rows = new ArrayList<Row>();
        Group folded = null;
        List<Group> ofPersons =
                groups.values().stream()
                        .filter(group -> group.payers() > 0)
                        .sorted(Comparator.comparingLong(Group::payers))
                        .toList();
        for (Group group : ofPersons) {
            boolean tooFew = group.payers() < PAYERS_MIN;
            if (tooFew || folded != null && folded.payers() < PAYERS_MIN) {
                folded =
                        folded == null
                                ? new Group(FOLDED, group.amount(), group.payers())
                                : folded.with(group);
            } else {
                rows.add(new Row(group.purpose(), group.amount()));
            }
        }
        groups.values().stream()
                .filter(group -> group.payers() == 0)
                .forEach(group -> rows.add(new Row(group.purpose(), group.amount())));
        boolean hidden = folded != null && folded.payers() < PAYERS_MIN;
        if (folded != null) {
            rows.add(new Row(FOLDED, hidden ? null : folded.amount()));
        }
        rows.sort(Comparator.comparing(Row::purpose));
        return new Side(hidden ? null : sum, rows);
    }
}
