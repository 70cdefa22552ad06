package org.coopmesh.abuse.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.abuse.Village.Calls.read;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import org.coopmesh.abuse.ServiceTest;
import org.coopmesh.abuse.TestClock;
import org.coopmesh.abuse.Village.Calls;
import org.coopmesh.abuse.Village.Person;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.util.ReflectionTestUtils;
import org.springframework.test.web.servlet.ResultActions;

/** One story after the other on a database of its own: keys are the whole co-op's. */
@ServiceTest
@TestPropertySource(properties = "coopmesh.test.database=evidence")
class EvidenceApiIT {
    private static final String SECRET = "what the neighbour sent";
    private static int address;

    @Autowired Calls calls;
    @Autowired JdbcClient db;
    @Autowired EvidenceVault vault;
    @Autowired TestClock clock;
    @Autowired ApplicationContext context;

    /** A file in a case that {@code moderator} has in hand. */
    private record Filed(String path, UUID id, String caseId) {}

    private Filed file(String category, Person moderator) throws Exception {
        ResultActions receipt =
                calls.report(
                                """
                                {"category": "%s", "address": "203.0.114.%d", "description": "look",
                                 "reporterEmail": "r@example.org",
                                 "evidence": [{"contentType": "image/svg+xml", "contentBase64": "%s"}]}
                                """
                                        .formatted(
                                                category,
                                                ++address,
                                                java.util.Base64.getEncoder()
                                                        .encodeToString(
                                                                SECRET.getBytes(
                                                                        StandardCharsets.UTF_8))))
                        .andExpect(status().isCreated());
        String caseId = calls.caseOf(read(receipt, "$.id"));
        calls.post(moderator, "/api/cases/" + caseId + "/claim", "{}").andExpect(status().isOk());
        String evidence =
                read(calls.get(moderator, "/api/cases/" + caseId), "$.reports[0].evidence[0].id");
        return new Filed(
                "/api/cases/" + caseId + "/evidence/" + evidence,
                UUID.fromString(evidence),
                caseId);
    }

    private int letters(Filed file) {
        return db.sql(
                        "select count(*) from mail join case_report on report_id = about where case_id = cast(? as uuid)")
                .param(file.caseId())
                .query(Integer.class)
                .single();
    }

    private ResultActions open(Person who, Filed file, String passphrase) throws Exception {
        return calls.post(
                who,
                file.path() + "/reading",
                """
                {"reason": "to decide", "passphrase": "%s"}
                """
                        .formatted(passphrase));
    }

    private String key(Person moderator) throws Exception {
        return read(
                calls.post(
                                moderator,
                                "/api/abuse/evidence-keys",
                                """
                                {"passphrase": "%s"}
                                """
                                        .formatted(pass(moderator)))
                        .andExpect(status().isCreated()),
                "$.id");
    }

    private static String pass(Person of) {
        return "passphrase of " + of.id();
    }

