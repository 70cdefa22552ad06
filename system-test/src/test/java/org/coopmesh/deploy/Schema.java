package org.coopmesh.deploy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a database is made of, as PostgreSQL itself tells it; without Flyway's table and what belongs to extensions. */
final class Schema {
    private static final String OURS =
            """
            n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
            and n.nspname !~ '^pg_' and c.relname <> 'flyway_schema_history'
            and not exists (select 1 from pg_depend d where d.objid = c.oid and d.deptype = 'e')
            """;

    /** A column; {@code fills} where a row comes about without naming it. */
    private record Column(String type, boolean required, boolean fills, String value) {}

    /** A constraint or a unique index, and the columns that it looks at; empty where it looks at an expression. */
    private record Rule(String kind, String text, Set<String> columns) {}

    private final Map<String, String> relations = new TreeMap<>();
    private final Map<String, Map<String, Column>> columns = new TreeMap<>();
    private final Map<String, Map<String, Rule>> rules = new TreeMap<>();
    private final Map<String, Set<String>> triggers = new TreeMap<>();
    private final Map<String, String> functions = new TreeMap<>();
    private final Map<String, Set<String>> words = new TreeMap<>();

    private Schema() {}

    static Schema of(Connection db) throws SQLException {
        var schema = new Schema();
        rows(
                db,
                "select c.oid::regclass::text, c.relkind::text from pg_class c join pg_namespace n on n.oid = c.relnamespace"
                        + " where c.relkind in ('r', 'p', 'v', 'm', 'S') and "
                        + OURS,
                row -> schema.relations.put(row[0], row[1]));
        rows(
                db,
                "select c.oid::regclass::text, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,"
                        + " (a.atthasdef or a.attidentity <> ''), a.attgenerated::text || coalesce(pg_get_expr(f.adbin, f.adrelid), '')"
                        + " from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace"
                        + " left join pg_attrdef f on f.adrelid = c.oid and f.adnum = a.attnum"
                        + " where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm') and "
                        + OURS,
                row ->
                        schema.columns
                                .computeIfAbsent(row[0], table -> new TreeMap<>())
                                .put(
                                        row[1],
                                        new Column(
                                                row[2],
                                                row[3].equals("t"),
                                                row[4].equals("t"),
                                                row[5])));
        rows(
                db,
                "select c.oid::regclass::text, k.contype::text, pg_get_constraintdef(k.oid),"
                        + " (select string_agg(a.attname, ',') from pg_attribute a where a.attrelid = c.oid and a.attnum = any(k.conkey))"
                        + " from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace"
                        + " where k.contype in ('c', 'f', 'p', 'u', 'x') and "
                        + OURS,
                row -> schema.rule(row[0], row[1], row[2], row[3]));
        rows(
                db,
                "select c.oid::regclass::text, 'u', regexp_replace(pg_get_indexdef(i.indexrelid), 'INDEX \\S+ ON', 'INDEX ON'),"
                        + " case when i.indexprs is null then (select string_agg(a.attname, ',') from pg_attribute a"
                        + " where a.attrelid = c.oid and a.attnum = any(i.indkey::smallint[])) end"
                        + " from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace"
                        + " where i.indisunique and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid) and "
                        + OURS,
                row -> schema.rule(row[0], row[1], row[2], row[3]));
        rows(
                db,
                "select c.oid::regclass::text, pg_get_triggerdef(t.oid) from pg_trigger t"
                        + " join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace"
                        + " where not t.tgisinternal and "
                        + OURS,
                row ->
                        schema.triggers
                                .computeIfAbsent(row[0], table -> new TreeSet<>())
                                .add(row[1]));
        rows(
                db,
                "select p.oid::regprocedure::text, coalesce(pg_get_function_result(p.oid), '') from pg_proc p"
                        + " join pg_namespace n on n.oid = p.pronamespace where n.nspname !~ '^pg_'"
                        + " and n.nspname <> 'information_schema'"
                        + " and not exists (select 1 from pg_depend d where d.objid = p.oid and d.deptype = 'e')",
                row -> schema.functions.put(row[0], row[1]));
        rows(
                db,
                "select e.enumtypid::regtype::text, e.enumlabel from pg_enum e",
                row -> schema.words.computeIfAbsent(row[0], type -> new TreeSet<>()).add(row[1]));
        return schema;
    }

