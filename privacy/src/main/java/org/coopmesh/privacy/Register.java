package org.coopmesh.privacy;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Each kind of data that is held about people: why, by which right, how long and where, and what becomes of it when somebody is
 * erased.
 *
 * @param sets queries in SQL that conditions name in braces, such as the payers of {@code :member}
 * @param withoutPersons tables that tell nothing of any person
 */
public record Register(
        String service,
        @Nullable Map<String, String> sets,
        List<Kind> kinds,
        List<Untold> withoutPersons) {
    /**
     * Data that are held for one purpose.
     *
     * @param basis by which right, in words
     * @param kept how long, in words
     * @param stays why what is neither deleted nor blanked stays when somebody is erased; null if nothing does
     */
    public record Kind(
            String kind,
            String purpose,
            String basis,
            String kept,
            @Nullable String stays,
            List<Held> tables) {
        /** Refuses a table of which nobody can say what becomes of it. */
        public Kind {
            for (Held held : tables)
                if (stays == null && !held.goes() && held.blank() == null)
                    throw new IllegalArgumentException(
                            held.table() + ": neither erased nor told why it stays");
        }
    }

    /**
     * Where data are.
     *
     * @param of a condition in SQL that finds the rows of {@code :member}; null if they cannot be found, and {@code why} tells
     * @param secret columns that are never told, because whoever reads them could pass for the member
     * @param bulky columns of which the archive has more elsewhere, such as documents
     * @param erase {@code rows}: an erasure deletes them
     * @param erasing a condition in SQL that finds the rows that an erasure deletes or blanks, where they are not all of {@code of}
     * @param blank what an erasure writes into which column, in SQL
     */
    public record Held(
            String table,
            @Nullable String of,
            List<String> columns,
            @Nullable List<String> secret,
            @Nullable List<String> bulky,
            @Nullable String why,
            @Nullable String erase,
            @Nullable String erasing,
            @Nullable Map<String, String> blank) {
        /** Refuses what contradicts itself. */
        public Held {
            if (of == null && why == null)
                throw new IllegalArgumentException(
                        table + ": neither found by member nor told why");
            for (List<String> some : Stream.of(secret, bulky).filter(s -> s != null).toList())
                if (!new HashSet<>(columns).containsAll(Set.copyOf(some)))
                    throw new IllegalArgumentException(
                            table + ": a column is set apart that is not there");
            if (blank != null && !new HashSet<>(columns).containsAll(blank.keySet()))
                throw new IllegalArgumentException(
                        table + ": a column is blanked that is not there");
            if (erase != null && (!erase.equals("rows") || blank != null || of == null))
                throw new IllegalArgumentException(
                        table + ": erases rows, or blanks columns, of a member");
        }

        /** Which rows an erasure touches; null for none. */
        @Nullable String touched() {
            return erase == null && blank == null ? null : erasing == null ? of : erasing;
        }

        boolean goes() {
            return erase != null;
        }

        /** The columns that the member is told, in their order. */
        List<String> told() {
            return columns.stream()
                    .filter(column -> secret == null || !secret.contains(column))
                    .filter(column -> bulky == null || !bulky.contains(column))
                    .toList();
        }
    }

    /** A table without persons. */
    public record Untold(String table, String why, List<String> columns) {}

    /** Every column that the register speaks of, as {@code table.column}. */
    public List<String> columns() {
        return Stream.concat(
                        kinds.stream()
                                .flatMap(kind -> kind.tables().stream())
                                .flatMap(held ->
                                        held.columns().stream()
                                                .map(column -> held.table() + "." + column)),
                        withoutPersons.stream()
                                .flatMap(each ->
                                        each.columns().stream()
                                                .map(column -> each.table() + "." + column)))
                .toList();
    }

    /** A condition with the queries that it names in their places. */
    String condition(String of) {
        String condition = of;
        if (sets != null)
            for (Map.Entry<String, String> set : sets.entrySet())
                condition = condition.replace("{" + set.getKey() + "}", set.getValue());
        return condition;
    }
}
