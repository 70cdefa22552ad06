package org.coopmesh.nodeagent.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.nodeagent.report.UsageReporter.Outcome.DONE;
import static org.coopmesh.nodeagent.report.UsageReporter.Outcome.FAILED;
import static org.coopmesh.nodeagent.report.UsageReporter.Outcome.MORE;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.coopmesh.contracts.billing.v1.LinkUsage;
import org.coopmesh.contracts.billing.v1.UsageReport;
import org.coopmesh.nodeagent.identity.NodeIdentity;
import org.coopmesh.nodeagent.identity.TestCoop;
import org.coopmesh.nodeagent.spool.Spool;
import org.coopmesh.nodeagent.spool.SpooledWindow;
import org.coopmesh.nodeagent.usage.Counters;
import org.coopmesh.nodeagent.usage.UplinkCounts;
import org.coopmesh.nodeagent.usage.UsageMeter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node of eight attachments without any server for a week, killed once a day; then billing is there again. */
@Timeout(900)
class WeekOfflineTest {
    private static final Duration WINDOW = Duration.ofMinutes(5);
    private static final int PER_DAY = 24 * 12;
    private static final int WINDOWS = 7 * PER_DAY;
    private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");
    private static final long BYTES_PER_WINDOW = 1_200_000_000;

    @TempDir Path directory;
    private final EightAttachments kernel = new EightAttachments();
    private final TestClock clock = new TestClock(START);
    private NodeIdentity identity;
    private TestBilling billing;
    private Spool spool;
    private WindowRecorder recorder;
    private UsageReporter reporter;

    @BeforeEach
    void start() throws Exception {
        try (TestCoop coop = new TestCoop()) {
            identity = coop.identity(directory.resolve("identity"));
        }
        billing = new TestBilling();
        boot();
    }

    @AfterEach
    void stop() throws Exception {
        spool.close();
        billing.close();
    }

    @Test
    void theBacklogArrivesCompleteInOrderAndTheNewestAtOnce() throws Exception {
        billing.status = Status.UNAVAILABLE;
        for (int window = 1; window <= WINDOWS; window++) {
            kernel.carry(BYTES_PER_WINDOW);
            clock.pass(WINDOW);
            assertThat(recorder.close(clock.instant())).isTrue();
            if (window % 12 == 0) assertThat(reporter.sendOnce()).isEqualTo(FAILED);
            if (window % PER_DAY == 0) kill();
        }
        assertThat(spool.windows()).isEqualTo(WINDOWS + 1);
        long bytesPerWindow = spool.bytes() / spool.windows();
        assertThat(bytesPerWindow + fourLinks()).isLessThan((64L << 20) / (30 * PER_DAY));

        billing.status = Status.OK;
        assertThat(reporter.sendOnce()).isEqualTo(MORE);
        assertThat(billing.chain().getLast().getEndedAt().getSeconds())
                .isEqualTo(clock.instant().getEpochSecond());
        assertThat(reporter.progress().until()).contains(clock.instant());
        UsageReporter.Outcome outcome = MORE;
        while (outcome == MORE) outcome = reporter.sendOnce();

        assertThat(outcome).isEqualTo(DONE);
        assertThat(spool.windows()).isZero();
        assertThat(spool.untold()).isEmpty();
        List<UsageReport> chain = billing.chain();
        assertThat(chain).hasSize(WINDOWS + 1);
        assertThat(billing.duplicates).isZero();
        assertThat(billing.requests).hasSizeLessThan(12);
        ByteString before = ByteString.EMPTY;
        for (UsageReport report : chain) {
            assertThat(report.getPreviousHash()).isEqualTo(before);
            before = TestBilling.hash(report.toByteString());
        }
        long carried =
                chain.stream()
                        .flatMap(report -> report.getAttachmentsList().stream())
                        .mapToLong(usage -> usage.getInternetBytesDown())
                        .sum();
        assertThat(carried).isEqualTo(BYTES_PER_WINDOW * 8 * WINDOWS);
        for (int request = 1; request < billing.requests.size(); request++) {
            assertThat(billing.requests.get(request).getFirst())
                    .isGreaterThan(billing.requests.get(request - 1).getFirst());
        }
    }

