package org.coopmesh.billing.reconciliation;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a bank writes its CSV. Columns are named as in the head line, or by number from 1 on where there is none.
 *
 * @param charset {@code UTF-8}, {@code ISO-8859-1}, {@code windows-1252} or {@code UTF-16}
 * @param delimiter one character
 * @param headLines lines before the first entry; the last of them names the columns, if any
 * @param dateFormat such as {@code dd.MM.yyyy}
 * @param decimal {@code ,} or {@code .}; the other one may group thousands
 * @param amount signed amounts; null where there is a column for each direction
 * @param credit what came; null where amounts are signed
 * @param debit what went; null where amounts are signed
 */
record CsvMapping(
        String charset,
        String delimiter,
        int headLines,
        String dateFormat,
        String decimal,
        String bookedOn,
        @Nullable String valueOn,
        @Nullable String amount,
        @Nullable String credit,
        @Nullable String debit,
        @Nullable String currency,
        @Nullable String name,
        @Nullable String iban,
        @Nullable String text,
        @Nullable String reference,
        @Nullable String endToEndId,
        @Nullable String bankReference) {
    private static final Set<String> CHARSETS =
            Set.of("UTF-8", "ISO-8859-1", "windows-1252", "UTF-16");
    private static final int HEAD_LINES_MAX = 30;

    CsvMapping {
        require(
                CHARSETS.contains(charset),
                "charset",
                "one of " + CHARSETS.stream().sorted().toList());
        require(
                delimiter.length() == 1 && !"\"\r\n".contains(delimiter),
                "delimiter",
                "one character");
        require(
                headLines >= 0 && headLines <= HEAD_LINES_MAX,
                "headLines",
                "0 to " + HEAD_LINES_MAX);
        require(List.of(",", ".").contains(decimal), "decimal", "a comma or a point");
        require(!decimal.equals(delimiter), "decimal", "not the delimiter");
        require(
                dateFormat.length() <= 20 && dateFormat.matches("[dMyu./\\- ]+"),
                "dateFormat",
                "such as dd.MM.yyyy");
        require(!bookedOn.isBlank(), "bookedOn", "which column it is");
        require(
                (amount != null) != (credit != null && debit != null),
                "amount",
                "a signed column, or one for each direction");
        for (String column :
                columns(
                        valueOn,
                        amount,
                        credit,
                        debit,
                        currency,
                        name,
                        iban,
                        text,
                        reference,
                        endToEndId,
                        bankReference)) {
            require(column.length() <= 100, "columns", "names of at most 100 characters");
        }
    }

    private static List<String> columns(@Nullable String... columns) {
        return java.util.Arrays.stream(columns)
                .filter(java.util.Objects::nonNull)
                .map(String::valueOf)
                .toList();
    }

    private static void require(boolean holds, String field, String rule) {
        if (!holds) throw new CsvMappingRefused(field, rule);
    }
}
