package org.coopmesh.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The SQL of one capability names its own tables only; what another knows is asked at its door. */
class TableOwnershipTest {
    private static final Path MIGRATIONS = Path.of("src/main/resources/db/migration");
    private static final Path SOURCES = Path.of("src/main/java/org/coopmesh/abuse");
    private static final Pattern MADE = Pattern.compile("\\bcreate (?:table|view) (\\w+)");
    private static final Pattern LITERAL =
            Pattern.compile("\"\"\".*?\"\"\"|\"(?:[^\"\\\\\\n]|\\\\.)*\"", Pattern.DOTALL);
    // One list of the from clause may name several, each with an alias.
    private static final Pattern NAMED =
            Pattern.compile(
                    "\\b(?:from|join|into|update|table|copy|using|truncate)\\s+((?:\\w+(?:\\s+\\w+)?\\s*,\\s*)*\\w+)");

    @Test
    void eachTableIsNamedByOneCapability() throws IOException {
        Set<String> tables = tables();
        var namedBy = new TreeMap<String, Set<String>>();

        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                String capability = SOURCES.relativize(file.getParent()).toString();
                named(Files.readString(file), tables)
                        .forEach(table ->
                                namedBy.computeIfAbsent(table, t -> new TreeSet<>())
                                        .add(capability));
            }
        }

        assertThat(namedBy.keySet()).as("tables that somebody speaks of").isEqualTo(tables);
        assertThat(namedBy).allSatisfy((table, by) -> assertThat(by).as(table).hasSize(1));
    }

    @Test
    void aTableIsSeenWhereverSqlNamesIt() {
        Set<String> tables = Set.of("dog", "cat", "cow");

        assertThat(named("db.sql(\"select * from dog where id = 1\")", tables)).containsOnly("dog");
        assertThat(named("\"\"\"\n  insert into cat\n  select * from dog d\n\"\"\"", tables))
                .containsOnly("cat", "dog");
        assertThat(named("\"select 1 from dog d, cat, cow c\"", tables))
                .containsOnly("dog", "cat", "cow");
        assertThat(named("\"update cow set dog = 1\"", tables)).containsOnly("cow");
        assertThat(named("\"a\" + from(dog) + \"\\\" from cat\"", tables)).containsOnly("cat");
        assertThat(named("// from dog to cat\nfrom dog", tables)).isEmpty();
    }

    private static Set<String> tables() throws IOException {
        var tables = new TreeSet<String>();
        try (Stream<Path> files = Files.list(MIGRATIONS)) {
            for (Path file : files.toList()) {
                MADE.matcher(Files.readString(file)).results().forEach(m -> tables.add(m.group(1)));
            }
        }
        tables.removeAll(Set.of("mail", "mail_gate")); // The module mail's.
        assertThat(tables).isNotEmpty();
        return tables;
    }

    private static Set<String> named(String java, Set<String> tables) {
        var named = new TreeSet<String>();
        LITERAL.matcher(java)
                .results()
                .flatMap(literal -> NAMED.matcher(literal.group()).results())
                .flatMap(list -> Stream.of(list.group(1).split("\\W+")))
                .filter(tables::contains)
                .forEach(named::add);
        return named;
    }
}
