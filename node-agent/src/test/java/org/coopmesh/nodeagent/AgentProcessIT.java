package org.coopmesh.nodeagent;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.coopmesh.contracts.billing.v1.UsageReport;
import org.coopmesh.contracts.membership.v1.CollectedRouter;
import org.coopmesh.contracts.membership.v1.ReportTopologyRequest;
import org.coopmesh.contracts.membership.v1.ReportTopologyResponse;
import org.coopmesh.contracts.membership.v1.TopologyServiceGrpc.TopologyServiceImplBase;
import org.coopmesh.nodeagent.identity.TestCoop;
import org.coopmesh.nodeagent.netfilter.Lab;
import org.coopmesh.nodeagent.report.TestBilling;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The agent as a process of its own, on simulated counters, against a node port over TLS. */
@Timeout(1_200)
class AgentProcessIT {
    /** A virtual machine may take its time; what it does is judged, not how soon. */
    private static final Duration SLOW = Duration.ofSeconds(180);

    @TempDir Path directory;
    private final List<ReportTopologyRequest> told = new CopyOnWriteArrayList<>();
    private TestBilling billing;
    private TestCoop coop;
    private Process process;

    @BeforeEach
    void start() throws Exception {
        billing = new TestBilling();
        coop = new TestCoop(billing, new TopologyEndpoint());
    }

    @AfterEach
    void stop() throws Exception {
        if (process != null) process.destroyForcibly().waitFor();
        coop.close();
        billing.close();
    }

    @Test
    void killedAtRandomMomentsItsChainHasNoHole() throws Exception {
        Random random = new Random(7);
        for (int kills = 0; kills < 10; kills++) {
            process = agent("PT1S", TestCoop.CODE);
            boolean ended = process.waitFor(random.nextInt(300, 4_000), TimeUnit.MILLISECONDS);
            assertThat(ended).as(output()).isFalse();
            process.destroyForcibly().waitFor();
        }
        process = agent("PT1S", TestCoop.CODE);
        int before = billing.chain().size();
        Awaitility.await()
                .atMost(SLOW)
                .until(() -> billing.chain().size() >= before + 3 && !told.isEmpty());
        process.destroy();
        assertThat(process.waitFor(SLOW.toSeconds(), TimeUnit.SECONDS)).isTrue();

        List<UsageReport> reports = billing.chain();
        Set<ByteString> hashes = new HashSet<>(Set.of(ByteString.EMPTY));
        reports.forEach(report -> hashes.add(TestBilling.hash(report.toByteString())));
        assertThat(reports).allMatch(report -> hashes.contains(report.getPreviousHash()));
        assertThat(reports.stream().map(UsageReport::getPreviousHash)).doesNotHaveDuplicates();
        assertThat(billing.conflicts).isZero();
        assertThat(new HashSet<>(coop.enrolled)).hasSize(1);
        assertThat(told.getLast().getMemoryTotalBytes()).isPositive();
    }

    @Test
    void theCoopsKeysChangeWhileItRunsAndNoWindowIsLost() throws Exception {
        process = agent("PT1S", TestCoop.CODE);
        Awaitility.await().atMost(SLOW).until(() -> billing.chain().size() >= 2);

        coop.announce(true);
        Awaitility.await()
                .atMost(SLOW)
                .until(() ->
                        coop.said.getLast().getAuthoritiesCount() == 2
                                && coop.said.getLast().getAccessListKeysCount() == 2);
        coop.use();
        Awaitility.await()
                .atMost(SLOW)
                .until(() -> coop.said.getLast().getIssuer().equals(coop.signingFingerprint()));
        coop.retire();
        process.destroyForcibly().waitFor();
        // Its configuration still names the authority of before.
        process = agent("PT1S", TestCoop.CODE);
        int before = billing.chain().size();
        Awaitility.await().atMost(SLOW).until(() -> billing.chain().size() >= before + 3);

        List<UsageReport> reports = billing.chain();
        Set<ByteString> hashes = new HashSet<>(Set.of(ByteString.EMPTY));
        reports.forEach(report -> hashes.add(TestBilling.hash(report.toByteString())));
        assertThat(reports).allMatch(report -> hashes.contains(report.getPreviousHash()));
        assertThat(coop.enrolled).as(output()).hasSize(1);
        assertThat(coop.renewals).hasValue(1);
    }

    @Test
    void stoppedInPeaceItHandsOverTheRunningWindow() throws Exception {
        process = agent("PT1H", TestCoop.CODE);
        Awaitility.await().atMost(SLOW).until(() -> !billing.chain().isEmpty());
        assertThat(billing.chain()).hasSize(1);

        process.destroy();
        assertThat(process.waitFor(SLOW.toSeconds(), TimeUnit.SECONDS)).isTrue();

        assertThat(billing.chain()).as(output()).hasSize(2);
    }

    @Test
    void aWrongConfigurationEndsItAtOnceWithKeyAndRule() throws Exception {
        process = agent("five minutes", TestCoop.CODE);

        assertThat(process.waitFor(SLOW.toSeconds(), TimeUnit.SECONDS)).isTrue();

        assertThat(process.exitValue()).isEqualTo(2);
        assertThat(output()).contains("agent.conf: window: is an ISO-8601 duration");
    }

