package org.coopmesh.membership.roster;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Whatever the board hands in as a file of members is told line by line, or is refused. */
class RosterFuzzTest {
    @FuzzTest
    void anyFileIsToldByLineOrRefused(byte[] file) {
        try {
            Roster roster = Roster.read(file, "standard");
            assertThat(roster.lines()).hasSizeLessThanOrEqualTo(Roster.LINES_MAX);
            assertThat(roster.problems()).allMatch(problem -> !problem.rule().isBlank());
            if (roster.problems().isEmpty()) {
                assertThat(roster.lines())
                        .allMatch(line -> !line.name().isBlank() && line.email().contains("@"));
            }
        } catch (RosterRefused refused) {
            assertThat(refused.slug()).isIn("file-unreadable", "file-too-large");
            assertThat(refused.problems()).isNotEmpty();
        }
    }

    @FuzzTest
    void anyTableOfLabelsIsReadOrRefused(byte[] file) {
        try {
            CsvFile.Table table =
                    CsvFile.table(Roster.text(file), Sorting.COLUMNS, java.util.List.of("email"));
            assertThat(table.columns()).containsKey("email");
            assertThat(table.rows())
                    .allSatisfy(row -> assertThat(row.cells()).hasSizeBetween(1, 100));
        } catch (RosterRefused refused) {
            assertThat(refused.problems()).isNotEmpty();
        }
    }
}
