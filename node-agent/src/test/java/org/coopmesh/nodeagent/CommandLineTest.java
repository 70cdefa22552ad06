package org.coopmesh.nodeagent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.coopmesh.nodeagent.identity.TestCoop;
import org.coopmesh.nodeagent.spool.Spool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(600)
class CommandLineTest {
    @TempDir Path directory;
    private TestCoop coop;
    private String target;
    private Path config;
    private Instant now = Instant.now();
    private String typed = "";
    private String printed = "";
    private String complained = "";

    @BeforeEach
    void start() throws Exception {
        coop = new TestCoop();
        target = coop.target();
        config = directory.resolve("agent.conf");
        configure("");
    }

    @AfterEach
    void stop() throws Exception {
        coop.close();
    }

    @Test
    void aCodeOnTheCommandLineEnrols() throws Exception {
        assertThat(run("enrol", config.toString(), TestCoop.CODE)).isZero();

        assertThat(printed).contains("co-op         Test co-op", "certificate   until ");
        assertThat(coop.enrolled).hasSize(1);
        assertThat(run("enrol", config.toString())).isZero();
        assertThat(printed).contains("enrolled already");
        assertThat(coop.enrolled).hasSize(1);
    }

    @Test
    void aCodeOnStandardInputEnrols() throws Exception {
        typed = "0123-4567-89ab-cdef-ghjk-mnpq-rs\n";

        assertThat(run("enrol", config.toString())).isZero();

        assertThat(printed).startsWith("enrolment code: ");
        assertThat(coop.enrolled).hasSize(1);
    }

    @Test
    void anInvitationEnrolsAndTellsTheConfigurationWhereToCall() throws Exception {
        Files.writeString(
                config,
                """
                # as it was delivered
                state-dir: %s
                membership = elsewhere.invalid:1
                enrolment-code: %s
                counters: simulated
                firewall: none
                """
                        .formatted(directory.resolve("state"), "0".repeat(26)));

        assertThat(run("enrol", config.toString(), invitation(TestCoop.CODE))).isZero();

        assertThat(printed).contains("co-op         Test co-op", "names the co-op now");
        assertThat(Files.readString(config))
                .contains("# as it was delivered", "membership: " + target, "counters: simulated")
                .doesNotContain("elsewhere", "enrolment-code", TestCoop.CODE);
        assertThat(AgentConfig.read(config).caFingerprint()).isEqualTo(coop.fingerprint());
        assertThat(run("verify", config.toString())).isZero();
    }

    @Test
    void anInvitationIsTakenOnStandardInputToo() throws Exception {
        typed = invitation(TestCoop.CODE) + "\n";

        assertThat(run("enrol", config.toString())).isZero();

        assertThat(coop.enrolled).hasSize(1);
        assertThat(Files.readString(config)).contains("billing: billing.invalid:2");
    }

    @Test
    void anInvitationThatIsWrongOrRefusedChangesNothing() throws Exception {
        String before = Files.readString(config);
        String good = invitation(TestCoop.CODE);

        for (String wrong :
                List.of(
                        good.replace("code=", "kode="),
                        good.replace("membership=", "membership=a/b"),
                        good.replace("ca=", "ca=zz"),
                        good + "&code=" + TestCoop.CODE,
                        good.replace(TestCoop.CODE, "short"))) {
            assertThat(run("enrol", config.toString(), wrong))
                    .as(wrong)
                    .isEqualTo(CommandLine.WRONG);
            assertThat(complained).isNotBlank();
        }
        assertThat(run("enrol", config.toString(), invitation("Z".repeat(26))))
                .isEqualTo(CommandLine.REFUSED);

        assertThat(Files.readString(config)).isEqualTo(before);
        assertThat(coop.enrolled).isEmpty();
    }

    private String invitation(String code) throws Exception {
        return "coopmesh:enrol?membership=%s&billing=billing.invalid:2&ca=%s&code=%s"
                .formatted(target, coop.fingerprint(), code);
    }

    @Test
    void whatIsNoCodeAndWhatTheCoopRefusesAreTwoThings() throws Exception {
        typed = "12345\n";
        assertThat(run("enrol", config.toString())).isEqualTo(CommandLine.WRONG);
        assertThat(complained).contains("26 characters");

        assertThat(run("enrol", config.toString(), "Z".repeat(26))).isEqualTo(CommandLine.REFUSED);
        assertThat(complained).contains("PERMISSION_DENIED");

        coop.close();
        assertThat(run("enrol", config.toString(), TestCoop.CODE)).isEqualTo(CommandLine.TROUBLE);
        assertThat(complained).contains(target + " does not answer");
    }

    @Test
    void aFileThatIsNotThereAndACommandThatIsTooLongAreWrong() throws Exception {
        assertThat(run("status", directory.resolve("none").toString()))
                .isEqualTo(CommandLine.WRONG);
        assertThat(run("verify", "one", "two")).isEqualTo(CommandLine.WRONG);
        assertThat(complained).contains("usage: node-agent");
    }

