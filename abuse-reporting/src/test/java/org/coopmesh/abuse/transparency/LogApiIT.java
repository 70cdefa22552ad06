package org.coopmesh.abuse.transparency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.jayway.jsonpath.JsonPath;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.coopmesh.abuse.ServiceTest;
import org.coopmesh.abuse.TestClock;
import org.coopmesh.abuse.Village;
import org.coopmesh.abuse.Village.Calls;
import org.coopmesh.abuse.Village.Home;
import org.coopmesh.abuse.Village.Person;
import org.coopmesh.abuse.transparency.LogFact.Kind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.transaction.support.TransactionTemplate;

/** The log as its readers and its operator see it. */
@ServiceTest
@TestPropertySource(properties = "coopmesh.test.database=of-the-log")
@DirtiesContext(classMode = DirtiesContext.ClassMode.BEFORE_EACH_TEST_METHOD)
class LogApiIT {
    private static final Person MODERATOR = Person.with("member", "moderator");

    @TempDir Path folder;
    @Autowired MockMvc http;
    @Autowired TransparencyLog log;
    @Autowired Reporting reporting;
    @Autowired TransactionTemplate inTransaction;
    @Autowired JdbcClient db;
    @Autowired Calls calls;
    @Autowired TestClock clock;

    @BeforeEach
    void theLogIsThere() {
        log.sequence();
    }

    @Test
    void whatIsDecidedBannedLookedUpAndReversedIsInTheLogWithoutWhom() throws Exception {
        Home home = calls.home(false);
        String path = "/api/cases/" + calls.caseAbout(home.client());
        calls.post(MODERATOR, path + "/claim", "{}");
        calls.post(MODERATOR, path + "/subject", "{\"reason\": \"a reason\"}");
        clock.advance(Duration.ofHours(5));
        String decision =
                Calls.read(
                        calls.post(
                                MODERATOR,
                                path + "/decision",
                                """
                                {"outcome": "upheld", "rule": "r", "reason": "of Jo", "measures": [
                                  {"kind": "suspension", "until": "%1$s",
                                   "target": {"kind": "member", "value": "%2$s"}},
                                  {"kind": "ban", "until": "%1$s",
                                   "target": {"kind": "address", "value": "%3$s"}}]}
                                """
                                        .formatted(
                                                Village.in(clock.instant(), 60),
                                                home.member(),
                                                home.client())),
                        "$.id");
        calls.post(
                Person.with("member", "moderator"),
                "/api/abuse/decisions/" + decision + "/reverse",
                "{\"reason\": \"a reason\"}");

        assertThat(log.sequence()).isEqualTo(5);

        List<String> entries = entries();
        assertThat(entries)
                .extracting(entry -> JsonPath.<String>read(entry, "$.kind"))
                .containsExactlyInAnyOrder(
                        "look-up",
                        "ban-imposed",
                        "decision-upheld",
                        "decision-reversed",
                        "ban-lifted");
        String said = String.join("\n", entries);
        for (String secret :
                List.of(
                        home.member().toString(),
                        home.net(),
                        home.node(),
                        MODERATOR.id().toString(),
                        decision,
                        "spam",
                        "suspension",
                        "Jo")) {
            assertThat(said).doesNotContain(secret);
        }
        String opening =
                Calls.body(
                        calls.get(
                                Person.with("member"),
                                "/api/abuse/log/openings/decision-upheld/" + decision));
        String sealed = JsonPath.read(opening, "$.sealed");
        assertThat(sealed)
                .isEqualTo(
                        "{\"category\":\"spam\",\"fact\":\"%s\",\"hours\":\"5\",\"measures\":\"suspension ban\"}"
                                .formatted(decision));
        assertThat(
                        Hash.sha256(
                                        HexFormat.of().parseHex(JsonPath.read(opening, "$.salt")),
                                        sealed.getBytes(StandardCharsets.UTF_8))
                                .hex())
                .isEqualTo(
                        JsonPath.read(
                                entries.get(JsonPath.<Integer>read(opening, "$.index")),
                                "$.commitment"));
        Files.writeString(folder.resolve("opening.json"), opening);
        assertThat(verify("--opening", folder.resolve("opening.json").toString()))
                .contains("All of this holds", "\"category\":\"spam\"");
    }

    @Test
    void aFactIsThereOnceAndOnlyIfItsTransactionCommits() {
        state("one");
        state("one");
        inTransaction.executeWithoutResult(status -> {
            log.append(fact("never"));
            status.setRollbackOnly();
        });
        assertThatIllegalStateException().isThrownBy(() -> log.append(fact("loose")));

        assertThat(log.sequence()).isEqualTo(1);
        assertThat(log.sequence()).isZero();
        state("one");
        assertThat(log.sequence()).isZero();
    }