    private void rule(String table, String kind, String text, String columns) {
        rules.computeIfAbsent(table, key -> new TreeMap<>())
                .put(
                        text,
                        new Rule(
                                kind,
                                text,
                                columns == null ? Set.of() : Set.of(columns.split(","))));
    }

    /**
     * What code that was written for this schema may not find in {@code later}, or may be refused there. A rule or a trigger is
     * named even where it may be harmless: whether the old code keeps to it, PostgreSQL cannot know.
     */
    List<String> lostIn(Schema later) {
        var lost = new ArrayList<String>();
        relations.forEach((name, kind) -> {
            if (!kind.equals(later.relations.get(name))) lost.add(name + " is gone");
        });
        columns.forEach((table, all) -> {
            if (later.columns.containsKey(table)) {
                compareColumns(table, all, later.columns.get(table), lost);
                compareRules(table, later, lost);
                for (String trigger : later.triggers.getOrDefault(table, Set.of())) {
                    if (!triggers.getOrDefault(table, Set.of()).contains(trigger)) {
                        lost.add(table + " has a new trigger: " + trigger);
                    }
                }
            }
        });
        functions.forEach((name, result) -> {
            if (!result.equals(later.functions.get(name))) lost.add(name + " is gone");
        });
        words.forEach((type, all) -> {
            for (String word : all) {
                if (!later.words.getOrDefault(type, Set.of()).contains(word)) {
                    lost.add(type + " has lost '" + word + "'");
                }
            }
        });
        return lost;
    }

    private static void compareColumns(
            String table,
            Map<String, Column> before,
            Map<String, Column> after,
            List<String> lost) {
        before.forEach((name, was) -> {
            String column = table + "." + name;
            Column is = after.get(name);
            if (is == null) {
                lost.add(column + " is gone");
                return;
            }
            if (!is.type().equals(was.type())) {
                lost.add(column + " was " + was.type() + " and is " + is.type());
            }
            if (is.required() && !was.required()) lost.add(column + " has become not null");
            if (was.fills() && (!is.fills() || !is.value().equals(was.value()))) {
                lost.add(column + " has another default");
            }
        });
        after.forEach((name, is) -> {
            if (!before.containsKey(name) && is.required() && !is.fills()) {
                lost.add(table + "." + name + " is new, not null and without a default");
            }
        });
    }

    private void compareRules(String table, Schema later, List<String> lost) {
        Map<String, Rule> before = rules.getOrDefault(table, Map.of());
        Map<String, Rule> after = later.rules.getOrDefault(table, Map.of());
        Map<String, Column> columnsBefore = columns.get(table);
        after.forEach((text, rule) -> {
            if (before.containsKey(text)) return;
            boolean onlyNew =
                    !rule.columns().isEmpty()
                            && rule.columns().stream().noneMatch(columnsBefore::containsKey);
            boolean someNull =
                    rule.columns().stream()
                            .filter(name -> !columnsBefore.containsKey(name))
                            .map(later.columns.get(table)::get)
                            .anyMatch(column -> !column.required() && !column.fills());
            boolean harmless =
                    switch (rule.kind()) {
                        case "c", "f" -> onlyNew;
                        case "u" -> someNull && !text.contains("NULLS NOT DISTINCT");
                        default -> false;
                    };
            if (!harmless) lost.add(table + " has a new rule: " + text);
        });
        before.forEach((text, rule) -> {
            // "on conflict" names them
            if ((rule.kind().equals("u") || rule.kind().equals("p")) && !after.containsKey(text)) {
                lost.add(table + " is no longer held unique: " + text);
            }
        });
    }

    private interface Row {
        void take(String[] values);
    }

    private static void rows(Connection db, String sql, Row row) throws SQLException {
        try (var statement = db.createStatement();
                var result = statement.executeQuery(sql)) {
            int width = result.getMetaData().getColumnCount();
            while (result.next()) {
                var values = new String[width];
                for (int i = 0; i < width; i++) values[i] = result.getString(i + 1);
                row.take(values);
            }
        }
    }
}
