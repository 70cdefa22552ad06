package org.coopmesh.abuse.transparency;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.coopmesh.abuse.report.Category;
import org.coopmesh.abuse.transparency.LogFact.Kind;
import org.coopmesh.abuse.transparency.PublicReport.Cell;
import org.coopmesh.abuse.transparency.PublicReport.Decided;
import org.coopmesh.abuse.transparency.PublicReport.HoursToDecide;
import org.junit.jupiter.api.Test;

class PublicReportTest {
    private static final Period AUTUMN = Period.parse("2026-Q4");

    @Test
    void everyCategoryIsReportedWhetherOrNotThereWasAny() {
        assertThat(PublicReport.CATEGORIES)
                .containsExactlyElementsOf(
                        Arrays.stream(Category.values()).map(Category::wire).toList());
        assertThat(report(List.of()).categories()).hasSize(10);
    }

    @Test
    void whatWouldSingleSomebodyOutIsNotTold() {
        var decisions = new ArrayList<Decided>();
        decisions.addAll(Collections.nCopies(7, decided("spam", "warning")));
        decisions.addAll(Collections.nCopies(5, decided("fraud", "ban")));
        decisions.add(decided("child_safety", "ban"));

        PublicReport report = report(decisions);

        assertThat(told(report.categories()))
                .containsOnly(Map.entry("spam", 7L), Map.entry("fraud", 5L));
        assertThat(told(report.measures()))
                .containsOnly(Map.entry("warning", 7L), Map.entry("ban", 6L));
        assertThat(report.tellable(decisions)).hasSize(12);
    }

    @Test
    void aCellThatTheSumWouldTellTakesAnotherWithIt() {
        var decisions = new ArrayList<Decided>();
        decisions.addAll(Collections.nCopies(9, decided("spam", "warning")));
        decisions.addAll(Collections.nCopies(8, decided("spam", "slowLane")));
        decisions.addAll(Collections.nCopies(6, decided("spam", "suspension")));
        decisions.add(decided("spam", "ban"));

        assertThat(told(report(decisions).measures()))
                .containsOnly(Map.entry("warning", 9L), Map.entry("slowLane", 8L));
    }

    @Test
    void timesToDecideAreRanksOfWhatWasDecided() {
        var decisions = new ArrayList<Decided>();
        for (int hours = 1; hours <= 10; hours++) {
            decisions.add(new Decided(false, "spam", List.of(), hours));
        }

        assertThat(report(decisions).hoursToDecide()).isEqualTo(new HoursToDecide(5, 9));
        assertThat(report(decisions.subList(0, 4)).hoursToDecide()).isNull();
        assertThat(report(decisions).overturnedPercent()).isNull();
    }

    @Test
    void theOverturnRateIsOfWhatWasUpheld() {
        var decisions = Collections.nCopies(8, decided("spam", "ban"));

        PublicReport report =
                PublicReport.of(AUTUMN, Map.of(Kind.DECISION_REVERSED, 2L), decisions);

        assertThat(report.overturnedPercent()).isEqualTo(25);
    }

    @Test
    void aPeriodIsAQuarter() {
        assertThat(AUTUMN.first()).hasToString("2026-10-01");
        assertThat(AUTUMN.end()).hasToString("2027-01-01");
        assertThat(AUTUMN.next()).hasToString("2027-Q1");
        assertThat(Period.of(AUTUMN.end().minusDays(1))).isEqualTo(AUTUMN);
    }

    private static PublicReport report(List<Decided> decisions) {
        return PublicReport.of(AUTUMN, Map.of(), decisions);
    }

    private static Decided decided(String category, String measure) {
        return new Decided(true, category, List.of(measure), 3);
    }

    private static Map<String, Long> told(List<Cell> cells) {
        var told = new TreeMap<String, Long>();
        cells.stream().filter(c -> c.count() != null).forEach(c -> told.put(c.name(), c.count()));
        return told;
    }
}
