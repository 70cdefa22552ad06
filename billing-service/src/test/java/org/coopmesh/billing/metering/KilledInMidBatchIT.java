package org.coopmesh.billing.metering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.coopmesh.billing.TestDatabase;
import org.coopmesh.contracts.billing.v1.ReportUsageRequest;
import org.coopmesh.contracts.billing.v1.ReportUsageResponse;
import org.coopmesh.contracts.billing.v1.UsageServiceGrpc;
import org.coopmesh.quickstart.Servers;
import org.junit.jupiter.api.Test;

/**
 * SIGKILL at random points while nodes report, each over two connections that repeat themselves and overtake one another. Nodes
 * hand over again what was not acknowledged; all is counted once, to the byte. {@code -Dcoopmesh.kills=100
 * -Dcoopmesh.database.kills=20} is the long form.
 */
class KilledInMidBatchIT {
    private static final int KILLS = Integer.getInteger("coopmesh.kills", 2);
    private static final int DATABASE_KILLS = Integer.getInteger("coopmesh.database.kills", 1);
    private static final int NODES = 4;
    private static final int CONNECTIONS = 2;
    private static final int PER_RUN_MAX = 6;
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final Instant FIRST = MeteringContext.START.minus(Duration.ofDays(30));
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final TestAuthority authority;
    private final Path keys = MeteringContext.newKeysDirectory();

    KilledInMidBatchIT() throws Exception {
        authority = new TestAuthority();
        authority.writeNodePort(keys);
    }

    @Test
    void totalsAreEqualHoweverOftenTheServiceIsKilled() throws Exception {
        String url = Servers.freshDatabase("billing");
        var database = TestDatabase.at(url);
        var random = new Random(1);
        int durableUnheard = 0;
        try (var nodes = new Nodes(database)) {
            for (int kill = 0; kill < KILLS; kill++) {
                Process service = startService(url);
                try {
                    long before = nodes.acknowledged.get();
                    int enough = 1 + random.nextInt(60);
                    nodes.reportTo(port(service));
                    await().atMost(PATIENCE)
                            .pollInterval(Duration.ofMillis(2))
                            .until(() -> nodes.acknowledged.get() >= before + enough);
                    Thread.sleep(random.nextInt(20));
                } finally {
                    service.destroyForcibly();
                }
                assertThat(service.waitFor()).isEqualTo(128 + 9);
                nodes.awaitAllCutOff();

                nodes.assertAcknowledgedIsDurable();
                if (nodes.isMoreDurableThanAcknowledged()) durableUnheard++;
            }
            Process service = startService(url);
            try {
                nodes.reportTo(port(service));
                nodes.finish();
            } finally {
                service.destroy();
            }

            nodes.assertCountedOnceToTheByte();
            System.out.printf(
                    "FIGURE metering.kills %d | reports=%d durable_but_not_acknowledged_at_kill=%d connections=%d%n",
                    KILLS, nodes.reports(), durableUnheard, NODES * CONNECTIONS);
        }
    }

    @Test
    void totalsAreEqualThoughTheDatabaseServerIsKilled() throws Exception {
        try (var postgres = Servers.mortalPostgres()) {
            String url = postgres.freshDatabase("billing");
            var database = TestDatabase.at(url);
            var random = new Random(2);
            try (var service = IntakeServer.start(url, keys);
                    var nodes = new Nodes(database)) {
                nodes.reportTo(service.port());
                for (int kill = 0; kill < DATABASE_KILLS; kill++) {
                    long before = nodes.acknowledged.get();
                    int enough = 100 + random.nextInt(100);
                    await().atMost(PATIENCE)
                            .pollInterval(Duration.ofMillis(2))
                            .until(() -> nodes.acknowledged.get() >= before + enough);
                    Thread.sleep(random.nextInt(20));
                    postgres.dieAndStartAgain();
                    nodes.assertAcknowledgedIsDurable();
                }
                nodes.finish();

                nodes.assertCountedOnceToTheByte();
                assertThat(nodes.refused.get()).isPositive();
                System.out.printf(
                        "FIGURE metering.database_kills %d | reports=%d requests_refused=%d%n",
                        DATABASE_KILLS, nodes.reports(), nodes.refused.get());
            }
        }
    }