    @Test
    void aRefusedCodeEndsIt() throws Exception {
        process = agent("PT1S", "ZZZZZZZZZZZZZZZZZZZZZZZZZZ");

        assertThat(process.waitFor(SLOW.toSeconds(), TimeUnit.SECONDS)).isTrue();

        assertThat(process.exitValue()).isEqualTo(3);
        assertThat(output()).contains("enrolment refused: PERMISSION_DENIED");
    }

    @Test
    void aRouterTooSmallForAnAgentIsToldOfWithTheNodesOwnTopology() throws Exception {
        Assumptions.assumeTrue(Lab.possible(), Lab.NEEDS);
        String link = "cmco" + Lab.unique();
        Process router = null;
        sh("ip netns add " + link);
        try {
            sh("ip link add " + link + " type veth peer name mesh0 netns " + link);
            sh("echo 0 > /proc/sys/net/ipv6/conf/" + link + "/accept_dad");
            // Without this its first answer would leave from an address that may not be used yet.
            sh("ip netns exec " + link + " sysctl -qw net.ipv6.conf.mesh0.accept_dad=0");
            sh("ip link set " + link + " up && ip -n " + link + " link set mesh0 up");
            router =
                    new ProcessBuilder(
                                    "ip",
                                    "netns",
                                    "exec",
                                    link,
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-XX:TieredStopAtLevel=1",
                                    "-Xmx64m",
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    "org.coopmesh.nodeagent.collector.LabMain",
                                    "router",
                                    "02aabbcc0002",
                                    "mill",
                                    "new")
                            .redirectErrorStream(true)
                            .redirectOutput(directory.resolve("router").toFile())
                            .start();
            Path ready = directory.resolve("router");
            Awaitility.await().atMost(SLOW).until(() -> Files.readString(ready).contains("READY"));

            process = agent("PT1S", TestCoop.CODE, "collect = " + link + "\nrespondd = on\n");
            Awaitility.await()
                    .atMost(SLOW)
                    .untilAsserted(() ->
                            assertThat(told)
                                    .as(output() + Files.readString(ready))
                                    .anyMatch(each -> each.getCollectedCount() > 0));

            CollectedRouter mill =
                    told.stream()
                            .flatMap(each -> each.getCollectedList().stream())
                            .findFirst()
                            .orElseThrow();
            assertThat(mill.getRouterId()).isEqualTo("02aabbcc0002");
            assertThat(mill.getHostname()).isEqualTo("mill");
            assertThat(mill.getFigures().getRxBytes()).isEqualTo(57_861_871_176L);
            assertThat(mill.getHeardSecondsAgo()).isLessThan(60);
        } finally {
            if (router != null) router.destroyForcibly().waitFor();
            sh("ip netns del " + link);
        }
    }

    private static void sh(String line) throws Exception {
        Process shell =
                new ProcessBuilder("sh", "-ec", line)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        assertThat(shell.waitFor()).as(line).isZero();
    }

    @Test
    void aDiskThatTakesNoSpoolKeepsItFromCountingAndFromNothingElse() throws Exception {
        Path spool = directory.resolve("state/spool");
        Files.createDirectories(spool.getParent());
        Files.writeString(spool, "in the way");
        process = agent("PT1S", TestCoop.CODE);
        Path status = directory.resolve("state/status");
        Awaitility.await()
                .atMost(SLOW)
                .until(() ->
                        Files.exists(status)
                                && StatusFile.read(status)
                                        .filter(read -> read.countingTrouble().contains("spool"))
                                        .isPresent());
        Awaitility.await().atMost(SLOW).until(() -> !told.isEmpty());
        assertThat(billing.chain()).isEmpty();

        Files.delete(spool);

        Awaitility.await().atMost(SLOW).until(() -> billing.chain().size() >= 3);
        process.destroy();
        assertThat(process.waitFor(SLOW.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(status).doesNotExist();
    }

    private Process agent(String window, String code) throws Exception {
        return agent(window, code, "");
    }

    private Process agent(String window, String code, String more) throws Exception {
        Path config =
                Files.writeString(
                        directory.resolve("agent.conf"),
                        """
                        state-dir: %s
                        membership: %s
                        billing: %s
                        enrolment-code: %s
                        ca-fingerprint: %s
                        window: %s
                        counters: simulated
                        firewall: none
                        clock: system
                        """
                                        .formatted(
                                                directory.resolve("state"),
                                                coop.target(),
                                                coop.target(),
                                                code,
                                                coop.fingerprint(),
                                                window)
                                + more);
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-Xmx64m",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                NodeAgent.class.getName(),
                                config.toString()));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(directory.resolve("output").toFile()))
                .start();
    }

    private String output() throws IOException {
        return Files.readString(directory.resolve("output"));
    }

    private final class TopologyEndpoint extends TopologyServiceImplBase {
        @Override
        public void reportTopology(
                ReportTopologyRequest request, StreamObserver<ReportTopologyResponse> response) {
            told.add(request);
            response.onNext(ReportTopologyResponse.getDefaultInstance());
            response.onCompleted();
        }
    }
}
