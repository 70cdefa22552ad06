package org.coopmesh.billing.treasury;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Currency;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.coopmesh.billing.BillingContext;
import org.coopmesh.billing.BillingContext.StandingClock;
import org.coopmesh.billing.BillingService;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.Posting;
import org.coopmesh.billing.ledger.Transaction;
import org.coopmesh.billing.ledger.TransactionId;
import org.coopmesh.billing.subscription.Facts;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.context.annotation.Import;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.RequestPostProcessor;

@SpringBootTest(classes = BillingService.class, webEnvironment = SpringBootTest.WebEnvironment.MOCK)
@AutoConfigureMockMvc
@Import(BillingContext.class)
class BooksApiIT {
    private static final Currency EUR = Currency.getInstance("EUR");
    private static final UUID PAYER = UUID.randomUUID();
    private static final UUID TREASURER = UUID.randomUUID();
    private static final Path CHECK = Path.of("../tools/verify/coopmesh_verify_books.py");
    private static boolean written;

    @Autowired MockMvc http;
    @Autowired StandingClock clock;
    @Autowired Facts facts;
    @Autowired Ledger ledger;
    @TempDir Path directory;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        BillingContext.alone(registry);
        registry.add("coopmesh.ledger.check-interval", () -> "PT0.2S");
    }

    @BeforeEach
    void threeDaysAreInTheBook() {
        if (written) {
            return;
        }
        written = true;
        clock.set("2026-11-03T10:00:00Z");
        facts.constituted();
        TransactionId id =
                write(
                        "=HYPERLINK(\"evil\"); 2026-000001 | \\ ütf\n2nd",
                        AccountId.INCOME_DUES,
                        AccountId.receivable(PAYER),
                        12_500_000);
        write("payment", AccountId.receivable(PAYER), AccountId.BANK, 12_500_000);
        clock.set("2026-11-04T10:00:00Z");
        ledger.reverse(id, "typed twice");
        write("to the till", AccountId.BANK, AccountId.CASH, 1);
        clock.set("2026-11-05T10:00:00Z");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> body("/api/ledger/heads", "member").contains("2026-11-04"));
        write("not sealed yet", AccountId.CASH, AccountId.RESERVE, 1);
    }

    @Test
    void theStandAloneCheckFindsTheBooksRightAndWrongByOneByte() throws Exception {
        assumeTrue(runs("python3", "--version"), "no python3");
        for (String full : List.of("", "/full")) {
            byte[] export =
                    body("/api/treasury/books/BOOKS" + full, "treasurer", "member")
                            .getBytes(StandardCharsets.UTF_8);
            Path heads =
                    Files.writeString(
                            directory.resolve("heads.json"), body("/api/ledger/heads", "member"));

            assertThat(check(export, "--heads", heads.toString()))
                    .startsWith("0 RIGHT: 5 transactions")
                    .contains("sealed: 2 days");

            var random = new Random(7);
            for (int i = 0; i < 20; i++) {
                byte[] wrong = export.clone();
                wrong[random.nextInt(wrong.length)] ^= (byte) (1 << random.nextInt(8));
                assertThat(check(wrong)).startsWith("1 WRONG");
            }
            assertThat(check(Arrays.copyOf(export, export.length - 1))).startsWith("1 WRONG");
        }
    }

    @Test
    void whoForgesTheExportAndItsSumMeetsTheHeads() throws Exception {
        assumeTrue(runs("python3", "--version"), "no python3");
        String export = body("/api/treasury/books/BOOKS", "member");
        for (String[] forged :
                new String[][] {
                    {"\"12500000\"", "\"99500000\""},
                    {"2026-11-03T10:00:00.000000Z", "2026-11-03T10:00:00.000001Z"},
                    {"income-dues", "income-usage"},
                    {"\"transactions\":2", "\"transactions\":3"},
                }) {
            String lines =
                    export.substring(0, export.indexOf("{\"end\"")).replace(forged[0], forged[1]);
            String sum = sha256(lines);

            assertThat(
                            check(
                                    (lines
                                                    + "{\"end\":{\"transactions\":5,\"sha256\":\""
                                                    + sum
                                                    + "\"}}\n")
                                            .getBytes(StandardCharsets.UTF_8)))
                    .as(forged[1])
                    .startsWith("1 WRONG");
        }
        assertThat(
                        check(
                                export.getBytes(StandardCharsets.UTF_8),
                                "--head",
                                "2026-11-03=" + "0".repeat(64)))
                .contains("not the one that you kept");
        assertThat(
                        check(
                                export.getBytes(StandardCharsets.UTF_8),
                                "--head",
                                "2026-11-02=" + "0".repeat(64)))
                .contains("lacks the head");
    }

    @Test
    void membersReadNobodysIdNorWhatWasTyped() throws Exception {
        for (BookExport.Format format : BookExport.Format.values()) {
            assertThat(body("/api/treasury/books/" + format, "member"))
                    .doesNotContain(PAYER.toString(), "HYPERLINK", "typed twice");
            assertThat(body("/api/treasury/books/" + format + "/full", "treasurer"))
                    .contains(PAYER.toString());
            http.perform(
                            get("/api/treasury/books/" + format + "/full")
                                    .with(as(PAYER, "member", "board")))
                    .andExpect(status().isForbidden());
            http.perform(get("/api/treasury/books/" + format).with(as(PAYER, "network")))
                    .andExpect(status().isForbidden());
        }
    }

    @Test
    void hledgerReadsTheJournal() throws Exception {
        assumeTrue(runs("hledger", "--version"), "hledger is not installed");
        for (String full : List.of("", "/full")) {
            Path file =
                    Files.writeString(
                            directory.resolve("b.journal"),
                            body("/api/treasury/books/HLEDGER" + full, "treasurer"));
            assertThat(run("hledger", "-f", file.toString(), "check", "accounts")).startsWith("0 ");
            assertThat(run("hledger", "-f", file.toString(), "balance", "Assets:Bank"))
                    .contains("12.499999");
        }
    }

    @Test
    void beancountReadsTheLedger() throws Exception {
        assumeTrue(runs("bean-check", "--help"), "bean-check is not installed");
        for (String full : List.of("", "/full")) {
            Path file =
                    Files.writeString(
                            directory.resolve("b.beancount"),
                            body("/api/treasury/books/BEANCOUNT" + full, "treasurer"));
            assertThat(run("bean-check", file.toString())).isEqualTo("0 ");
        }
    }

    @Test
    void noFieldOfTheSpreadsheetIsAFormula() throws Exception {
        String csv = body("/api/treasury/books/CSV/full", "treasurer");

        assertThat(csv).contains("\"'=HYPERLINK(\"\"evil\"\"); 2026-000001 | \\ ütf\n2nd\"");
        for (String dangerous : List.of("=1", "+1", "-1", "@x", "\tx", "\rx", "|x", "%x")) {
            assertThat(CsvFormat.field(dangerous)).startsWith("\"'");
        }
        assertThat(CsvFormat.field("plain")).isEqualTo("plain");
    }

    @Test
    void twoPeopleCloseAMonthAndOneCannot() throws Exception {
        UUID board = UUID.randomUUID();
        http.perform(post("/api/treasury/months/2026-09/close-request").with(as(board, "board")))
                .andExpect(status().isForbidden());
        http.perform(
                        post("/api/treasury/months/2026-11/close-request")
                                .with(as(TREASURER, "treasurer")))
                .andExpect(status().isConflict())
                .andExpect(
                        jsonPath("$.type").value("https://coopmesh.org/problems/month-not-over"));
        http.perform(
                        post("/api/treasury/months/2026-09/close-request")
                                .with(as(TREASURER, "treasurer")))
                .andExpect(status().isNoContent());
        http.perform(
                        post("/api/treasury/months/2026-09/close")
                                .with(as(TREASURER, "treasurer", "board")))
                .andExpect(status().isConflict())
                .andExpect(
                        jsonPath("$.type")
                                .value("https://coopmesh.org/problems/second-person-needed"));
        http.perform(post("/api/treasury/months/2026-09/close").with(as(board, "board")))
                .andExpect(status().isNoContent());
        http.perform(get("/api/treasury/months").with(as(board, "board")))
                .andExpect(jsonPath("$.closed[0].month").value("2026-09"))
                .andExpect(jsonPath("$.closed[0].until").value("2026-09-30T22:00:00Z"));
        http.perform(post("/api/treasury/months/september/close").with(as(board, "board")))
                .andExpect(status().isBadRequest());
    }

    @Test
    void onePayersMonthIsNotToldToTheOthers() throws Exception {
        http.perform(get("/api/treasury/open-books").with(as(PAYER, "member")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.months[0].month").value("2026-11"))
                .andExpect(jsonPath("$.months[0].in").doesNotExist())
                .andExpect(jsonPath("$.months[0].out.amount").value("0.000001"))
                .andExpect(jsonPath("$.months[0].inByPurpose[0].purpose").value("folded"));
        http.perform(
                        get("/api/treasury/open-books")
                                .param("months", "37")
                                .with(as(PAYER, "member")))
                .andExpect(status().isBadRequest());
    }

    private TransactionId write(String what, AccountId from, AccountId to, long micro) {
        return ledger.post(
                new Transaction(
                        clock.instant(),
                        what,
                        List.of(new Posting(from, to, new Money(micro, EUR)))));
    }

    private String body(String path, String... roles) throws Exception {
        return http.perform(get(path).with(as(TREASURER, roles)))
                .andExpect(status().isOk())
                .andReturn()
                .getResponse()
                .getContentAsString(StandardCharsets.UTF_8);
    }

    private String check(byte[] export, String... arguments) throws Exception {
        Path file = Files.write(directory.resolve("export.jsonl"), export);
        return run(
                Stream.concat(
                                Stream.of("python3", CHECK.toString(), file.toString()),
                                Arrays.stream(arguments))
                        .toArray(String[]::new));
    }

    private static String run(String... command) throws Exception {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() + " " + said;
    }

    private static boolean runs(String... command) {
        try {
            return run(command).startsWith("0 ");
        } catch (Exception notThere) {
            return false;
        }
    }

    private static String sha256(String text) throws Exception {
        return HexFormat.of()
                .formatHex(
                        java.security.MessageDigest.getInstance("SHA-256")
                                .digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static RequestPostProcessor as(UUID member, String... roles) {
        return jwt().jwt(token -> token.subject(member.toString()))
                .authorities(
                        Arrays.stream(roles)
                                .map(role -> new SimpleGrantedAuthority("ROLE_" + role))
                                .toArray(SimpleGrantedAuthority[]::new));
    }
}