    @Test
    void whoTellsWhosePortItWas() throws Exception {
        Files.createDirectories(directory.resolve("state"));
        Files.writeString(
                directory.resolve("state/port-blocks"),
                """
                2026-03-01T12:00:00Z 10.201.0.0/20 24 198.51.100.10 1024 49151 512
                2026-03-02T12:00:00Z off
                """);
        String file = config.toString();

        assertThat(run("who", file, "198.51.100.10", "2100", "2026-03-01T12:00:00Z")).isZero();
        assertThat(printed)
                .contains(
                        "parameters    since 2026-03-01T12:00:00Z",
                        "holder        10.201.2.0/24, block 2",
                        "attachment    none, by the access list of now");
        assertThat(run("who", file, "198.51.100.10", "50000", "2026-03-01T13:00:00Z")).isZero();
        assertThat(printed).contains("holder        this node itself");

        assertThat(run("who", file, "198.51.100.10", "2100", "2026-03-01T11:59:59Z"))
                .isEqualTo(CommandLine.TROUBLE);
        assertThat(printed).contains("no address was shared by port blocks then");
        assertThat(run("who", file, "198.51.100.11", "2100", "2026-03-01T13:00:00Z"))
                .isEqualTo(CommandLine.TROUBLE);
        assertThat(printed).contains("not an outside address of this node then");
        assertThat(run("who", file, "198.51.100.10", "2100")).isEqualTo(CommandLine.TROUBLE);
        assertThat(run("who", file, "198.51.100.10", "70000")).isEqualTo(CommandLine.WRONG);
        assertThat(complained).contains("a port is a number from 0 to 65535");
        assertThat(run("who", file, "198.51.100.10", "70", "noon")).isEqualTo(CommandLine.WRONG);
        assertThat(run("who", file)).isEqualTo(CommandLine.WRONG);
    }

    @Test
    void statusTellsHowTheAgentIs() throws Exception {
        assertThat(run("status", config.toString())).isEqualTo(CommandLine.TROUBLE);
        assertThat(printed).contains("does not run, or never did");
        Files.createDirectories(directory.resolve("state"));
        StatusFile.write(directory.resolve("state/status"), MetricsTest.status(now));

        assertThat(run("status", config.toString())).isZero();

        assertThat(printed)
                .contains(
                        "agent         runs, version 0.1.0, process 4711, for 2 h, 61 MiB",
                        "access list   version 42, made 5 min ago, 12 attachments, counts until ",
                        "spool         3 windows wait, 10 KiB of 64 MiB",
                        "reports       billing has all up to ",
                        "babeld (absent)",
                        "shared        ",
                        "wan down",
                        "port blocks   16 blocks of 512 ports at 198.51.100.10",
                        "kernel");
        assertThat(printed).doesNotContain("trouble");
    }

    @Test
    void statusNamesWhatIsWrong() throws Exception {
        Files.createDirectories(directory.resolve("state"));
        StatusFile.write(directory.resolve("state/status"), MetricsTest.status(now));
        now = now.plus(Duration.ofDays(90));

        assertThat(run("status", config.toString())).isEqualTo(CommandLine.TROUBLE);

        assertThat(printed)
                .contains(
                        "agent         was last heard 90 days ago",
                        "trouble       the certificate has run out",
                        "trouble       the access list is over its end");
    }

    @Test
    void verifyFindsAllInOrderAndThenEveryDamage() throws Exception {
        assertThat(run("verify", config.toString())).isZero();
        assertThat(printed).contains("not enrolled yet", "spool         none yet");
        run("enrol", config.toString(), TestCoop.CODE);
        Path spooled = directory.resolve("state/spool");
        try (Spool spool = Spool.open(spooled, Spool.BYTES_MAX_LEAST)) {
            for (int i = 0; i < 3; i++) {
                spool.append(now, now.plusSeconds(300), new byte[] {8}, new byte[40], 0);
            }
        }

        assertThat(run("verify", config.toString())).isEqualTo(CommandLine.DAMAGED);
        assertThat(printed)
                .contains("3 windows, 3 waiting", "signed by the authority of Test co-op")
                .contains("DAMAGE        chain: window 0 is no report");

        Path segment = spooled.resolve("00000000000000000000.spool");
        byte[] bytes = Files.readAllBytes(segment);
        bytes[bytes.length / 2] ^= 1;
        Files.write(segment, bytes);
        Files.write(directory.resolve("state/access-list"), new byte[] {1});
        Files.createDirectories(directory.resolve("state/access"));
        Files.write(directory.resolve("state/access/access-list"), new byte[] {1, 2, 3});

        assertThat(run("verify", config.toString())).isEqualTo(CommandLine.DAMAGED);
        assertThat(printed)
                .contains("DAMAGE        spool: 1 windows are missing")
                .contains("belong to no undamaged window")
                .contains("DAMAGE        access list: no access list file");
        assertThat(Files.readAllBytes(segment)).isEqualTo(bytes);

        byte[] enrolled = Files.readAllBytes(directory.resolve("state/identity/enrolled"));
        enrolled[50] ^= 1;
        Files.write(directory.resolve("state/identity/enrolled"), enrolled);
        assertThat(run("verify", config.toString())).isEqualTo(CommandLine.DAMAGED);
        assertThat(printed).contains("does not belong to the keys, or is damaged");
    }