    private Process startService(String url) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        IntakeServer.class.getName(),
                        url,
                        keys.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static int port(Process service) throws IOException {
        var lines =
                new BufferedReader(
                        new InputStreamReader(service.getInputStream(), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("PORT ")) return Integer.parseInt(line.substring(5));
        }
        throw new IllegalStateException("the service ended before it listened");
    }

    /** A run as a node hands it over, and the sequences in it. */
    private record Run(ReportUsageRequest request, int first, int last) {}

    /** One node, its chain, and what it knows to be durable. */
    private final class Reporter {
        final ReportingNode node = new ReportingNode();
        final AttachmentId attachment;
        final List<ByteString> hashes = new ArrayList<>();
        final BitSet durable = new BitSet();
        private final Random random;
        private final List<ByteString> newest = new ArrayList<>();
        long down;
        long up;

        Reporter(TestDatabase database, long seed) {
            attachment = MeteringContext.attach(database.db(), node.id);
            random = new Random(seed);
        }

        /** The next windows, now and then with the end of the run before in front of them. */
        synchronized Run next() {
            if (newest.size() > PER_RUN_MAX || random.nextInt(3) > 0) newest.clear();
            int windows = 1 + random.nextInt(PER_RUN_MAX);
            for (int i = 0; i < windows; i++) {
                long d = random.nextLong(1_000_000_000);
                long u = random.nextLong(1_000_000_000);
                down += d;
                up += u;
                newest.add(
                        node.seal(
                                node.window(FIRST.plus(WINDOW.multipliedBy(node.sequence)), WINDOW)
                                        .addAttachments(ReportingNode.own(attachment, d, u))));
                hashes.add(node.previous);
            }
            int last = (int) node.sequence;
            return new Run(node.request(node.run(newest)), last - newest.size() + 1, last);
        }

        synchronized void acknowledge(Run run) {
            durable.set(run.first(), run.last() + 1);
        }

        synchronized Long[] durable() {
            return durable.stream().mapToObj(Long::valueOf).toArray(Long[]::new);
        }

        synchronized int reports() {
            return hashes.size();
        }
    }

    /** Nodes that report without a pause, each over some connections at the same time. */
    private final class Nodes implements AutoCloseable {
        final AtomicLong acknowledged = new AtomicLong();
        final AtomicLong refused = new AtomicLong();
        private final TestDatabase database;
        private final List<Reporter> reporters = new ArrayList<>();
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private final List<Future<?>> connections = new ArrayList<>();
        private final AtomicInteger waiting = new AtomicInteger();
        private volatile int port;
        private volatile boolean enough;
        private volatile boolean given;

        Nodes(TestDatabase database) {
            this.database = database;
            for (int n = 0; n < NODES; n++) {
                var reporter = new Reporter(database, n);
                reporters.add(reporter);
                for (int c = 0; c < CONNECTIONS; c++) {
                    var random = new Random(100L * n + c);
                    connections.add(threads.submit(() -> report(reporter, random)));
                }
            }
        }

        /** From now on the service listens at {@code listening}. */
        void reportTo(int listening) {
            port = listening;
        }

        /** Waits until no connection is left, and every node waits for the service to come back. */
        void awaitAllCutOff() {
            int dead = port;
            port = 0;
            await().atMost(PATIENCE)
                    .until(() -> waiting.get() == connections.size() || anyEnded(dead));
        }

        private boolean anyEnded(int dead) {
            if (connections.stream().anyMatch(Future::isDone)) {
                throw new IllegalStateException("a node gave up on port " + dead);
            }
            return false;
        }

