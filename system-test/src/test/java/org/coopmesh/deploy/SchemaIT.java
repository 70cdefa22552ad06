package org.coopmesh.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.coopmesh.quickstart.Servers;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The release before runs on the schema of this one. What is released is listed with its hashes in {@code released/migrations.sha256};
 * what newer migrations change is asked of PostgreSQL before and after them.
 */
@Tag("apart")
class SchemaIT {
    private static final Path RELEASED = Repository.path("system-test/released/migrations.sha256");
    private static final Path EXCEPTIONS = Repository.path("system-test/released/not-additive.txt");
    private static final String EVENT_BUS = "event-bus/src/main/resources/db/eventbus";

    @TempDir private Path temp;

    @Test
    void whatIsReleasedStaysAsItIs() throws Exception {
        for (Map.Entry<String, String> file : released().entrySet()) {
            assertThat(Repository.path(file.getKey())).exists();
            assertThat(sha256(Repository.path(file.getKey())))
                    .as(file.getKey())
                    .isEqualTo(file.getValue());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"membership-service", "billing-service", "abuse-reporting", "gateway"})
    void newerMigrationsOnlyAddAndTheReleaseBeforeStartsOnThem(String service) throws Exception {
        String url = Servers.freshDatabase("n_minus_1_" + service);
        List<String> now = migrations(service);
        List<String> before = now.stream().filter(released()::containsKey).toList();
        Flyway released = flyway(service, url, before, "released");
        var found = new ArrayList<String>();

        released.migrate();
        Schema was = schema(url);
        flyway(service, url, now, "now").migrate();
        found.addAll(was.lostIn(schema(url)));
        try {
            if (released.migrate().migrationsExecuted > 0) {
                found.add("the release before puts back what it had");
            }
        } catch (FlywayException refused) {
            found.add("the release before does not start: " + refused.getMessage());
        }

        assertThat(before).as("released migrations of " + service).isNotEmpty();
        assertThat(found)
                .as(
                        service
                                + ": what is not an addition waits for the release after the one that no longer needs it,"
                                + " or has its reason in "
                                + EXCEPTIONS.getFileName())
                .containsExactlyInAnyOrderElementsOf(exceptions(service));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "drop table loan                                          | loan is gone",
                "alter table loan rename to credit                        | loan is gone",
                "drop view open_loan                                      | open_loan is gone",
                "alter table loan drop column note                        | loan.note is gone",
                "alter table loan rename column note to remark            | loan.note is gone",
                "alter table loan alter column cents type numeric         | loan.cents was bigint and is numeric",
                "alter table loan alter column note set not null          | loan.note has become not null",
                "alter table loan alter column state drop default         | loan.state has another default",
                "alter table loan alter column state set default 'done'   | loan.state has another default",
                "alter table loan add column due_on date not null         | loan.due_on is new, not null and without a default",
                "alter table loan add check (cents > 0)                   | loan has a new rule: CHECK ((cents > 0))",
                "alter table loan add unique (note)                       | loan has a new rule: UNIQUE (note)",
                "create unique index on loan (lower(note))                | loan has a new rule: CREATE UNIQUE INDEX ON public.loan USING btree (lower(note))",
                "alter table loan add foreign key (cents) references loan | loan has a new rule: FOREIGN KEY (cents) REFERENCES loan(id)",
                "drop index loan_once                                     | loan is no longer held unique: CREATE UNIQUE INDEX ON public.loan USING btree (cents, state)",
                "create trigger t before insert on loan for each row execute function refuse() | loan has a new trigger: CREATE TRIGGER t BEFORE INSERT ON public.loan FOR EACH ROW EXECUTE FUNCTION refuse()",
                "drop function refuse()                                   | refuse() is gone",
            })
    void whatOldCodeWouldMissIsFound(String change, String found) throws Exception {
        assertThat(lostBy(change)).containsExactly(found);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "create table other (id bigint primary key, loan bigint references loan)",
                "alter table loan add column due_on date",
                "alter table loan add column kind text not null default 'a' check (kind in ('a', 'b'))",
                "alter table loan add column key uuid unique",
                "create index on loan (note)",
                "create or replace view open_loan as select id, note from loan",
            })
    void whatOnlyAddsIsLeftAlone(String change) throws Exception {
        assertThat(lostBy(change)).isEmpty();
    }

    private static List<String> lostBy(String change) throws Exception {
        String url = Servers.freshDatabase("schema_change");
        try (Connection db = DriverManager.getConnection(url);
                var statement = db.createStatement()) {
            statement.execute(
                    """
                    create table loan (id bigint primary key, cents bigint not null,
                        state text not null default 'open', note text);
                    create unique index loan_once on loan (cents, state);
                    create view open_loan as select id from loan;
                    create function refuse() returns trigger language plpgsql as 'begin return null; end';
                    """);
            Schema before = Schema.of(db);
            statement.execute(
                    "set client_min_messages = error; "
                            + change.replace(
                                    "drop table loan", "drop view open_loan; drop table loan"));
            return before.lostIn(Schema.of(db)).stream()
                    .filter(lost ->
                            !change.startsWith("drop table") || !lost.startsWith("open_loan"))
                    .toList();
        }
    }

    private static Schema schema(String url) throws Exception {
        try (Connection db = DriverManager.getConnection(url)) {
            return Schema.of(db);
        }
    }

    /** As the service has it: the same files, the same rules of order. */
    private Flyway flyway(String service, String url, List<String> files, String name)
            throws IOException {
        Path folder = Files.createDirectories(temp.resolve(name));
        for (String file : files) {
            Path source = Repository.path(file);
            Files.copy(source, folder.resolve(source.getFileName()));
        }
        Map<String, String> settings = settings(service);
        FluentConfiguration configuration =
                Flyway.configure().dataSource(url, null, null).locations("filesystem:" + folder);
        configuration.outOfOrder(
                Boolean.parseBoolean(settings.getOrDefault("spring.flyway.out-of-order", "false")));
        String ignored = settings.get("spring.flyway.ignore-migration-patterns");
        if (ignored != null) configuration.ignoreMigrationPatterns(ignored.split(","));
        return configuration.load();
    }

    private static Map<String, String> settings(String service) {
        var flat = new LinkedHashMap<String, String>();
        Map<String, Object> nested =
                Repository.yaml(Repository.text(service + "/src/main/resources/application.yml"));
        flatten("", nested, flat);
        return flat;
    }

    private static void flatten(String prefix, Map<?, ?> nested, Map<String, String> flat) {
        nested.forEach((key, value) -> {
            if (value instanceof Map<?, ?> inner) flatten(prefix + key + ".", inner, flat);
            else flat.put(prefix + key, String.valueOf(value));
        });
    }

    private static List<String> migrations(String service) throws IOException {
        var files = new ArrayList<String>();
        var folders = new ArrayList<>(List.of(service + "/src/main/resources/db/migration"));
        if (settings(service).getOrDefault("spring.flyway.locations", "").contains("eventbus")) {
            folders.add(EVENT_BUS);
        }
        for (String folder : folders) {
            try (Stream<Path> all = Files.list(Repository.path(folder))) {
                all.forEach(file -> files.add(folder + "/" + file.getFileName()));
            }
        }
        return files;
    }

    private static Map<String, String> released() throws IOException {
        var hashes = new LinkedHashMap<String, String>();
        for (String line : Files.readAllLines(RELEASED)) {
            String[] parts = line.split(" +", 2);
            hashes.put(parts[1], parts[0]);
        }
        return hashes;
    }

    /** Lines of "service | finding | reason". */
    private static TreeSet<String> exceptions(String service) throws IOException {
        var findings = new TreeSet<String>();
        for (String line : Files.readAllLines(EXCEPTIONS)) {
            if (line.isBlank() || line.startsWith("#")) continue;
            String[] parts = line.split(" \\| ");
            assertThat(parts).as("service | finding | reason: " + line).hasSize(3);
            if (parts[0].equals(service)) findings.add(parts[1]);
        }
        return findings;
    }

    private static String sha256(Path file) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }
}
