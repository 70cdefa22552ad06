package org.coopmesh.membership.roster;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * CSV (RFC 4180) with a first line that names its columns, in any order. Between columns stands what that line uses: a comma, a
 * semicolon or a tab.
 */
final class CsvFile {
    static final List<String> COLUMNS =
            List.of(
                    "name",
                    "email",
                    "phone",
                    "joined_on",
                    "site",
                    "address",
                    "latitude",
                    "longitude",
                    "plan",
                    "payer_name",
                    "payer_email",
                    "payer_address");
    private static final int CELL_MAX = 4_000;
    private static final int CELLS_MAX = 100;

    private CsvFile() {}

    /** @param line where it begins, from 1 */
    record Row(int line, List<String> cells) {}

    /** The lines after the first, blank ones left out, and where each column stands. */
    record Table(Map<String, Integer> columns, List<Row> rows) {
        @Nullable String cell(Row row, String column) {
            return CsvFile.cell(row, columns, column);
        }
    }

    /**
     * Reads a table.
     *
     * @param known columns that there may be
     * @param needed columns that there must be
     * @throws RosterRefused if it is none, or has other columns
     */
    static Table table(String text, List<String> known, List<String> needed) {
        int end = text.indexOf('\n');
        String first = end < 0 ? text : text.substring(0, end);
        List<Row> rows = rows(text, delimiter(first));
        Map<String, Integer> columns = columns(rows.getFirst(), known, needed);
        return new Table(
                columns,
                rows.subList(1, rows.size()).stream()
                        .filter(row -> !row.cells.stream().allMatch(String::isBlank))
                        .toList());
    }

    static Roster read(String text, String planCode) {
        int end = text.indexOf('\n');
        String first = end < 0 ? text : text.substring(0, end);
        List<Row> rows = rows(text, delimiter(first));
        Map<String, Integer> columns = columns(rows.getFirst(), COLUMNS, List.of("name", "email"));
        var reader = new LineReader();
        var lines = new ArrayList<RosterLine>();
        for (Row row : rows.subList(1, rows.size())) {
            if (row.cells.stream().allMatch(String::isBlank)) continue;
            reader.begin(Integer.toString(row.line));
            if (row.cells.size() > rows.getFirst().cells.size())
                reader.wrong(
                        "", "too-many-cells", "has more cells than the first line has columns");
            lines.add(line(row, columns, reader, planCode));
        }
        if (lines.isEmpty())
            throw new RosterRefused("file-unreadable", "", "", "empty", "no line but the first");
        return new Roster("csv", lines, reader.problems(), List.of());
    }

    private static RosterLine line(
            Row row, Map<String, Integer> columns, LineReader reader, String planCode) {
        String name = reader.required("name", cell(row, columns, "name"), LineReader.NAME_MAX);
        String email = reader.email("email", cell(row, columns, "email"));
        String phone = reader.text("phone", cell(row, columns, "phone"), LineReader.PHONE_MAX);
        var joinedOn = reader.day("joined_on", cell(row, columns, "joined_on"));
        String site = reader.text("site", cell(row, columns, "site"), LineReader.NAME_MAX);
        RosterLine.Place place = null;
        if (!site.isEmpty())
            place =
                    new RosterLine.Place(
                            site,
                            reader.required(
                                    "address",
                                    cell(row, columns, "address"),
                                    LineReader.ADDRESS_MAX),
                            reader.location(
                                    cell(row, columns, "latitude"),
                                    cell(row, columns, "longitude")),
                            reader.planCode("plan", cell(row, columns, "plan"), planCode));
        else
            for (String of : List.of("address", "latitude", "longitude", "plan", "payer_email"))
                if (!blank(cell(row, columns, of)))
                    reader.wrong("site", "required", "is missing, but there is a " + of);
        RosterLine.PaidBy paidBy = null;
        if (place != null && !blank(cell(row, columns, "payer_email")))
            paidBy =
                    new RosterLine.PaidBy(
                            reader.required(
                                    "payer_name",
                                    cell(row, columns, "payer_name"),
                                    LineReader.NAME_MAX),
                            reader.email("payer_email", cell(row, columns, "payer_email")),
                            reader.text(
                                    "payer_address",
                                    cell(row, columns, "payer_address"),
                                    LineReader.ADDRESS_MAX));
        return new RosterLine(
                Integer.toString(row.line),
                name,
                email,
                phone.isEmpty() ? null : phone,
                joinedOn,
                place,
                paidBy);
    }

