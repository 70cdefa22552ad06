package org.coopmesh.nodeagent.usage;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.coopmesh.nodeagent.usage.Counters.Figure;
import org.coopmesh.nodeagent.usage.Counters.Key;
import org.coopmesh.nodeagent.usage.Counters.Reading;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns absolute counters into windows: what each moved by since the window before, never negative, no byte twice.
 *
 * <p>For one thread. Close the next window only when the one before is durable: figures of attachments that are gone are
 * let go then.
 */
public final class UsageMeter {

    private static final Logger log = LoggerFactory.getLogger(UsageMeter.class);

    private final Counters counters;
    private MeterState state;
    private long stateNanos;

    /** Starts a new boot id at what the counters show now; {@link #resume} goes on where an earlier process stopped. */
    public UsageMeter(Counters counters, InstantSource clock) {
        this.counters = counters;
        this.state = MeterState.startingAt(clock.instant(), counters.read());
        this.stateNanos = System.nanoTime();
    }

    /**
     * Goes on from the snapshot of the last durable window. If the counters are still the same, the next window begins
     * where that one ended and misses no byte; if they started anew, all they show is new. A snapshot that cannot be read
     * changes nothing.
     */
    public void resume(byte[] snapshot) {
        MeterState durable;
        try {
            durable = MeterState.decode(snapshot);
        } catch (IllegalArgumentException unreadable) {
            log.atWarn()
                    .addKeyValue("why", unreadable.getMessage())
                    .log("meter snapshot unreadable, counting from now");
            return;
        }
        state = durable.epoch().equals(state.epoch()) ? durable : state.fromZero();
        log.atInfo()
                .addKeyValue("bootId", state.bootId())
                .addKeyValue("from", state.at())
                .log("meter resumed");
    }

    /** The id that the next window carries unless the counters start anew before it ends. */
    public UUID bootId() {
        return state.bootId();
    }

    /** When the running window began. */
    public Instant startedAt() {
        return state.at();
    }

    /**
     * Ends the running window and begins the next.
     *
     * <p>Where {@code endsAt} is not after the window's start (the clock was set back) the window keeps its bytes and its
     * length, and is placed so that it ends at {@code endsAt}.
     *
     * @throws CountersUnreadable if the kernel did not answer; the window goes on
     */
    public WindowCounts close(Instant endsAt) {
        Reading now = counters.read();
        long nanos = System.nanoTime();
        MeterState before =
                now.epoch().equals(state.epoch()) ? state : state.inNewEpoch(now.epoch());
        Instant startedAt = before.at();
        if (!endsAt.isAfter(startedAt)) {
            startedAt = endsAt.minus(Duration.ofNanos(Math.max(1_000_000, nanos - stateNanos)));
        }

        Map<Key, Figure> base = new HashMap<>();
        Map<AttachmentKey, Tally> tallies = new TreeMap<>();
        List<Key> retired = new ArrayList<>();
        for (Figure figure : now.figures()) {
            Figure last = before.base().get(figure.key());
            Figure from = last != null && last.grewTo(figure) ? last : figure.atZero();
            long bytes = figure.bytes() - from.bytes();
            long packets = figure.packets() - from.packets();
            base.put(figure.key(), figure);
            tallies.computeIfAbsent(AttachmentKey.of(figure.key()), absent -> new Tally())
                    .add(figure, bytes, packets);
            if (!figure.fed() && bytes == 0 && packets == 0) {
                retired.add(figure.key());
            }
        }

        Map<AttachmentKey, Totals> totals = new HashMap<>();
        List<AttachmentCounts> attachments = new ArrayList<>();
        tallies.forEach((key, tally) -> {
            Totals total =
                    before.totals().getOrDefault(key, Totals.ZERO).plus(tally.down(), tally.up());
            totals.put(key, total);
            if (tally.moved() || (key.own() && tally.fed)) {
                attachments.add(tally.counts(key, total));
            }
        });
        // Totals outlive the counter: an attachment that comes back goes on from what it had.
        before.totals().forEach(totals::putIfAbsent);

        MeterState after =
                new MeterState(
                        now.epoch(),
                        before.bootId(),
                        endsAt,
                        base,
                        totals,
                        now.uplink().or(before::uplink));
        var window =
                new WindowCounts(
                        before.bootId(),
                        startedAt,
                        endsAt,
                        attachments,
                        now.uplink().map(uplink -> moved(before.uplink(), uplink)),
                        after.encode());
        if (!retired.isEmpty()) {
            counters.forget(retired);
        }
        state = after;
        stateNanos = nanos;
        return window;
    }

    private static UplinkCounts moved(Optional<UplinkCounts> before, UplinkCounts now) {
        return before.filter(last -> last.interfaceName().equals(now.interfaceName()))
                .filter(last -> last.received() <= now.received() && last.sent() <= now.sent())
                .map(last ->
                        new UplinkCounts(
                                now.interfaceName(),
                                now.received() - last.received(),
                                now.sent() - last.sent()))
                .orElse(now);
    }

    /** Own and carried bytes of one attachment are told apart: it may have moved house within a window. */
    record AttachmentKey(String attachmentId, boolean own) implements Comparable<AttachmentKey> {

        static AttachmentKey of(Key key) {
            return new AttachmentKey(key.attachmentId(), key.own());
        }

        @Override
        public int compareTo(AttachmentKey other) {
            int byId = attachmentId.compareTo(other.attachmentId);
            return byId != 0 ? byId : Boolean.compare(own, other.own);
        }
    }

    /** Bytes since the boot id began. */
    record Totals(long down, long up) {

        static final Totals ZERO = new Totals(0, 0);

        Totals plus(long moreDown, long moreUp) {
            return new Totals(down + moreDown, up + moreUp);
        }
    }

    private static final class Tally {

        private final long[] bytes = new long[Counters.Way.values().length];
        private long packetsDown;
        private long packetsUp;
        private boolean fed;

        void add(Figure figure, long moreBytes, long morePackets) {
            bytes[figure.key().way().ordinal()] += moreBytes;
            switch (figure.key().way()) {
                case INTERNET_DOWN, LOCAL_DOWN -> packetsDown += morePackets;
                case INTERNET_UP, LOCAL_UP -> packetsUp += morePackets;
            }
            fed |= figure.fed();
        }

        boolean moved() {
            return down() != 0 || up() != 0 || packetsDown != 0 || packetsUp != 0;
        }

        long down() {
            return of(Counters.Way.INTERNET_DOWN) + of(Counters.Way.LOCAL_DOWN);
        }

        long up() {
            return of(Counters.Way.INTERNET_UP) + of(Counters.Way.LOCAL_UP);
        }

        private long of(Counters.Way way) {
            return bytes[way.ordinal()];
        }

        AttachmentCounts counts(AttachmentKey key, Totals total) {
            return new AttachmentCounts(
                    key.attachmentId(),
                    key.own(),
                    of(Counters.Way.INTERNET_DOWN),
                    of(Counters.Way.INTERNET_UP),
                    of(Counters.Way.LOCAL_DOWN),
                    of(Counters.Way.LOCAL_UP),
                    packetsDown,
                    packetsUp,
                    total.down(),
                    total.up());
        }
    }
}