    @Test
    void overALineThatIsTooSlowForAWholeBatchItArrivesInSmallerOnes() throws Exception {
        for (int window = 0; window < 300; window++) {
            kernel.carry(1);
            clock.pass(WINDOW);
            recorder.close(clock.instant());
        }
        billing.status = Status.DEADLINE_EXCEEDED;
        assertThat(reporter.sendOnce()).isEqualTo(FAILED);
        assertThat(reporter.sendOnce()).isEqualTo(FAILED);
        assertThat(reporter.progress().failing()).startsWith("DEADLINE_EXCEEDED");

        billing.status = Status.OK;
        assertThat(reporter.sendOnce()).isEqualTo(MORE);

        assertThat(billing.requests.getFirst().size()).isBetween(60, 80);
        while (reporter.sendOnce() == MORE) {}
        assertThat(spool.windows()).isZero();
        assertThat(reporter.progress().failing()).isEmpty();
        assertThat(reporter.progress().failures()).isEqualTo(2);
    }

    @Test
    void aWaitingChainIsCheckedAndABrokenOneFound() throws Exception {
        for (int window = 0; window < 5; window++) {
            kernel.carry(1);
            clock.pass(WINDOW);
            recorder.close(clock.instant());
        }
        ChainCheck whole = new ChainCheck(Optional.of(identity.nodeId()));
        ChainCheck forged = new ChainCheck(Optional.of("another"));
        for (SpooledWindow window : spool.pending(0, 100, 1 << 20)) {
            whole.next(window.index(), window.report());
            byte[] report =
                    window.index() == 2
                            ? UsageReport.parseFrom(window.report()).toBuilder()
                                    .setAgentVersion("forged")
                                    .build()
                                    .toByteArray()
                            : window.report();
            forged.next(window.index(), report);
        }

        assertThat(whole.broken()).isEmpty();
        assertThat(whole.links()).isEqualTo(5);
        assertThat(forged.broken())
                .contains("window 3 names another report before it than the one that is there")
                .anyMatch(line -> line.startsWith("window 0 is of another node"));
    }

    /** What four links would add to a report at most. */
    private static long fourLinks() {
        UsageReport.Builder links = UsageReport.newBuilder();
        for (int i = 0; i < 4; i++) {
            links.addLinks(
                    LinkUsage.newBuilder()
                            .setNeighbourNodeId("a".repeat(64))
                            .setInterface("fifteen-letters")
                            .setBytesReceived(Long.MAX_VALUE)
                            .setBytesSent(Long.MAX_VALUE));
        }
        return links.build().getSerializedSize();
    }

    private void boot() throws Exception {
        spool = Spool.open(directory.resolve("spool"), Spool.BYTES_MAX_DEFAULT);
        reporter =
                new UsageReporter(
                        identity, billing.channel, spool, time -> {}, Duration.ZERO, new Random(1));
        recorder =
                new WindowRecorder(
                        new UsageMeter(kernel, clock),
                        spool,
                        identity.nodeId(),
                        "0.1.0",
                        WINDOW,
                        clock,
                        () -> true,
                        () -> {});
    }

    private void kill() throws Exception {
        byte[] state = Files.readAllBytes(directory.resolve("spool/state"));
        spool.close();
        Files.write(directory.resolve("spool/state"), state);
        boot();
    }

    /** A kernel that counts for eight attachments, in all four ways, at a gateway. */
    private static final class EightAttachments implements Counters {
        private final List<String> attachments = new ArrayList<>();
        private long bytes = 1L << 40;

        EightAttachments() {
            for (int i = 0; i < 8; i++) attachments.add(new UUID(7, i).toString());
        }

        void carry(long more) {
            bytes += more;
        }

        @Override
        public Reading read() {
            List<Figure> figures = new ArrayList<>();
            for (String attachment : attachments) {
                for (Way way : Way.values()) {
                    figures.add(
                            new Figure(
                                    new Key(attachment, true, way), 1, bytes, bytes / 900, true));
                }
            }
            return new Reading(
                    "7f1c2d3e-0000-4000-8000-123456789abc",
                    figures,
                    Optional.of(new UplinkCounts("wan0", bytes, bytes)));
        }

        @Override
        public void forget(Collection<Key> retired) {}

        @Override
        public void close() {}
    }
}
