package org.coopmesh.nodeagent;

import io.grpc.Channel;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.coopmesh.nodeagent.identity.NodeIdentity;
import org.coopmesh.nodeagent.report.UsageReporter;
import org.coopmesh.nodeagent.report.WindowRecorder;
import org.coopmesh.nodeagent.spool.Spool;
import org.coopmesh.nodeagent.usage.Counters;
import org.coopmesh.nodeagent.usage.UsageMeter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Usage → spool → report, begun as soon as the disk lets it. A disk that is full or read-only must not keep the node from
 * enforcing; meanwhile the kernel goes on counting, and the first window takes up every byte.
 */
final class Counting {
    private static final Duration DISK_RETRY = Duration.ofSeconds(10);
    private static final Duration SPREAD_MAX = Duration.ofSeconds(10);
    private static final Logger log = LoggerFactory.getLogger(Counting.class);

    private final AgentConfig config;
    private final String version;
    private final NodeIdentity identity;
    private final Channel billing;
    private final Counters counters;
    private final AgentClock clock;
    private final Consumer<Instant> serverTime;
    private final RandomGenerator random;
    private final CountDownLatch begun = new CountDownLatch(1);
    private volatile @Nullable Parts parts;
    private volatile String trouble = "";

    private record Parts(Spool spool, WindowRecorder recorder, UsageReporter reporter) {}

    /**
     * How far it has come.
     *
     * @param trouble why counting has not begun; empty where it has
     */
    record Progress(
            String trouble, long spoolBytes, long spoolWindows, UsageReporter.Progress report) {}

    Counting(
            AgentConfig config,
            String version,
            NodeIdentity identity,
            Channel billing,
            Counters counters,
            AgentClock clock,
            Consumer<Instant> serverTime,
            RandomGenerator random) {
        this.config = config;
        this.version = version;
        this.identity = identity;
        this.billing = billing;
        this.counters = counters;
        this.clock = clock;
        this.serverTime = serverTime;
        this.random = random;
    }

    /** False where the disk does not let it. */
    boolean begin() {
        try {
            Spool spool = Spool.open(config.spoolDir(), config.spoolBytesMax());
            try {
                parts = build(spool);
            } catch (IOException | RuntimeException failed) {
                spool.close();
                throw failed;
            }
            trouble = "";
            begun.countDown();
            return true;
        } catch (IOException failed) {
            String why = String.valueOf(failed);
            if (!why.equals(trouble)) {
                log.atError().addKeyValue("why", why).log("counting waits for the disk");
            }
            trouble = why;
            return false;
        }
    }

    private Parts build(Spool spool) throws IOException {
        if (config.clock() == AgentConfig.TimeSource.SERVER) {
            spool.newest().ifPresent(newest -> clock.notBefore(newest.endedAt()));
        }
        Duration tenth = config.window().dividedBy(10);
        var reporter =
                new UsageReporter(
                        identity,
                        billing,
                        spool,
                        serverTime,
                        tenth.compareTo(SPREAD_MAX) < 0 ? tenth : SPREAD_MAX,
                        random);
        var recorder =
                new WindowRecorder(
                        new UsageMeter(counters, clock),
                        spool,
                        identity.nodeId(),
                        version,
                        config.window(),
                        clock,
                        config.clock() == AgentConfig.TimeSource.SERVER ? clock::told : () -> true,
                        reporter::wake);
        clock.onMove(recorder::timeMoved);
        return new Parts(spool, recorder, reporter);
    }

    /** Closes windows until interrupted. */
    void windows() throws InterruptedException {
        while (parts == null && !begin()) Thread.sleep(DISK_RETRY);
        running().recorder().run();
    }

    /** Reports windows until interrupted. */
    void reports() throws InterruptedException {
        begun.await();
        running().reporter().run();
    }

    private Parts running() {
        Parts now = parts;
        if (now == null) throw new IllegalStateException("counting has not begun");
        return now;
    }

    Progress progress() {
        Parts now = parts;
        if (now == null) {
            return new Progress(
                    trouble, 0, 0, new UsageReporter.Progress(Optional.empty(), 0, 0, ""));
        }
        return new Progress(
                "", now.spool().bytes(), now.spool().windows(), now.reporter().progress());
    }

    /** Ends the running window, makes it durable and tries once to report it; only after the duties have ended. */
    void finish() {
        Parts last = parts;
        if (last == null) return;
        last.recorder().close(clock.instant());
        last.reporter().flush();
    }

    void close() throws IOException {
        Parts last = parts;
        if (last != null) last.spool().close();
        counters.close();
    }
}