    @Test
    void appendersAtOnceGiveEveryFactOnePlace() throws Exception {
        for (int i = 0; i < 300; i++) {
            state("fact " + i);
        }
        try (var appenders = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < 4; i++) {
                var unused = appenders.submit(log::sequence);
            }
        }
        log.sequence();

        assertThat(checkpoint().size()).isEqualTo(300);
        assertThat(verify()).contains("300 entries", "All of this holds");
    }

    @Test
    void proofsLeadFromEntriesAndEarlierSizesToTheSignedRoot() throws Exception {
        grow(5);
        Checkpoint before = checkpoint();
        grow(6);
        Checkpoint now = checkpoint();

        for (int i = 0; i < 11; i++) {
            Hash leaf = Tree.leaf(entries().get(i).getBytes(StandardCharsets.UTF_8));
            assertThat(
                            Tree.includes(
                                    i,
                                    11,
                                    leaf,
                                    proof("inclusion?index=" + i + "&size=11"),
                                    now.root()))
                    .isTrue();
        }
        assertThat(
                        Tree.continues(
                                5,
                                before.root(),
                                11,
                                now.root(),
                                proof("consistency?from=5&to=11")))
                .isTrue();
        assertThat(asked("/log/checkpoints/5").getContentAsString())
                .startsWith(before.text() + "\n— ");
        assertThat(asked("/log/checkpoints/6").getStatus()).isEqualTo(404);
    }

    @Test
    void whatTheLogDoesNotHaveIsRefusedByName() throws Exception {
        grow(3);

        for (String future :
                List.of(
                        "/log/proofs/inclusion?index=0&size=4",
                        "/log/proofs/inclusion?index=3&size=3",
                        "/log/proofs/inclusion?index=-1&size=3",
                        "/log/proofs/consistency?from=1&to=4",
                        "/log/proofs/consistency?from=3&to=2",
                        "/log/proofs/consistency?from=x&to=2",
                        "/log/tile/0/1",
                        "/log/tile/0/000.p/0",
                        "/log/tile/0/000.p/256",
                        "/log/tile/8/000",
                        "/log/tile/-1/000",
                        "/log/tile/leaves/000",
                        "/log/tile/entries/x001/x002",
                        "/log/reports/2026-Q5")) {
            MockHttpServletResponse answer = asked(future);
            assertThat(answer.getStatus()).as(future).isEqualTo(400);
            assertThat(JsonPath.<String>read(answer.getContentAsString(), "$.errors[0].field"))
                    .as(future)
                    .isNotEmpty();
        }
        for (String beyond :
                List.of(
                        "/log/tile/0/000",
                        "/log/tile/0/000.p/4",
                        "/log/tile/0/001.p/1",
                        "/log/tile/0/x999/x999/x999/x999/x999/999",
                        "/log/tile/entries/000.p/4",
                        "/log/tile/1/000.p/1",
                        "/log/reports/2026-Q3")) {
            assertThat(asked(beyond).getStatus()).as(beyond).isEqualTo(404);
        }
        assertThat(asked("/log/tile/0/000.p/2").getContentAsByteArray()).hasSize(64);
    }

    @Test
    void tilesOfALargeLogAreWhatTheEntriesMakeOfThem() throws Exception {
        inTransaction.executeWithoutResult(status -> {
            for (int i = 0; i < 600; i++) {
                log.append(fact("fact " + i));
            }
        });
        log.sequence();

        assertThat(verify("--key", key())).contains("600 entries", "All of this holds");
        assertThat(asked("/log/tile/1/000.p/2").getContentAsByteArray()).hasSize(64);
        assertThat(asked("/log/tile/1/000.p/3").getStatus()).isEqualTo(404);
    }

    @Test
    void anEntryThatItsOperatorRewritesIsFound() throws Exception {
        grow(7);
        rewrite(
                "update log_fact set entry = convert_to(replace(convert_from(entry, 'UTF8'), '-11-', '-10-'), 'UTF8') where fact = 'grown 3'");

        assertThat(verify()).contains("WRONG: the entries do not make the root that was signed");
    }

    @Test
    void aWholeHistoryThatIsRewrittenAndSignedAnewIsFoundByWhoeverKeptTheEarlier()
            throws Exception {
        grow(7);
        assertThat(verify("--keep", kept())).contains("All of this holds");
        String mine = Files.readString(Path.of(kept()));
        rewrite(
                "update log_fact set entry = convert_to(replace(convert_from(entry, 'UTF8'), '-11-', '-10-'), 'UTF8') where fact = 'grown 3'");
        signAnew();
        grow(2);

        assertThat(verify()).as("to who comes new it looks whole").contains("All of this holds");
        assertThat(verify("--keep", kept()))
                .contains("WRONG: the first 7 entries are not those that you saw");
        assertThat(Files.readString(Path.of(kept()))).isEqualTo(mine);
    }

    @Test
    void aForkOfTheSameSizeIsFound() throws Exception {
        grow(7);
        verify("--keep", kept());
        rewrite(
                "update log_fact set entry = convert_to(replace(convert_from(entry, 'UTF8'), '-11-', '-10-'), 'UTF8') where fact = 'grown 6'");
        signAnew();

        assertThat(verify("--keep", kept())).contains("WRONG: the first 7 entries are not those");
    }

    @Test
    void aLogThatIsCutOffIsFound() throws Exception {
        grow(4);
        grow(3);
        verify("--keep", kept());
        rewrite("delete from log_checkpoint where size > 4");

        assertThat(verify()).as("to who comes new it looks whole").contains("All of this holds");
        assertThat(verify("--keep", kept()))
                .contains("WRONG: the log had 7 entries and has 4 now: it was cut off");
    }

    @Test
    void aCheckpointThatAnotherSignedIsForged() throws Exception {
        grow(2);
        String forged = NoteKey.of("coopmesh.local/log", NoteKey.ED25519, new byte[32]).text();

        assertThat(verify("--key", forged))
                .contains("WRONG: the checkpoint is signed by no key that you named");
        assertThat(verify("--key", key())).contains("All of this holds");
    }

    @Test
    void aKeyIsFollowedByAnotherThatTheLogAnnounces() throws Exception {
        grow(2);
        String first = key();
        Person board = Person.with("member", "board");
        assertThat(
                        calls.post(MODERATOR, "/api/abuse/log/keys", "{\"reason\": \"r\"}")
                                .andReturn()
                                .getResponse()
                                .getStatus())
                .isEqualTo(403);
        clock.advance(Duration.ofDays(1));
        String second =
                Calls.read(
                        calls.post(board, "/api/abuse/log/keys", "{\"reason\": \"r\"}"), "$.key");
        log.sequence();

        calls.post(board, "/api/abuse/log/keys", "{\"reason\": \"r\"}")
                .andExpect(status().isConflict());
        assertThat(second).isNotEqualTo(first);
        assertThat(entries().getLast()).contains("key-announced", second.split("\\+")[1]);
        assertThat(verify("--key", first)).contains("All of this holds");
        assertThat(verify("--key", second)).contains("All of this holds");
        clock.advance(Duration.ofDays(31));

        assertThat(verify("--key", first)).contains("WRONG: the checkpoint is signed by no key");
        assertThat(verify("--key", second)).contains("All of this holds");
    }

    @Test
    void aQuarterIsReportedOnceItIsOverAndTheLogKeepsItsHash() throws Exception {
        for (int i = 0; i < 6; i++) {
            var decided =
                    new LogFact(
                            Kind.DECISION_UPHELD,
                            UUID.randomUUID().toString(),
                            Map.of(),
                            Map.of("category", "spam", "hours", "" + i, "measures", "slowLane"));
            inTransaction.executeWithoutResult(status -> log.append(decided));
        }
        reporting.publishDue();
        assertThat(Calls.<List<String>>read(http.perform(get("/log/reports")), "$.items"))
                .isEmpty();
        clock.advance(Duration.ofDays(45));
        reporting.publishDue();
        assertThat(asked("/log/reports/2026-Q4").getStatus())
                .as("not while facts wait")
                .isEqualTo(404);
        log.sequence();
        reporting.publishDue();
        reporting.publishDue();
        log.sequence();

        String report = asked("/log/reports/2026-Q4").getContentAsString();
        assertThat(JsonPath.<Integer>read(report, "$.facts['decision-upheld']")).isEqualTo(6);
        assertThat(JsonPath.<Integer>read(report, "$.hoursToDecide.median")).isEqualTo(2);
        assertThat(asked("/log/reports/2026-Q4/table.csv").getContentAsString())
                .contains("facts,decision-upheld,6\r\n", "category,spam,6\r\n", "measure,ban,\r\n");
        String statements = asked("/log/reports/2026-Q4/statements").getContentAsString();
        assertThat(JsonPath.<List<String>>read(statements, "$.statements[*].puid"))
                .hasSize(6)
                .startsWith("2026-Q4-1");
        assertThat(JsonPath.<List<String>>read(statements, "$.statements[*].application_date"))
                .containsOnly("2026-12-31");
        assertThat(JsonPath.<List<String>>read(statements, "$.statements[*].decision_provision"))
                .containsOnly("DECISION_PROVISION_PARTIAL_SUSPENSION");
        assertThat(verify()).contains("reports: 1", "All of this holds");

        rewrite("update log_report set body = replace(body, '6', '5')");

        assertThat(verify()).contains("WRONG: the report of 2026-Q4 is not the one");
    }

    private static LogFact fact(String id) {
        return new LogFact(Kind.BAN_IMPOSED, id, Map.of(), Map.of("target", "address"));
    }

    private void state(String id) {
        inTransaction.executeWithoutResult(status -> log.append(fact(id)));
    }

    private int grown;

    private void grow(int facts) {
        for (int i = 0; i < facts; i++) {
            state("grown " + grown++);
        }
        log.sequence();
    }

    /** What only who runs the database can do. */
    private void rewrite(String sql) {
        db.sql(
                        "set session_replication_role = replica; "
                                + sql
                                + "; set session_replication_role = origin")
                .update();
    }

    /** Builds tree and checkpoint anew over what the table says now. */
    private void signAnew() {
        int size = Math.toIntExact(checkpointSize());
        var leaves = new ArrayList<Hash>();
        db.sql(
                        "select f.entry from log_entry e join log_fact f using (position) order by entry_index")
                .query((rs, row) -> rs.getBytes("entry"))
                .list()
                .forEach(entry -> leaves.add(Tree.leaf(entry)));
        rewrite("delete from log_node");
        rewrite("delete from log_checkpoint where size > 0");
        var nodes = new HashMap<String, Hash>();
        for (Tree.Node node :
                Tree.grown(0, leaves, (level, index) -> nodes.get(level + "/" + index))) {
            nodes.put(node.level() + "/" + node.index(), node.hash());
            db.sql("insert into log_node values (?, ?, ?)")
                    .params(node.level(), node.index(), node.hash().bytes())
                    .update();
        }
        Hash root = Tree.root(size, (level, index) -> nodes.get(level + "/" + index));
        db.sql("insert into log_checkpoint values (?, ?, now())")
                .params(size, root.bytes())
                .update();
    }

    private long checkpointSize() {
        return log.checkpoint().map(note -> Checkpoint.parse(note.text()).size()).orElseThrow();
    }

    private Checkpoint checkpoint() throws Exception {
        SignedNote note = SignedNote.parse(asked("/log/checkpoint").getContentAsString());
        assertThat(note.isSignedBy(NoteKey.parse(key()))).isTrue();
        return Checkpoint.parse(note.text());
    }

    private String key() throws Exception {
        return JsonPath.read(asked("/log/keys").getContentAsString(), "$.items[0].key");
    }

    private List<Hash> proof(String query) throws Exception {
        return JsonPath.<List<String>>read(
                        asked("/log/proofs/" + query).getContentAsString(), "$.proof")
                .stream()
                .map(hash -> Hash.of(Base64.getDecoder().decode(hash)))
                .toList();
    }

    private List<String> entries() {
        var entries = new ArrayList<String>();
        long size = checkpointSize();
        for (byte[] entry : log.bundle(0, Math.toIntExact(size)).orElseThrow()) {
            entries.add(new String(entry, StandardCharsets.UTF_8));
        }
        return entries;
    }

    private MockHttpServletResponse asked(String path) throws Exception {
        return http.perform(get(URI.create(path))).andReturn().getResponse();
    }

    private String kept() {
        return folder.resolve("kept").toString();
    }

    /** Copies the log into a folder, as anybody could, and has it checked by a program that shares nothing with it. */
    private String verify(String... options) throws Exception {
        Path copy = Files.createTempDirectory(folder, "copy");
        write(copy, "checkpoint");
        write(copy, "keys");
        long size = checkpointSize();
        for (long at = 0; at < size; at += 256) {
            String width = size - at < 256 ? ".p/" + (size - at) : "";
            write(copy, "tile/entries/%03d%s".formatted(at / 256, width));
            write(copy, "tile/0/%03d%s".formatted(at / 256, width));
        }
        if (size >= 256) {
            write(copy, "tile/1/000.p/" + size / 256);
        }
        for (String period : reporting.periods()) {
            write(copy, "reports/" + period);
        }
        var command =
                new ArrayList<String>(
                        List.of(
                                "python3",
                                "-B",
                                "../tools/verify/coopmesh_verify_log.py",
                                copy.toString()));
        command.addAll(List.of(options));
        assumeThat(Path.of("/usr/bin/python3")).as("python3 is missing").exists();
        Process check = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(check.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(check.exitValue()).as(said).isEqualTo(said.contains("WRONG") ? 1 : 0);
        return said;
    }

    private void write(Path copy, String path) throws Exception {
        MockHttpServletResponse answer = asked("/log/" + path);
        assertThat(answer.getStatus()).as(path).isEqualTo(200);
        save(copy.resolve(path), answer.getContentAsByteArray());
    }

    private static void save(Path file, byte[] content) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, content);
    }
}
