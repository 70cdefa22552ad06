package org.coopmesh.nodeagent.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.nodeagent.report.UsageReporter.Outcome.DONE;
import static org.coopmesh.nodeagent.report.UsageReporter.Outcome.FAILED;
import static org.coopmesh.nodeagent.report.UsageReporter.Outcome.MORE;
import static org.coopmesh.nodeagent.report.UsageReporter.Outcome.REFUSED;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.coopmesh.contracts.billing.v1.GapCause;
import org.coopmesh.contracts.billing.v1.UsageReport;
import org.coopmesh.nodeagent.identity.NodeIdentity;
import org.coopmesh.nodeagent.identity.TestCoop;
import org.coopmesh.nodeagent.spool.Spool;
import org.coopmesh.nodeagent.usage.UsageMeter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(600)
class ReportingTest {
    private static final Duration WINDOW = Duration.ofMinutes(5);
    private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");

    @TempDir Path directory;
    private final TestCounters counters = new TestCounters();
    private final TestClock clock = new TestClock(START);
    private final List<Instant> serverTimes = new ArrayList<>();
    private NodeIdentity identity;
    private TestBilling billing;
    private Spool spool;
    private boolean timeKnown = true;
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
    void stop() throws IOException {
        spool.close();
        billing.close();
    }

    @Test
    void countedBytesArriveSignedAndChained() {
        carryWindow(1_000);
        carryWindow(2_500);

        assertThat(reporter.sendOnce()).isEqualTo(DONE);

        assertThat(downs()).containsExactly(0L, 1_000L, 2_500L);
        List<UsageReport> chain = billing.chain();
        assertThat(chain.get(0).getPreviousHash()).isEqualTo(ByteString.EMPTY);
        assertThat(chain.get(1).getSequence()).isEqualTo(2);
        assertThat(chain.get(2).getPreviousHash())
                .isEqualTo(TestBilling.hash(chain.get(1).toByteString()));
        assertThat(chain.get(2).getStartedAt()).isEqualTo(chain.get(1).getEndedAt());
        assertThat(chain.get(2).getAttachments(0).getTotalBytesDown()).isEqualTo(3_500);
        assertThat(spool.windows()).isZero();
        assertThat(reporter.sendOnce()).isEqualTo(DONE);
        assertThat(billing.requests).hasSize(1);
    }

    @Test
    void aLostAnswerCostsARepetitionAndNothingElse() {
        carryWindow(1_000);
        billing.next = TestBilling.Fault.ANSWER_LOST;

        assertThat(reporter.sendOnce()).isEqualTo(FAILED);
        assertThat(reporter.sendOnce()).isEqualTo(DONE);

        assertThat(downs()).containsExactly(0L, 1_000L);
        assertThat(billing.duplicates).isEqualTo(2);
    }

    @Test
    void onlyWhatIsDurableLeavesTheSpool() {
        for (int i = 0; i < 5; i++) carryWindow(100);
        billing.next = TestBilling.Fault.PARTLY_DURABLE;

        assertThat(reporter.sendOnce()).isEqualTo(MORE);

        assertThat(spool.windows()).isEqualTo(3);
        assertThat(reporter.sendOnce()).isEqualTo(DONE);
        assertThat(downs()).containsExactly(0L, 100L, 100L, 100L, 100L, 100L);
        assertThat(billing.duplicates).isZero();
    }

    @Test
    void whatBillingLostIsSentAgain() {
        for (int i = 0; i < 4; i++) carryWindow(100);
        assertThat(reporter.sendOnce()).isEqualTo(DONE);
        String boot = billing.chain().getFirst().getBootId();
        billing.kept.get(boot).remove(3L);
        billing.bytes.get(boot).remove(3L);

        carryWindow(100);
        assertThat(reporter.sendOnce()).isEqualTo(MORE);
        assertThat(reporter.sendOnce()).isEqualTo(DONE);

        assertThat(billing.chain()).hasSize(6);
    }

    @Test
    void aBacklogIsDrainedOldestFirstAndTheNewestGoesAlong() {
        int windows = UsageReporter.BATCH_WINDOWS_MAX * 2;
        for (int i = 0; i < windows; i++) carryWindow(10);

        assertThat(reporter.sendOnce()).isEqualTo(MORE);

        List<Long> first = billing.requests.getFirst();
        assertThat(first).hasSize(UsageReporter.BATCH_WINDOWS_MAX + 1);
        assertThat(first.getFirst()).isEqualTo(1);
        assertThat(first.getLast()).isEqualTo(windows + 1);
        while (reporter.sendOnce() != DONE) assertThat(billing.requests.size()).isLessThan(10);
        assertThat(downs().stream().mapToLong(Long::longValue).sum()).isEqualTo(windows * 10L);
        assertThat(billing.duplicates).isZero();
    }

