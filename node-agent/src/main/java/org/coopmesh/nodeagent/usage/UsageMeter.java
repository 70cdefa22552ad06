package org.coopmesh.nodeagent.usage;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.coopmesh.nodeagent.usage.Counters.Figure;
import org.coopmesh.nodeagent.usage.Counters.Interface;
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

    private static final Moved NOTHING = new Moved(0, 0);

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
                    .addKeyValue("code", "snapshot-damaged")
                    .addKeyValue("why", unreadable.getMessage())
                    .log("meter snapshot unreadable, counting from now");
            return;
        }
        state = durable.epoch().equals(state.epoch()) ? durable : state.anewAfter(durable);
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
        before.held().forEach((key, moved) -> tally(tallies, key).add(key.way(), moved));
        for (Figure figure : now.figures()) {
            Figure last = before.base().get(figure.key());
            if (figure.impossible()) {
                log.atError()
                        .addKeyValue("code", "counter-lies")
                        .addKeyValue("attachmentId", figure.key().attachmentId())
                        .addKeyValue("way", figure.key().way())
                        .addKeyValue("bytes", Long.toUnsignedString(figure.bytes()))
                        .log("counter left out of this window");
                if (last != null) {
                    base.put(figure.key(), last);
                }
                continue;
            }
            boolean grew = last != null && last.grewTo(figure);
            if (last != null && !grew) {
                log.atWarn()
                        .addKeyValue("code", "counter-back")
                        .addKeyValue("attachmentId", figure.key().attachmentId())
                        .addKeyValue("way", figure.key().way())
                        .log("counter went back, counting on from zero");
            }
            Figure from = last != null && grew ? last : figure.atZero();
            base.put(figure.key(), figure);
            Tally tally = tally(tallies, figure.key());
            tally.fed |= figure.fed();
            tally.add(
                    figure.key().way(),
                    new Moved(figure.bytes() - from.bytes(), figure.packets() - from.packets()));
            if (!figure.fed() && figure.sameAs(from)) {
                retired.add(figure.key());
            }
        }
        Map<Key, Moved> held = new HashMap<>();
        for (AttachmentKey later : later(tallies, before.held())) {
            Tally tally = tallies.remove(later);
            if (tally != null) {
                tally.moved.forEach((way, moved) ->
                        held.put(new Key(later.attachmentId(), later.own(), way), moved));
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

        // An interface that is away for a while is remembered: it may come back.
        Map<String, Interface> interfaces = new HashMap<>(before.interfaces());
        interfaces.putAll(MeterState.interfacesOf(now));
        MeterState after =
                new MeterState(
                        now.epoch(),
                        before.bootId(),
                        endsAt,
                        base,
                        totals,
                        held,
                        interfaces,
                        Math.max(before.newestInterface(), now.newestInterface()));
        var window =
                new WindowCounts(
                        before.bootId(),
                        startedAt,
                        endsAt,
                        attachments,
                        now.links().stream()
                                .map(link -> {
                                    UplinkCounts moved = moved(before, link.figures());
                                    return new LinkCounts(
                                            link.neighbourNodeId(),
                                            moved.interfaceName(),
                                            moved.received(),
                                            moved.sent());
                                })
                                .toList(),
                        now.uplink().map(uplink -> moved(before, uplink)),
                        after.encode());
        if (!retired.isEmpty()) {
            counters.forget(retired);
        }
        state = after;
        stateNanos = nanos;
        return window;
    }

    private static Tally tally(Map<AttachmentKey, Tally> tallies, Key key) {
        return tallies.computeIfAbsent(AttachmentKey.of(key), absent -> new Tally());
    }

    /**
     * Attachments that moved house have own and carried bytes in one window, and a report names each but once: one is told
     * now, the other is held over to the next window. What was held is told first, then what will not grow any more.
     */
    private static List<AttachmentKey> later(
            Map<AttachmentKey, Tally> tallies, Map<Key, Moved> held) {
        List<AttachmentKey> later = new ArrayList<>();
        tallies.forEach((key, carried) -> {
            var home = new AttachmentKey(key.attachmentId(), true);
            Tally own = tallies.get(home);
            if (!key.own() && own != null && carried.moved() && (own.moved() || own.fed)) {
                boolean waited =
                        held.keySet().stream().map(AttachmentKey::of).anyMatch(key::equals);
                later.add(carried.fed && !waited ? key : home);
            }
        });
        return later;
    }

    /** What an interface moved by: one made since then shows only new bytes, one that took the name over begins now. */
    private static UplinkCounts moved(MeterState before, Interface now) {
        Interface last = before.interfaces().get(now.name());
        boolean known = last != null && (last.index() == now.index() || last.index() == 0);
        if (known || now.index() == 0) {
            return last != null && last.received() <= now.received() && last.sent() <= now.sent()
                    ? new UplinkCounts(
                            now.name(), now.received() - last.received(), now.sent() - last.sent())
                    : new UplinkCounts(now.name(), now.received(), now.sent());
        }
        boolean madeSince = now.index() > before.newestInterface();
        if (!madeSince && last != null) {
            log.atWarn()
                    .addKeyValue("code", "interface-other")
                    .addKeyValue("interface", now.name())
                    .log("another interface has this name now, counting from here");
        }
        return new UplinkCounts(
                now.name(), madeSince ? now.received() : 0, madeSince ? now.sent() : 0);
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

    /** What passed between two readings. */
    record Moved(long bytes, long packets) {

        Moved plus(Moved more) {
            return new Moved(bytes + more.bytes, packets + more.packets);
        }
    }

    private static final class Tally {

        private final Map<Counters.Way, Moved> moved = new EnumMap<>(Counters.Way.class);
        private boolean fed;

        void add(Counters.Way way, Moved more) {
            if (more.bytes() != 0 || more.packets() != 0) {
                moved.merge(way, more, Moved::plus);
            }
        }

        boolean moved() {
            return !moved.isEmpty();
        }

        long down() {
            return of(Counters.Way.INTERNET_DOWN) + of(Counters.Way.LOCAL_DOWN);
        }

        long up() {
            return of(Counters.Way.INTERNET_UP) + of(Counters.Way.LOCAL_UP);
        }

        private long of(Counters.Way way) {
            return moved.getOrDefault(way, NOTHING).bytes();
        }

        private long packets(Counters.Way way) {
            return moved.getOrDefault(way, NOTHING).packets();
        }

        AttachmentCounts counts(AttachmentKey key, Totals total) {
            return new AttachmentCounts(
                    key.attachmentId(),
                    key.own(),
                    of(Counters.Way.INTERNET_DOWN),
                    of(Counters.Way.INTERNET_UP),
                    of(Counters.Way.LOCAL_DOWN),
                    of(Counters.Way.LOCAL_UP),
                    packets(Counters.Way.INTERNET_DOWN) + packets(Counters.Way.LOCAL_DOWN),
                    packets(Counters.Way.INTERNET_UP) + packets(Counters.Way.LOCAL_UP),
                    total.down(),
                    total.up());
        }
    }
}
