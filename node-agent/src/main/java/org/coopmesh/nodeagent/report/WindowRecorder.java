package org.coopmesh.nodeagent.report;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.coopmesh.contracts.billing.v1.UsageReport;
import org.coopmesh.nodeagent.spool.Gap;
import org.coopmesh.nodeagent.spool.Spool;
import org.coopmesh.nodeagent.spool.SpooledWindow;
import org.coopmesh.nodeagent.usage.CountersUnreadable;
import org.coopmesh.nodeagent.usage.UsageMeter;
import org.coopmesh.nodeagent.usage.WindowCounts;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a usage window whenever its time is over, links it into the chain and spools it; the first door of this capability.
 *
 * <p>Windows end at whole multiples of their length, in UTC. Where one cannot be made durable it is kept, and the next stays
 * open: no byte is lost, the windows only get longer. So it is while nobody who knows has told the time: a window that ends
 * by a guess says what cannot be.
 */
public final class WindowRecorder {
    /** Who is not told the time for so long counts by its guess: what is only in the kernel dies with the power. */
    private static final Duration TIME_WAIT_MAX = Duration.ofMinutes(10);

    /** Billing believes no window that is longer. */
    private static final Duration WINDOW_MAX = Duration.ofHours(1);

    private static final long TRY_AGAIN_MILLIS = 1_000;

    /** The clock may have been put right by less than what is announced. */
    private static final long SLEEP_MILLIS_MAX = 10_000;

    private static final Logger log = LoggerFactory.getLogger(WindowRecorder.class);

    private final UsageMeter meter;
    private final Spool spool;
    private final Duration length;
    private final InstantSource clock;
    private final BooleanSupplier timeKnown;
    private final Runnable spooled;
    private boolean settled;
    private @Nullable Instant newestEnd;
    private ReportChain chain;
    private @Nullable Instant movedTo;
    private @Nullable WindowCounts unspooled;
    private @Nullable Instant unspooledFrom;

    /**
     * Goes on where the spool ends.
     *
     * @param length of a window
     * @param timeKnown false while the clock shows a guess
     * @param spooled called after each durable window
     */
    public WindowRecorder(
            UsageMeter meter,
            Spool spool,
            String nodeId,
            String agentVersion,
            Duration length,
            InstantSource clock,
            BooleanSupplier timeKnown,
            Runnable spooled)
            throws IOException {
        this.meter = meter;
        this.spool = spool;
        this.length = length;
        this.clock = clock;
        this.timeKnown = timeKnown;
        this.settled = timeKnown.getAsBoolean();
        this.spooled = spooled;
        this.chain = ReportChain.empty(nodeId, agentVersion);
        resume();
    }

    /** Records until interrupted. */
    public void run() throws InterruptedException {
        settle(TIME_WAIT_MAX);
        while (true) {
            synchronized (this) {
                Instant now = clock.instant();
                Instant due = due(now);
                if (now.isBefore(due)) {
                    long millis = Duration.between(now, due).toMillis() + 1;
                    wait(Math.min(millis, SLEEP_MILLIS_MAX));
                } else if (!close(lastBoundary(now))) {
                    wait(TRY_AGAIN_MILLIS);
                }
            }
        }
    }

    /** Waits until the time is told, or for so long. */
    synchronized void settle(Duration most) throws InterruptedException {
        long from = System.nanoTime();
        while (!settled) {
            if (timeKnown.getAsBoolean() || System.nanoTime() - from >= most.toNanos()) {
                settled = true;
                remember(() -> rememberPowerOff(meter.startedAt()));
            } else {
                wait(TRY_AGAIN_MILLIS);
            }
        }
    }

    /**
     * Ends the running window at {@code endsAt}, and makes it durable.
     *
     * @return false if that failed; nothing is lost, and a later call makes up for it
     */
    public synchronized boolean close(Instant endsAt) {
        try {
            if (unspooled == null) {
                Instant startedAt = movedTo;
                if (startedAt != null && !endsAt.isAfter(startedAt)) return true;
                WindowCounts counts = meter.close(endsAt);
                unspooled = counts;
                unspooledFrom = startedAt == null ? counts.startedAt() : startedAt;
                movedTo = null;
            }
            return spoolWindow();
        } catch (CountersUnreadable failed) {
            log.atError().addKeyValue("why", failed.getMessage()).log("counters unreadable");
            return false;
        }
    }