        void finish() throws Exception {
            enough = true;
            for (Future<?> connection : connections) {
                connection.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
        }

        private Void report(Reporter reporter, Random random) throws Exception {
            int connected = 0;
            ManagedChannel channel = null;
            try {
                while (!enough) {
                    Run run = reporter.next();
                    int times = random.nextInt(5) == 0 ? 2 : 1;
                    while (times > 0) {
                        if (channel == null || port != connected) {
                            if (channel != null) channel.shutdownNow();
                            connected = awaitPort();
                            channel = authority.connect(connected, reporter.node.id);
                        }
                        try {
                            ReportUsageResponse answer =
                                    UsageServiceGrpc.newBlockingStub(channel)
                                            .withDeadlineAfter(PATIENCE)
                                            .reportUsage(run.request());
                            assertThat(answer.getDurable(0).getSetAsideList()).isEmpty();
                            assertThat(answer.getDurable(0).getUpToSequence())
                                    .isEqualTo(run.last());
                            reporter.acknowledge(run);
                            acknowledged.incrementAndGet();
                            times--;
                        } catch (StatusRuntimeException notAcknowledged) {
                            refused.incrementAndGet();
                            Thread.sleep(random.nextInt(5));
                        }
                    }
                }
                return null;
            } finally {
                if (channel != null) channel.shutdownNow();
            }
        }

        private int awaitPort() throws InterruptedException {
            waiting.incrementAndGet();
            try {
                while (port == 0) {
                    if (given) throw new InterruptedException("the test is over");
                    Thread.sleep(1);
                }
                return port;
            } finally {
                waiting.decrementAndGet();
            }
        }

        int reports() {
            return reporters.stream().mapToInt(Reporter::reports).sum();
        }

        void assertAcknowledgedIsDurable() {
            for (Reporter reporter : reporters) {
                Long[] durable = reporter.durable();
                assertThat(
                                database.db()
                                        .sql(
                                                """
                                                select count(*) from usage_report
                                                where node_id = :node and boot_id = :boot and sequence = any (:sequences)
                                                """)
                                        .param("node", reporter.node.id.bytes())
                                        .param("boot", reporter.node.boot)
                                        .param("sequences", durable)
                                        .query(Integer.class)
                                        .single())
                        .isEqualTo(durable.length);
            }
        }

        /** Whether the service died between the commit and the answer. */
        boolean isMoreDurableThanAcknowledged() {
            long heard = reporters.stream().mapToLong(r -> r.durable().length).sum();
            return one("select count(*) from usage_report", Map.of()) > heard;
        }

        void assertCountedOnceToTheByte() {
            for (Reporter reporter : reporters) {
                int sent = reporter.reports();
                assertThat(reporter.durable()).hasSize(sent);
                Map<String, Object> attachment = Map.of("attachment", reporter.attachment.value());
                assertThat(
                                one(
                                        "select sum(internet_bytes_down) from usage_hour where attachment_id = :attachment",
                                        attachment))
                        .isEqualTo(reporter.down);
                assertThat(
                                one(
                                        "select sum(internet_bytes_up) from usage_hour where attachment_id = :attachment",
                                        attachment))
                        .isEqualTo(reporter.up);
                assertThat(
                                one(
                                        "select sum(windows) from usage_hour where attachment_id = :attachment",
                                        attachment))
                        .isEqualTo(sent);
                Map<String, Object> node = Map.of("node", reporter.node.id.bytes());
                assertThat(one("select highest from usage_boot where node_id = :node", node))
                        .isEqualTo(sent);
                assertThat(one("select reports from usage_boot where node_id = :node", node))
                        .isEqualTo(sent);
                assertThat(
                                database
                                        .db()
                                        .sql(
                                                """
                                                select sha256(signed) from usage_report
                                                where node_id = :node and state = 'counted' order by sequence
                                                """)
                                        .params(node)
                                        .query(byte[].class)
                                        .list()
                                        .stream()
                                        .map(ByteString::copyFrom)
                                        .toList())
                        .isEqualTo(reporter.hashes);
            }
            assertThat(one("select count(*) from usage_report", Map.of())).isEqualTo(reports());
            assertThat(one("select count(*) from usage_conflict", Map.of())).isZero();
        }

        private long one(String sql, Map<String, Object> parameters) {
            return database.db().sql(sql).params(parameters).query(Long.class).single();
        }

        @Override
        public void close() {
            enough = true;
            given = true;
            threads.shutdownNow();
        }
    }
}
