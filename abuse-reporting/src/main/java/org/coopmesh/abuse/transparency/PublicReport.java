package org.coopmesh.abuse.transparency;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.coopmesh.abuse.transparency.LogFact.Kind;
import org.jspecify.annotations.Nullable;

/**
 * What a co-op did in a period, counted from its log. Counts that could single somebody out are left out: a cell below
 * {@link #UNDER} is null, zero or not, and where that leaves one null alone in its table the smallest other goes too, or
 * the table's sum would tell it.
 *
 * @param facts entries of each kind; everybody can count these in the log
 * @param categories decisions by what they were about
 * @param measures upheld decisions by each measure they imposed
 * @param hoursToDecide null where fewer than {@link #UNDER} were decided
 * @param overturnedPercent of upheld decisions, those taken back; null where fewer than {@link #UNDER} were upheld
 */
record PublicReport(
        String period,
        Map<String, Long> facts,
        List<Cell> categories,
        List<Cell> measures,
        @Nullable HoursToDecide hoursToDecide,
        @Nullable Long overturnedPercent) {
    /** The smallest count of decisions that is told. */
    static final int UNDER = 5;

    /** As they are reported, whether or not there was any. */
    static final List<String> CATEGORIES =
            List.of(
                    "spam",
                    "intrusion",
                    "malware",
                    "copyright",
                    "harassment",
                    "fraud",
                    "illegal_content",
                    "child_safety",
                    "network_misuse",
                    "other");

    static final List<String> MEASURES = List.of("warning", "slowLane", "suspension", "ban");

    /** @param count null where it is not told */
    record Cell(String name, @Nullable Long count) {}

    /** From the opening of the case to its decision, whole hours. */
    record HoursToDecide(long median, long ninetiethPercentile) {}

    /**
     * A decision as the report reads it.
     *
     * @param measures none where it was dismissed
     */
    record Decided(boolean upheld, String category, List<String> measures, long hours) {}

    /** @param facts entries of each kind in the period */
    static PublicReport of(Period period, Map<Kind, Long> facts, List<Decided> decisions) {
        var told = new TreeMap<String, Long>();
        for (Kind kind : Kind.values()) {
            told.put(kind.wire(), facts.getOrDefault(kind, 0L));
        }
        long upheld = decisions.stream().filter(Decided::upheld).count();
        return new PublicReport(
                period.toString(),
                told,
                cells(CATEGORIES, decisions.stream().map(Decided::category).toList()),
                cells(MEASURES, decisions.stream().flatMap(d -> d.measures().stream()).toList()),
                decisions.size() < UNDER ? null : hours(decisions),
                upheld < UNDER
                        ? null
                        : Math.round(
                                100.0 * facts.getOrDefault(Kind.DECISION_REVERSED, 0L) / upheld));
    }

    /** The decisions that can be told one by one: category and measures are cells that are told. */
    List<Decided> tellable(List<Decided> decisions) {
        return decisions.stream()
                .filter(Decided::upheld)
                .filter(d -> isTold(categories, d.category()))
                .filter(d -> d.measures().stream().allMatch(m -> isTold(measures, m)))
                .sorted(
                        Comparator.comparing(Decided::category)
                                .thenComparing(d -> String.join(" ", d.measures())))
                .toList();
    }

    private static boolean isTold(List<Cell> cells, String name) {
        return cells.stream().anyMatch(cell -> cell.name().equals(name) && cell.count() != null);
    }

    private static List<Cell> cells(List<String> names, List<String> all) {
        List<Map.Entry<String, Long>> counts =
                names.stream()
                        .map(name -> Map.entry(name, all.stream().filter(name::equals).count()))
                        .toList();
        var hidden = new TreeSet<String>();
        for (var count : counts) {
            if (count.getValue() < UNDER) {
                hidden.add(count.getKey());
            }
        }
        if (hidden.size() == 1) {
            counts.stream()
                    .filter(count -> !hidden.contains(count.getKey()))
                    .min(Map.Entry.comparingByValue())
                    .ifPresent(count -> hidden.add(count.getKey()));
        }
        return counts.stream()
                .map(count ->
                        new Cell(
                                count.getKey(),
                                hidden.contains(count.getKey()) ? null : count.getValue()))
                .toList();
    }

    private static HoursToDecide hours(List<Decided> decisions) {
        long[] hours = decisions.stream().mapToLong(Decided::hours).sorted().toArray();
        return new HoursToDecide(rank(hours, 50), rank(hours, 90));
    }

    /** Nearest rank: the smallest value that so many percent do not exceed. */
    private static long rank(long[] sorted, int percent) {
        int place = (sorted.length * percent + 99) / 100;
        return sorted[place - 1];
    }
}