    @Test
    void fromTheFirstKeyToTheErasure() throws Exception {
        Person anna = Person.with("member", "moderator");
        Person bela = Person.with("member", "moderator");
        Person cora = Person.with("member", "moderator");

        // Before there is any key a file waits in the clear and opens without a passphrase.
        Filed early = file("fraud", anna);
        calls.get(anna, early.path())
                .andExpect(jsonPath("$.kept").value(true))
                .andExpect(jsonPath("$.sealed").value(false));
        calls.post(anna, early.path() + "/reading", "{\"reason\": \"to decide\"}")
                .andExpect(status().isOk())
                .andExpect(content().string(SECRET))
                .andExpect(header().string("Content-Type", "application/octet-stream"))
                .andExpect(header().string("X-Content-Type-Options", "nosniff"))
                .andExpect(
                        header().string(
                                        "Content-Disposition",
                                        "attachment; filename=\"" + early.id() + ".bin\""));

        // With the first key it is sealed, and so is what comes.
        key(anna);
        vault.sealWaiting();
        Filed alone = file("fraud", anna);
        for (Filed file : new Filed[] {early, alone}) {
            assertThat(inDatabase(file.id())).isFalse();
            open(anna, file, "wrong passphrase")
                    .andExpect(status().isConflict())
                    .andExpect(
                            jsonPath("$.type")
                                    .value(
                                            "https://coopmesh.org/problems/evidence-wrong-passphrase"));
            open(anna, file, pass(anna))
                    .andExpect(status().isOk())
                    .andExpect(content().string(SECRET));
        }
        calls.get(anna, alone.path())
                .andExpect(jsonPath("$.readings[0].what").value("refused"))
                .andExpect(jsonPath("$.readings[1].what").value("read"))
                .andExpect(jsonPath("$.readings[1].moderatorId").value(anna.id().toString()))
                .andExpect(jsonPath("$.readings[1].reason").value("to decide"));

        // A second key counts once somebody let it in.
        String belas = key(bela);
        Filed between = file("fraud", bela);
        open(bela, between, pass(bela)).andExpect(status().isConflict());
        calls.post(bela, "/api/abuse/evidence-keys/" + belas + "/admission", passphrase(bela))
                .andExpect(status().isConflict());
        calls.post(anna, "/api/abuse/evidence-keys/" + belas + "/admission", passphrase(anna))
                .andExpect(status().isNoContent());
        open(bela, between, pass(bela)).andExpect(content().string(SECRET));

        // The gravest are opened by two together.
        Filed grave = file("illegal_content", anna);
        open(anna, grave, pass(anna))
                .andExpect(status().isConflict())
                .andExpect(
                        jsonPath("$.type")
                                .value("https://coopmesh.org/problems/evidence-more-needed"));
        calls.post(bela, grave.path() + "/consent", reasoned(anna))
                .andExpect(status().isConflict());
        calls.post(bela, grave.path() + "/consent", reasoned(bela))
                .andExpect(status().isNoContent());
        calls.get(anna, grave.path())
                .andExpect(jsonPath("$.quorum").value(2))
                .andExpect(jsonPath("$.consents").value(1));
        open(anna, grave, pass(anna)).andExpect(content().string(SECRET));
        clock.advance(Duration.ofHours(25));
        open(anna, grave, pass(anna)).andExpect(status().isConflict());

        // Who joins later opens what one opens alone, not what takes two.
        String coras = key(cora);
        calls.post(bela, "/api/abuse/evidence-keys/" + coras + "/admission", passphrase(bela))
                .andExpect(status().isNoContent());
        calls.get(cora, grave.path()).andExpect(jsonPath("$.mine").value(false));
        calls.get(cora, alone.path()).andExpect(jsonPath("$.mine").value(true));

        // A changed key opens what the old one did.
        calls.post(
                        anna,
                        "/api/abuse/evidence-keys/mine/change",
                        """
                        {"passphrase": "%s", "newPassphrase": "another passphrase"}
                        """
                                .formatted(pass(anna)))
                .andExpect(status().isOk());
        open(anna, alone, pass(anna)).andExpect(status().isConflict());
        open(anna, alone, "another passphrase").andExpect(content().string(SECRET));
        calls.post(bela, grave.path() + "/consent", reasoned(bela));
        open(anna, grave, "another passphrase").andExpect(content().string(SECRET));

        // A key without which files were lost stays; another goes, and opens nothing.
        calls.post(anna, "/api/abuse/evidence-keys/" + belas + "/retirement", "{}")
                .andExpect(status().isConflict());
        calls.post(anna, "/api/abuse/evidence-keys/" + coras + "/retirement", "{}")
                .andExpect(status().isNoContent());
        assertThat(
                        db.sql("select count(*) from vault_share where key_id = cast(? as uuid)")
                                .param(coras)
                                .query(Integer.class)
                                .single())
                .isZero();

        // Long after the case was closed the file goes; that it was there stays.
        calls.post(
                        anna,
                        "/api/cases/" + alone.caseId() + "/decision",
                        "{\"outcome\": \"dismissed\", \"rule\": \"r\", \"reason\": \"nothing found\"}")
                .andExpect(status().isCreated());
        Object retention = context.getBean("retention");
        clock.advance(Duration.ofDays(180).minusSeconds(1));
        ReflectionTestUtils.invokeMethod(retention, "eraseOver");
        assertThat(stored(alone.id())).isTrue();
        calls.get(anna, "/api/cases/" + alone.caseId())
                .andExpect(jsonPath("$.reports[0].description").value("look"))
                .andExpect(jsonPath("$.reports[0].reporter").value("mail"));
        assertThat(letters(alone)).isEqualTo(1);
        clock.advance(Duration.ofSeconds(2));
        ReflectionTestUtils.invokeMethod(retention, "eraseOver");
        assertThat(stored(alone.id())).isFalse();
        assertThat(stored(grave.id())).as("not closed").isTrue();
        calls.get(anna, alone.path())
                .andExpect(jsonPath("$.kept").value(false))
                .andExpect(jsonPath("$.erased.rule").value("kept PT4320H after closing"))
                .andExpect(jsonPath("$.erased.sha256").isNotEmpty())
                .andExpect(jsonPath("$.readings.length()").value(4));
        calls.get(anna, "/api/cases/" + alone.caseId())
                .andExpect(jsonPath("$.reports[0].description").doesNotExist())
                .andExpect(jsonPath("$.reports[0].reporter").value("anonymous"))
                .andExpect(jsonPath("$.reports[0].additions").isEmpty());
        assertThat(letters(alone)).as("nor where one went").isZero();
        assertThat(
                        db.sql("select count(*) from report where description is null")
                                .query(Integer.class)
                                .single())
                .as("what is not closed keeps its words")
                .isEqualTo(1);
        calls.get(anna, "/api/abuse/evidence-readings?limit=200")
                .andExpect(
                        jsonPath("$.items[?(@.evidenceId == '" + alone.id() + "')]")
                                .value(hasSize(4)))
                .andExpect(
                        jsonPath("$.items[?(@.evidenceId == '" + alone.id() + "')].caseId")
                                .value(everyItem(is(alone.caseId()))));
    }

