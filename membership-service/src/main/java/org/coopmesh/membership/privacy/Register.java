package org.coopmesh.membership.privacy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Each kind of data that is held about people: why, by which right, how long and where.
 *
 * @param withoutPersons tables that tell nothing of any person
 */
record Register(String service, List<Kind> kinds, List<Untold> withoutPersons) {
    /**
     * Data that are held for one purpose.
     *
     * @param basis by which right, in words
     * @param kept how long, in words
     */
    record Kind(String kind, String purpose, String basis, String kept, List<Held> tables) {}

    /**
     * Where data are.
     *
     * @param of a condition in SQL that finds the rows of {@code :member}; null if they cannot be found, and {@code why} tells
     * @param secret columns that are never told, because whoever reads them could pass for the member
     */
    record Held(
            String table,
            @Nullable String of,
            List<String> columns,
            @Nullable List<String> secret,
            @Nullable String why) {
        Held {
            if (of == null && why == null)
                throw new IllegalArgumentException(
                        table + ": neither found by member nor told why");
            if (secret != null && !new HashSet<>(columns).containsAll(Set.copyOf(secret)))
                throw new IllegalArgumentException(table + ": a secret column that is not there");
        }

        /** The columns that the member is told, in their order. */
        List<String> told() {
            return secret == null
                    ? columns
                    : columns.stream().filter(column -> !secret.contains(column)).toList();
        }
    }

    /** A table without persons. */
    record Untold(String table, String why, List<String> columns) {}

    /** Every column that the register speaks of, as {@code table.column}. */
    List<String> columns() {
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
}