    @Test
    void oneMalformedReportDoesNotHoldUpTheOthers() {
        for (int i = 0; i < 6; i++) carryWindow(100);
        billing.malformed = report -> report.getSequence() == 4;

        for (int i = 0; i < 30 && reporter.sendOnce() != DONE; i++) {}

        assertThat(billing.chain().stream().map(UsageReport::getSequence))
                .containsExactlyInAnyOrder(1L, 2L, 3L, 5L, 6L, 7L);
        assertThat(spool.windows()).isEqualTo(1);
    }

    @Test
    void aNodeThatIsRefusedKeepsItsWindows() {
        carryWindow(1_000);
        billing.status = Status.PERMISSION_DENIED;

        assertThat(reporter.sendOnce()).isEqualTo(REFUSED);

        assertThat(spool.windows()).isEqualTo(2);
    }

    @Test
    void aKillLosesNoByteAndCountsNoneTwice() throws Exception {
        carryWindow(1_000);
        assertThat(reporter.sendOnce()).isEqualTo(DONE);
        counters.carry(300);
        clock.pass(WINDOW.dividedBy(2));

        kill();
        counters.carry(40);
        clock.pass(WINDOW);
        boot();
        carryWindow(5);
        assertThat(reporter.sendOnce()).isEqualTo(DONE);

        assertThat(downs()).containsExactly(0L, 1_000L, 345L);
        assertThat(billing.kept).hasSize(1);
    }

    @Test
    void aKillBeforeTheFirstWindowLosesNothing() throws Exception {
        counters.carry(700);

        kill();
        boot();
        carryWindow(5);
        assertThat(reporter.sendOnce()).isEqualTo(DONE);

        assertThat(downs()).containsExactly(0L, 705L);
    }

    @Test
    void aRebootStartsANewBootAndTellsTheTimeItWasOff() throws Exception {
        carryWindow(1_000);
        kill();
        counters.reboot();
        clock.pass(Duration.ofHours(1));
        boot();
        carryWindow(50);

        assertThat(reporter.sendOnce()).isEqualTo(DONE);

        assertThat(billing.kept).hasSize(2);
        List<UsageReport> chain = billing.chain();
        UsageReport last = chain.getLast();
        assertThat(last.getSequence()).isEqualTo(1);
        assertThat(last.getPreviousHash()).isEqualTo(TestBilling.hash(chain.get(1).toByteString()));
        assertThat(last.getAttachments(0).getInternetBytesDown()).isEqualTo(50);
        assertThat(last.getGap().getCause()).isEqualTo(GapCause.GAP_CAUSE_POWERED_OFF);
        assertThat(last.getGap().getWindows()).isEqualTo(12);
        assertThat(last.getGap().getFrom()).isEqualTo(chain.get(1).getEndedAt());
    }

    @Test
    void aTornTailIsToldAndItsBytesAreInTheNextWindow() throws Exception {
        carryWindow(1_000);
        assertThat(reporter.sendOnce()).isEqualTo(DONE);
        carryWindow(200);
        kill();
        Path segment = directory.resolve("spool/00000000000000000000.spool");
        byte[] bytes = Files.readAllBytes(segment);
        Files.write(segment, java.util.Arrays.copyOf(bytes, bytes.length - 7));
        boot();
        carryWindow(30);

        assertThat(reporter.sendOnce()).isEqualTo(DONE);

        assertThat(downs()).containsExactly(0L, 1_000L, 230L);
        assertThat(billing.chain().getLast().getGap().getCause())
                .isEqualTo(GapCause.GAP_CAUSE_SPOOL_DAMAGED);
    }

    @Test
    void aDamagedTailThatWasSentIsNotCountedAgain() throws Exception {
        carryWindow(1_000);
        carryWindow(200);
        billing.next = TestBilling.Fault.ANSWER_LOST;
        assertThat(reporter.sendOnce()).isEqualTo(FAILED);
        kill();
        Path segment = directory.resolve("spool/00000000000000000000.spool");
        byte[] bytes = Files.readAllBytes(segment);
        Files.write(segment, java.util.Arrays.copyOf(bytes, bytes.length - 7));
        boot();
        carryWindow(30);

        while (reporter.sendOnce() != DONE) assertThat(billing.requests.size()).isLessThan(9);

        assertThat(downs().stream().mapToLong(Long::longValue).sum()).isEqualTo(1_230);
        assertThat(billing.kept).hasSize(2);
        assertThat(billing.chain().stream().map(report -> report.getGap().getCause()))
                .contains(GapCause.GAP_CAUSE_SPOOL_DAMAGED);
    }