    @Test
    void doctorNamesEachLackWithWhatToDo() throws Exception {
        untilItSays(() -> {
            assertThat(run("doctor", config.toString())).isEqualTo(CommandLine.TROUBLE);
            assertThat(printed)
                    .contains("missing  certificate   not enrolled: node-agent enrol")
                    .containsPattern("ok +membership +" + target + " answers and is our co-op's")
                    .containsPattern("missing +billing +nowhere.invalid:9: the name is not found")
                    .containsPattern("(ok|beware) +disk ");
        });

        run("enrol", config.toString(), TestCoop.CODE);
        configure("", target);
        untilItSays(() -> {
            assertThat(run("doctor", config.toString())).isZero();
            assertThat(printed)
                    .containsPattern("ok +certificate +until ")
                    .containsPattern("ok +billing +" + target + " answers");
        });

        now = now.minus(Duration.ofDays(20_000));
        assertThat(run("doctor", config.toString())).isEqualTo(CommandLine.TROUBLE);
        assertThat(printed).containsPattern("missing +clock +.* lies before ");
    }

    @Test
    void doctorTellsAServerOfAnotherCoopFromOneThatIsAway() throws Exception {
        run("enrol", config.toString(), TestCoop.CODE);
        try (TestCoop another = new TestCoop()) {
            configure("", another.target());

            untilItSays(() -> {
                run("doctor", config.toString());
                assertThat(printed)
                        .containsPattern(
                                "missing +billing +"
                                        + another.target()
                                        + ": another authority than the co-op's");
            });
        }
        coop.close();
        configure("", target);
        untilItSays(() -> {
            run("doctor", config.toString());
            assertThat(printed)
                    .containsPattern("missing +billing +" + target + ": nothing listens there");
        });
    }

    @Test
    void doctorAsksTheKernelOfARouter() throws Exception {
        Path proc = directory.resolve("proc");
        Files.createDirectories(proc.resolve("self"));
        Files.createDirectories(proc.resolve("sys/net/bridge"));
        Files.createDirectories(proc.resolve("sys/net/ipv4"));
        Files.writeString(proc.resolve("self/status"), "Name:\tx\nCapEff:\t0000000000000000\n");
        Files.writeString(proc.resolve("sys/net/bridge/bridge-nf-call-iptables"), "1\n");
        Files.writeString(proc.resolve("sys/net/ipv4/ip_forward"), "0\n");
        configure("counters: nftables\nfirewall: nftables\n");

        var findings = Doctor.examine(AgentConfig.read(config), proc, now);

        assertThat(findings)
                .anyMatch(f -> f.what().equals("rights") && f.level() == Doctor.Level.MISSING)
                .anyMatch(f -> f.what().equals("bridge") && f.text().contains("sysctl -w"))
                .anyMatch(f -> f.what().equals("forwarding"))
                .anyMatch(f -> f.what().equals("IPv6") && f.level() == Doctor.Level.BEWARE)
                .anyMatch(f -> f.what().equals("nft") || f.what().equals("kernel"));
    }

    /** The doctor gives a server a few seconds, which may be too few for the first TLS of a process on a busy machine. */
    private static void untilItSays(ThrowingRunnable findings) {
        Awaitility.await().atMost(Duration.ofMinutes(2)).untilAsserted(findings);
    }

    private int run(String... arguments) throws InterruptedException {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int exit =
                new CommandLine(
                                new ByteArrayInputStream(typed.getBytes(StandardCharsets.US_ASCII)),
                                new PrintStream(out, true, StandardCharsets.UTF_8),
                                new PrintStream(err, true, StandardCharsets.UTF_8),
                                InstantSource.fixed(now))
                        .execute(arguments);
        printed = out.toString(StandardCharsets.UTF_8);
        complained = err.toString(StandardCharsets.UTF_8);
        return exit;
    }

    private void configure(String more) throws Exception {
        configure(more, "nowhere.invalid:9");
    }

    private void configure(String more, String billing) throws IOException {
        String fingerprint;
        try {
            fingerprint = coop.fingerprint();
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        }
        Files.writeString(
                config,
                """
                state-dir: %s
                membership: %s
                billing: %s
                ca-fingerprint: %s
                """
                                .formatted(directory.resolve("state"), target, billing, fingerprint)
                        + (more.isEmpty() ? "counters: simulated\nfirewall: none\n" : more));
    }
}