    @Test
    void whoHasNotTheCaseInHandOpensNothingAndOthersNotEvenAsk() throws Exception {
        Person holder = Person.with("member", "moderator");
        Filed file = file("harassment", holder);

        open(Person.with("member", "moderator"), file, "x").andExpect(status().isConflict());
        open(Person.with("board"), file, "x").andExpect(status().isForbidden());
        calls.get(Person.with("member"), file.path()).andExpect(status().isForbidden());
        calls.post(holder, file.path() + "/reading", "{}").andExpect(status().isBadRequest());
        calls.post(
                        holder,
                        "/api/cases/"
                                + file.caseId()
                                + "/evidence/"
                                + UUID.randomUUID()
                                + "/reading",
                        "{\"reason\": \"r\"}")
                .andExpect(status().isNotFound());
    }

    @Test
    void aPassphraseIsLong() throws Exception {
        calls.post(
                        Person.with("moderator"),
                        "/api/abuse/evidence-keys",
                        "{\"passphrase\": \"short\"}")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("passphrase"));
    }

    private static String passphrase(Person of) {
        return "{\"passphrase\": \"%s\"}".formatted(pass(of));
    }

    private static String reasoned(Person of) {
        return "{\"reason\": \"second pair of eyes\", \"passphrase\": \"%s\"}".formatted(pass(of));
    }

    private boolean inDatabase(UUID file) {
        return db.sql(
                        "select clear is not null or position(convert_to(:text, 'UTF8') in sealed) > 0 from vault_file where file_id = :id")
                .param("text", SECRET)
                .param("id", file)
                .query(Boolean.class)
                .single();
    }

    private boolean stored(UUID file) {
        return db.sql("select exists (select from vault_file where file_id = ?)")
                .param(file)
                .query(Boolean.class)
                .single();
    }
}