    @Test
    void theClockJumpsForwardThirtyDays() {
        carryWindow(1_000);
        counters.carry(70);
        clock.pass(Duration.ofMinutes(2));
        Instant before = clock.instant();
        Instant after = before.plus(Duration.ofDays(30));

        recorder.timeMoved(before, after, () -> clock.set(after));
        carryWindow(5);
        assertThat(reporter.sendOnce()).isEqualTo(DONE);

        assertThat(downs()).containsExactly(0L, 1_000L, 70L, 5L);
        UsageReport old = billing.chain().get(2);
        assertThat(old.getEndedAt()).isEqualTo(ReportChain.timestamp(before));
        UsageReport fresh = billing.chain().get(3);
        assertThat(fresh.getStartedAt()).isEqualTo(ReportChain.timestamp(after));
        assertThat(fresh.getGap().getCause()).isEqualTo(GapCause.GAP_CAUSE_CLOCK_MOVED);
        assertThat(fresh.getGap().getWindows()).isZero();
    }

    @Test
    void theClockGoesBackAnHour() {
        carryWindow(1_000);
        counters.carry(70);
        clock.pass(Duration.ofMinutes(2));
        Instant before = clock.instant();
        Instant after = before.minus(Duration.ofHours(1));

        recorder.timeMoved(before, after, () -> clock.set(after));
        carryWindow(5);
        assertThat(reporter.sendOnce()).isEqualTo(DONE);

        assertThat(downs()).containsExactly(0L, 1_000L, 70L, 5L);
        UsageReport fresh = billing.chain().getLast();
        assertThat(fresh.getStartedAt()).isEqualTo(ReportChain.timestamp(after));
        assertThat(fresh.getEndedAt().getSeconds())
                .isGreaterThan(fresh.getStartedAt().getSeconds());
    }

    @Test
    void afterARestartTheFirstWindowEndsByTheTimeThatIsToldAndNotByTheGuess() throws Exception {
        carryWindow(1_000);
        Instant newestEnd = clock.instant();
        restartGuessing(newestEnd.plus(Duration.ofDays(3)));
        counters.carry(70);
        Instant truth = newestEnd.plus(Duration.ofMinutes(2));

        recorder.timeMoved(clock.instant(), truth, () -> clock.set(truth));
        carryWindow(5);
        assertThat(reporter.sendOnce()).isEqualTo(DONE);

        assertThat(downs()).containsExactly(0L, 1_000L, 75L);
        UsageReport first = billing.chain().getLast();
        assertThat(first.getStartedAt()).isEqualTo(ReportChain.timestamp(newestEnd));
        assertThat(first.getEndedAt()).isEqualTo(ReportChain.timestamp(truth.plus(WINDOW)));
        assertThat(first.hasGap()).isFalse();
    }

    @Test
    void whoWasAwayForLongerThanAWindowMayLastBeginsAtTheTimeThatIsTold() throws Exception {
        carryWindow(1_000);
        Instant newestEnd = clock.instant();
        restartGuessing(newestEnd.plusSeconds(10));
        counters.carry(70);
        Instant truth = newestEnd.plus(Duration.ofDays(16));

        recorder.timeMoved(clock.instant(), truth, () -> clock.set(truth));
        carryWindow(5);
        assertThat(reporter.sendOnce()).isEqualTo(DONE);

        assertThat(downs()).containsExactly(0L, 1_000L, 75L);
        UsageReport first = billing.chain().getLast();
        assertThat(first.getStartedAt()).isEqualTo(ReportChain.timestamp(truth));
        assertThat(first.getGap().getCause()).isEqualTo(GapCause.GAP_CAUSE_CLOCK_MOVED);
        assertThat(first.getGap().getFrom()).isEqualTo(ReportChain.timestamp(newestEnd));
    }

    @Test
    void afterAPowerCutTheFirstWindowBeginsAtTheTimeThatIsTold() throws Exception {
        carryWindow(1_000);
        Instant newestEnd = clock.instant();
        counters.reboot();
        restartGuessing(newestEnd.plus(Duration.ofDays(3)));
        counters.carry(70);
        Instant truth = newestEnd.plus(Duration.ofHours(1));

        recorder.timeMoved(clock.instant(), truth, () -> clock.set(truth));
        carryWindow(5);
        assertThat(reporter.sendOnce()).isEqualTo(DONE);

        UsageReport first =
                billing.chain().stream().filter(UsageReport::hasGap).findFirst().orElseThrow();
        assertThat(first.getAttachments(0).getInternetBytesDown()).isEqualTo(75);
        assertThat(first.getStartedAt()).isEqualTo(ReportChain.timestamp(truth));
        assertThat(first.getGap().getCause()).isEqualTo(GapCause.GAP_CAUSE_POWERED_OFF);
        assertThat(first.getGap().getWindows()).isEqualTo(12);
    }