    private static boolean blank(@Nullable String cell) {
        return cell == null || cell.isBlank();
    }

    private static @Nullable String cell(Row row, Map<String, Integer> columns, String column) {
        Integer at = columns.get(column);
        return at == null || at >= row.cells.size() ? null : row.cells.get(at);
    }

    /** A column that nobody knows is refused: what is misspelt would be lost without a word. */
    private static Map<String, Integer> columns(Row head, List<String> known, List<String> needs) {
        var columns = new HashMap<String, Integer>();
        for (int i = 0; i < head.cells.size(); i++) {
            String name = head.cells.get(i).strip().toLowerCase(Locale.ROOT);
            if (!known.contains(name))
                throw head(
                        name,
                        "unknown-column",
                        "no such column; known are " + String.join(", ", known));
            if (columns.put(name, i) != null)
                throw head(name, "column-twice", "the column stands there twice");
        }
        for (String needed : needs)
            if (!columns.containsKey(needed))
                throw head(needed, "required", "the first line names no column " + needed);
        return columns;
    }

    private static RosterRefused head(String column, String rule, String message) {
        return new RosterRefused(
                "file-unreadable",
                "1",
                column.length() > 60 ? column.substring(0, 60) : column,
                rule,
                message);
    }

    private static char delimiter(String head) {
        char most = ',';
        for (char each : new char[] {';', '\t'})
            if (head.chars().filter(c -> c == each).count()
                    > head.chars().filter(c -> c == ',').count()) most = each;
        return most;
    }

    private static List<Row> rows(String text, char delimiter) {
        var rows = new ArrayList<Row>();
        var cells = new ArrayList<String>();
        var cell = new StringBuilder();
        int line = 1;
        int begun = 1;
        boolean quoted = false;
        boolean closed = false;
        for (int i = 0; i <= text.length(); i++) {
            boolean end = i == text.length();
            char c = end ? '\n' : text.charAt(i);
            if (quoted) {
                if (end)
                    throw broken(begun, "quote-open", "a quoted cell begins here and never ends");
                if (c != '"') {
                    cell.append(c);
                } else if (i + 1 < text.length() && text.charAt(i + 1) == '"') {
                    cell.append('"');
                    i++;
                } else {
                    quoted = false;
                    closed = true;
                }
            } else if (c == delimiter || c == '\n') {
                boolean empty = c == '\n' && cells.isEmpty() && cell.isEmpty() && !closed;
                if (!empty) {
                    cells.add(cell.toString());
                    if (cells.size() > CELLS_MAX)
                        throw broken(begun, "too-many-cells", "more than " + CELLS_MAX + " cells");
                }
                cell.setLength(0);
                closed = false;
                if (c == '\n') {
                    if (!empty) rows.add(new Row(begun, List.copyOf(cells)));
                    cells.clear();
                    if (rows.size() > Roster.LINES_MAX + 1)
                        throw broken(
                                begun,
                                "too-many-lines",
                                "more than " + Roster.LINES_MAX + " lines");
                }
            } else if (c == '"' && cell.isEmpty() && !closed) {
                quoted = true;
            } else if (c != '\r' || i + 1 < text.length() && text.charAt(i + 1) != '\n') {
                if (closed)
                    throw broken(line, "quote-closed", "a quoted cell goes on after its end");
                cell.append(c);
            }
            if (cell.length() > CELL_MAX)
                throw broken(begun, "size", "a cell of more than " + CELL_MAX + " characters");
            if (c == '\n') {
                line++;
                if (!quoted) begun = line;
            }
        }
        if (rows.isEmpty())
            throw new RosterRefused("file-unreadable", "", "", "empty", "the file is empty");
        return rows;
    }

    private static RosterRefused broken(int line, String rule, String message) {
        return new RosterRefused("file-unreadable", Integer.toString(line), "", rule, message);
    }
}