    /**
     * The clock is about to move: the running window ends at its old time, the next starts at the new. Where the old time was
     * only a guess, no window ends there: the running one goes on if the counters did since the newest and it is not too long,
     * or begins at the new time.
     *
     * @param before the time up to now
     * @param after the time from the move on
     * @param move moves the clock
     */
    public synchronized void timeMoved(Instant before, Instant after, Runnable move) {
        if (!settled) {
            timeTold(after, move);
            return;
        }
        boolean closed = false;
        try {
            closed = close(before);
        } finally {
            move.run();
            movedTo = after;
            log.atWarn()
                    .addKeyValue("from", before)
                    .addKeyValue("to", after)
                    .addKeyValue("windowClosed", closed)
                    .log("clock moved");
            remember(() -> rememberMove(before, after));
            notifyAll();
        }
    }

    private void timeTold(Instant now, Runnable move) {
        move.run();
        settled = true;
        Instant started = meter.startedAt();
        boolean goesOn =
                countedSinceNewest()
                        && started.isBefore(now)
                        && !now.plus(length).isAfter(started.plus(WINDOW_MAX));
        if (!goesOn) {
            movedTo = now;
            if (countedSinceNewest()) remember(() -> rememberMove(started, now));
        }
        remember(() -> rememberPowerOff(now));
        log.atInfo().addKeyValue("now", now).addKeyValue("windowGoesOn", goesOn).log("time told");
        notifyAll();
    }

    private interface Memory {
        void write() throws IOException;
    }

    private static void remember(Memory gap) {
        try {
            gap.write();
        } catch (IOException failed) {
            log.atError().addKeyValue("why", failed.getMessage()).log("gap not remembered");
        }
    }

    private void resume() throws IOException {
        Optional<SpooledWindow> newest = spool.newest();
        if (newest.isEmpty()) {
            makeBaselineDurable();
            return;
        }
        SpooledWindow last = newest.get();
        chain = chain.after(last.report());
        if (!spool.continuable()) {
            log.atError().log("newest windows damaged, counting anew");
            makeBaselineDurable();
            return;
        }
        meter.resume(last.snapshot());
        newestEnd = last.endedAt();
        if (settled) rememberPowerOff(meter.startedAt());
    }

    private void rememberMove(Instant before, Instant after) throws IOException {
        boolean forward = before.isBefore(after);
        spool.remember(
                forward ? before : after, forward ? after : before, Gap.Cause.CLOCK_MOVED, 0);
    }

    private void rememberPowerOff(Instant until) throws IOException {
        Instant from = newestEnd;
        if (from == null || countedSinceNewest() || !from.isBefore(until)) return;
        long windows = Duration.between(from, until).dividedBy(length);
        spool.remember(from, until, Gap.Cause.POWERED_OFF, windows);
    }

    /** False where the counters started anew after the newest window, as they do with the machine. */
    private boolean countedSinceNewest() {
        return meter.bootId().toString().equals(chain.bootId());
    }

    /** A first window of a moment: what a crash before the first real one would otherwise lose is where counting began. */
    private void makeBaselineDurable() {
        Instant least = meter.startedAt().plusMillis(1);
        Instant now = clock.instant();
        close(now.isAfter(least) ? now : least);
    }

    private boolean spoolWindow() {
        WindowCounts counts = unspooled;
        Instant startedAt = unspooledFrom;
        if (counts == null || startedAt == null) return true;
        Gap gap = spool.untold().orElse(null);
        UsageReport report = chain.next(counts, startedAt, gap);
        byte[] bytes = report.toByteArray();
        try {
            spool.append(
                    startedAt,
                    counts.endedAt(),
                    bytes,
                    counts.snapshot(),
                    gap == null ? 0 : gap.number());
        } catch (IOException failed) {
            log.atError().addKeyValue("why", failed.getMessage()).log("window not spooled");
            return false;
        }
        chain = chain.after(bytes);
        unspooled = null;
        unspooledFrom = null;
        log.atDebug()
                .addKeyValue("bootId", report.getBootId())
                .addKeyValue("sequence", report.getSequence())
                .log("window spooled");
        spooled.run();
        return true;
    }

    /** When the running window should end: at once where an earlier one still waits. */
    private Instant due(Instant now) {
        if (unspooled != null) return now;
        Instant started = movedTo == null ? meter.startedAt() : movedTo;
        return lastBoundary(started.isAfter(now) ? now : started).plus(length);
    }

    private Instant lastBoundary(Instant now) {
        long millis = length.toMillis();
        return Instant.ofEpochMilli(Math.floorDiv(now.toEpochMilli(), millis) * millis);
    }
}