    @Test
    void whoIsNotToldTheTimeCountsByItsGuessAfterAWhile() throws Exception {
        carryWindow(1_000);
        restartGuessing(clock.instant().plus(Duration.ofDays(3)));

        recorder.settle(Duration.ofMillis(1));
        carryWindow(70);

        assertThat(reporter.sendOnce()).isEqualTo(DONE);
        assertThat(downs()).containsExactly(0L, 1_000L, 70L);
    }

    @Test
    void countersThatCannotBeReadMakeTheWindowLonger() {
        counters.carry(100);
        counters.unreadable = true;
        clock.pass(WINDOW);
        assertThat(recorder.close(clock.instant())).isFalse();

        counters.unreadable = false;
        carryWindow(20);
        assertThat(reporter.sendOnce()).isEqualTo(DONE);

        assertThat(downs()).containsExactly(0L, 120L);
    }

    @Test
    void theServersTimeIsPassedOn() {
        billing.serverTime = START.plusSeconds(7);
        carryWindow(1);

        assertThat(reporter.sendOnce()).isEqualTo(DONE);

        assertThat(serverTimes).containsExactly(START.plusSeconds(7));
    }

    /** Random kills, reboots, faults and clock jumps: at the end billing has every byte once. */
    @Test
    void whateverHappensEveryByteArrivesOnce() throws Exception {
        long carried = 0;
        for (int seed = 0; seed < 25; seed++) {
            Random random = new Random(seed);
            for (int step = 0; step < 60; step++) {
                switch (random.nextInt(8)) {
                    case 0, 1, 2 -> {
                        int more = random.nextInt(100_000);
                        carried += more;
                        carryWindow(more);
                    }
                    case 3 -> {
                        int more = random.nextInt(1_000);
                        carried += more;
                        counters.carry(more);
                        clock.pass(Duration.ofSeconds(random.nextInt(20)));
                    }
                    case 4, 5 -> {
                        billing.faults = random;
                        reporter.sendOnce();
                        billing.faults = null;
                    }
                    case 6 -> {
                        kill();
                        clock.pass(Duration.ofSeconds(random.nextInt(600)));
                        boot();
                    }
                    default -> {
                        Instant before = clock.instant();
                        Instant after = before.plusSeconds(random.nextInt(-7_200, 100_000));
                        recorder.timeMoved(before, after, () -> clock.set(after));
                    }
                }
            }
            carryWindow(1);
            carried++;
            for (int i = 0; i < 50 && spool.windows() > 0; i++) reporter.sendOnce();

            assertThat(downs().stream().mapToLong(Long::longValue).sum())
                    .as("seed %d", seed)
                    .isEqualTo(carried);
            assertThat(spool.windows()).isZero();
        }
    }

    private void carryWindow(long more) {
        counters.carry(more);
        clock.pass(WINDOW);
        assertThat(recorder.close(clock.instant())).isTrue();
    }

    private void restartGuessing(Instant guess) throws IOException {
        kill();
        clock.set(guess);
        timeKnown = false;
        boot();
    }

    private void boot() throws IOException {
        spool = Spool.open(directory.resolve("spool"), 1 << 20);
        recorder =
                new WindowRecorder(
                        new UsageMeter(counters, clock),
                        spool,
                        identity.nodeId(),
                        "test",
                        WINDOW,
                        clock,
                        () -> timeKnown,
                        () -> {});
        reporter =
                new UsageReporter(
                        identity,
                        billing.channel,
                        spool,
                        serverTimes::add,
                        Duration.ZERO,
                        new Random(1));
    }

    /** As a kill leaves it: what was on disk stays, what was in memory is gone. */
    private void kill() throws IOException {
        byte[] state = Files.readAllBytes(directory.resolve("spool/state"));
        spool.close();
        Files.write(directory.resolve("spool/state"), state);
    }

    private List<Long> downs() {
        List<Long> downs = new ArrayList<>();
        for (UsageReport report : billing.chain()) {
            downs.add(report.getAttachments(0).getInternetBytesDown());
        }
        return downs;
    }
}
