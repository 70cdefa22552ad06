package org.coopmesh.membership.access;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.coopmesh.contracts.membership.v1.AccessListMessage;
import org.coopmesh.contracts.membership.v1.AccessListUpdate;
import org.coopmesh.contracts.membership.v1.Drain;
import org.coopmesh.contracts.membership.v1.Tick;
import org.coopmesh.membership.node.Bell;
import org.coopmesh.membership.node.NodeId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Pushes the list to every stream of this replica. One thread looks at the database when a change commits, here or on another
 * replica, and each second anyway; streams take pages as fast as they can and no faster.
 */
@Component
class AccessFeed implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(AccessFeed.class);
    private static final Duration LOOK_ANYWAY = Duration.ofSeconds(1);
    private static final Duration TICK_AFTER = Duration.ofSeconds(10);

    /**
     * A change goes out at once; those that follow it closely go out together, after this long for each stream: a burst of ten
     * thousand changes to ten thousand nodes would be a hundred million messages otherwise.
     */
    private static final Duration REST_PER_STREAM = Duration.ofNanos(50_000);

    private static final Duration REST_MAX = Duration.ofSeconds(1);
    private static final long NOTHING_TOLD = -1;
    private static final int RECONNECT_WITHIN_SECONDS = 30;

    /** Nodes lose nothing by waiting, for their streams go on; all at once they would wait for one another's handshakes. */
    private static final int RECONNECT_AT_SHUTDOWN_SECONDS = 10;

    /**
     * A node leaves once its next stream has spoken, which takes a handshake or, where many come at once, several seconds. One that
     * has not left by then will not.
     */
    private static final Duration LEAVE_LATE_MAX = Duration.ofSeconds(8);

    /** What a feed that stops does at most for those who have not left; less than what the port waits for. */
    private static final Duration STOP_PATIENCE =
            Duration.ofSeconds(RECONNECT_AT_SHUTDOWN_SECONDS)
                    .plus(LEAVE_LATE_MAX)
                    .plus(LOOK_ANYWAY.multipliedBy(2));

    /**
     * So many streams at once are on a long way, as after an outage; the others wait for their turn. Each has a page and a
     * little in memory: some 25 MB together, whatever the list and the number of nodes.
     */
    static final int LONG_WAYS_MAX = 256;

    private final AccessLists lists;
    private final TransactionTemplate consistentRead;
    private final Clock clock;
    private final Duration drainAfter;
    private final Semaphore wake = new Semaphore(0);
    private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();
    private final Map<NodeId, Watcher> newest = new ConcurrentHashMap<>();
    private final Semaphore longWays = new Semaphore(LONG_WAYS_MAX);
    private final Queue<Watcher> waitingForLongWay = new ArrayDeque<>();
    private final Object mirrorLock = new Object();
    private @Nullable ListMirror mirror;
    private volatile long version;
    private volatile boolean running;
    private volatile long stoppedNanos;
    private @Nullable Thread thread;

    AccessFeed(
            AccessLists lists,
            PlatformTransactionManager transactions,
            Clock clock,
            Bell bell,
            @Value("${coopmesh.node.drain-after:25m}") Duration drainAfter) {
        this.lists = lists;
        this.clock = clock;
        this.drainAfter = drainAfter;
        consistentRead = new TransactionTemplate(transactions);
        consistentRead.setReadOnly(true);
        consistentRead.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
        bell.onRing(AccessControl.RING, version -> wake.release());
    }

    @TransactionalEventListener(phase = TransactionPhase.AFTER_COMMIT)
    void on(ListPublished event) {
        wake.release();
    }

    /** Streams the list to a node, from the version it has. */
    void watch(
            NodeId node,
            long haveVersion,
            ByteString haveHash,
            ServerCallStreamObserver<AccessListMessage> out) {
        long at;
        synchronized (mirrorLock) {
            at = upToDate().start(haveVersion, haveHash);
            if (haveVersion > upToDate().head().version()) {
                log.atError()
                        .addKeyValue("nodeId", node)
                        .addKeyValue("has", haveVersion)
                        .log("a node has a newer list than the database: restored from a backup?");
            }
        }
        var watcher = new Watcher(node, out, at);
        out.setOnReadyHandler(watcher::pump);
        out.setOnCancelHandler(() -> forget(watcher));
        out.setOnCloseHandler(() -> forget(watcher));
        watchers.add(watcher);
        newest.put(node, watcher);
        if (!running) {
            served(watcher, w -> w.askToGo(RECONNECT_AT_SHUTDOWN_SECONDS));
            served(watcher, Watcher::end);
            return;
        }
        served(watcher, Watcher::pump);
        served(watcher, Watcher::tickIfNothingSent);
    }

    /**
     * Milliseconds since {@code version} began to matter to the node on its stream here: since it was noticed, or since the
     * stream began if that was later. Null where this replica does not know.
     */
    @Nullable Long millisSincePushed(NodeId node, long version) {
        Watcher watcher = newest.get(node);
        return watcher == null ? null : watcher.millisSincePushed(version);
    }

    /** Whether nobody has told yet, on the stream of {@code node} here, that {@code version} is there; true once. */
    boolean firstReceipt(NodeId node, long version) {
        Watcher watcher = newest.get(node);
        return watcher != null && watcher.firstReceipt(version);
    }

    /** Nodes with a stream here. */
    Set<NodeId> nodes() {
        return Set.copyOf(newest.keySet());
    }

    /** The newest version that this replica has seen; 0 before anybody asked. */
    long version() {
        return version;
    }

    int streams() {
        return watchers.size();
    }

    /** How many streams are on a long way now. */
    int onLongWays() {
        return LONG_WAYS_MAX - longWays.availablePermits();
    }

    /** Lets those go on who wait, in the order in which they came. */
    private void letWaitingGo() {
        while (true) {
            Watcher next;
            synchronized (waitingForLongWay) {
                if (waitingForLongWay.isEmpty() || !longWays.tryAcquire()) {
                    return;
                }
                next = waitingForLongWay.remove();
            }
            served(next, Watcher::goLongWay);
        }
    }

    private void forget(Watcher watcher) {
        watcher.finished();
        watchers.remove(watcher);
        newest.remove(watcher.node, watcher);
    }

    /** A stream that ended under our hands is let go: the others must not wait for it. Its node comes back by itself. */
    private void served(Watcher watcher, Consumer<Watcher> service) {
        try {
            service.accept(watcher);
        } catch (IllegalStateException | StatusRuntimeException ended) {
            log.atInfo()
                    .addKeyValue("nodeId", watcher.node)
                    .addKeyValue("why", ended.getMessage())
                    .log("access list stream let go");
            forget(watcher);
            watcher.abandon();
        }
    }

    /** Call with the mirror's lock held. */
    private ListMirror upToDate() {
        ListMirror present = mirror;
        if (present == null) {
            present = load();
            mirror = present;
            version = present.head().version();
        }
        return present;
    }

    private ListMirror load() {
        return consistentRead.execute(status -> {
            AccessLists.Head head = lists.head();
            return new ListMirror(
                    head,
                    lists.entries(),
                    lists.versions(0, head.version()),
                    lists.changes(0, head.version()));
        });
    }

    /** Goes on to the newest version; true if it is another than before. */
    private boolean catchUp() {
        synchronized (mirrorLock) {
            if (mirror == null) {
                return false; // Nobody has asked yet.
            }
            AccessLists.Head head = lists.head();
            long from = mirror.head().version();
            if (head.version() == from) {
                return false;
            }
            SortedMap<Long, ByteString> versions = lists.versions(from, head.version());
            if (head.version() < from || versions.size() != head.version() - from) {
                mirror = load(); // The log does not reach back to where we are.
            } else {
                mirror.advance(head, versions, lists.changes(from, head.version()));
            }
            version = mirror.head().version();
            return true;
        }
    }

    private boolean someoneIsLeaving() {
        return !watchers.isEmpty() && System.nanoTime() - stoppedNanos < STOP_PATIENCE.toNanos();
    }

    private Duration rest() {
        Duration rest = REST_PER_STREAM.multipliedBy(watchers.size());
        return rest.compareTo(REST_MAX) < 0 ? rest : REST_MAX;
    }

    private void run() {
        long restUntil = System.nanoTime();
        while (running || someoneIsLeaving()) {
            try {
                if (wake.tryAcquire(LOOK_ANYWAY.toMillis(), TimeUnit.MILLISECONDS)) {
                    TimeUnit.NANOSECONDS.sleep(restUntil - System.nanoTime());
                    wake.drainPermits();
                }
                if (catchUp()) {
                    restUntil = System.nanoTime() + rest().toNanos();
                }
                watchers.forEach(watcher -> served(watcher, Watcher::pump));
                watchers.forEach(watcher -> served(watcher, Watcher::onTime));
                letWaitingGo();
            } catch (InterruptedException stopped) {
                return;
            } catch (RuntimeException e) {
                log.atWarn().setCause(e).log("access feed could not look at the list");
            }
        }
    }

    @Override
    public void start() {
        Thread leaving = thread;
        if (leaving != null) {
            leaving.interrupt();
        }
        running = true;
        thread = Thread.ofPlatform().daemon().name("access-feed").start(this::run);
    }

    /**
     * Before the port closes every stream is told to go elsewhere, so that no node waits for a timeout. It goes on until its node
     * has left, each at a moment of its own: the port, which stops next, takes no more connections and waits for the streams.
     */
    @Override
    public void stop() {
        stoppedNanos = System.nanoTime();
        running = false;
        watchers.forEach(watcher -> served(watcher, w -> w.askToGo(RECONNECT_AT_SHUTDOWN_SECONDS)));
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Above the node port's: starts after it and stops before it. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }

    private AccessListMessage.Builder message() {
        Instant now = clock.instant();
        return AccessListMessage.newBuilder().setServerTime(ListEntry.timestamp(now));
    }

    /** When which version went out on a stream, by the nanosecond clock. */
    private record Pushed(long version, long nanos) {}

    /** One stream. */
    private final class Watcher {
        private final NodeId node;
        private final ServerCallStreamObserver<AccessListMessage> out;
        private final long startedNanos = System.nanoTime();
        private final long drainAfterNanos;
        private long at;
        private long lastSentNanos = startedNanos;
        private boolean sentAny;
        private boolean done;
        private boolean asked;
        private long leaveByNanos;
        private boolean waits;
        private boolean onLongWay;
        private @Nullable Iterator<AccessListUpdate> pending;
        private long pendingVersion;
        private volatile Pushed pushed = new Pushed(0, startedNanos);
        private final AtomicLong told = new AtomicLong(NOTHING_TOLD);

        private Watcher(NodeId node, ServerCallStreamObserver<AccessListMessage> out, long at) {
            this.node = node;
            this.out = out;
            this.at = at;
            // Spread, so that a fleet that came together does not go together.
            long spread = ThreadLocalRandom.current().nextLong(drainAfter.toNanos() / 5 + 1);
            drainAfterNanos = drainAfter.toNanos() - spread;
        }

        synchronized void pump() {
            // Asked first whether there is anything: of ten thousand streams most have it all.
            while (!done && (pending != null || at != version || version == 0) && out.isReady()) {
                if (pending == null || !pending.hasNext()) {
                    if (pending != null) {
                        at = pendingVersion;
                        pending = null;
                    }
                    List<AccessListUpdate> pages;
                    boolean far;
                    synchronized (mirrorLock) {
                        far = upToDate().longWayFrom(at);
                        if (far && !onLongWay && !mayGoLongWay()) {
                            return;
                        }
                        pages = upToDate().pagesFrom(at);
                        pendingVersion = upToDate().head().version();
                    }
                    if (!far) {
                        leaveLongWay();
                    }
                    if (pages.isEmpty()) {
                        return;
                    }
                    pushed = new Pushed(pendingVersion, System.nanoTime());
                    pending = pages.iterator();
                }
                send(message().setUpdate(pending.next()));
            }
        }

        /** Takes a place on a long way, or waits for one. */
        private boolean mayGoLongWay() {
            synchronized (waitingForLongWay) {
                if (waits) {
                    return false;
                }
                if (waitingForLongWay.isEmpty() && longWays.tryAcquire()) {
                    onLongWay = true;
                    return true;
                }
                waits = true;
                waitingForLongWay.add(this);
                return false;
            }
        }

        /** A place has become free and is this stream's. */
        synchronized void goLongWay() {
            waits = false;
            onLongWay = true;
            if (done) {
                leaveLongWay();
            } else {
                pump();
            }
        }

        /** In a thread of its own: whoever goes next may have gone all the way before it comes back. */
        private void leaveLongWay() {
            if (onLongWay) {
                onLongWay = false;
                longWays.release();
                Thread.startVirtualThread(AccessFeed.this::letWaitingGo);
            }
        }

        synchronized void tickIfNothingSent() {
            if (!done && !sentAny && out.isReady()) {
                send(message().setTick(Tick.getDefaultInstance()));
            }
        }

        synchronized void onTime() {
            if (done) {
                return;
            }
            long now = System.nanoTime();
            if (asked && now - leaveByNanos > 0) {
                end();
            } else if (!asked && now - startedNanos > drainAfterNanos) {
                askToGo(RECONNECT_WITHIN_SECONDS);
            } else if (now - lastSentNanos >= TICK_AFTER.toNanos() && out.isReady()) {
                send(message().setTick(Tick.getDefaultInstance()));
            }
        }

        /** The list goes on meanwhile: whoever has a new stream first misses nothing. */
        synchronized void askToGo(int withinSeconds) {
            if (done || asked) {
                return;
            }
            asked = true;
            leaveByNanos =
                    System.nanoTime()
                            + Duration.ofSeconds(withinSeconds).plus(LEAVE_LATE_MAX).toNanos();
            send(message().setDrain(Drain.newBuilder().setReconnectWithinSeconds(withinSeconds)));
        }

        synchronized void end() {
            if (!done) {
                done = true;
                out.onCompleted();
            }
        }

        synchronized void finished() {
            done = true;
            leaveLongWay();
        }

        /** In case the call is not over after all: the node is to ask again. */
        private void abandon() {
            try {
                out.onError(Status.UNAVAILABLE.withDescription("stream broke").asException());
            } catch (IllegalStateException overAlready) {
                // As expected.
            }
        }

        /** Waits for nobody: receipts are taken in where they are read. */
        @Nullable Long millisSincePushed(long version) {
            Pushed last = pushed;
            return last.version() == version
                    ? TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - last.nanos())
                    : null;
        }

        boolean firstReceipt(long version) {
            return told.getAndSet(version) != version;
        }

        private void send(AccessListMessage.Builder message) {
            out.onNext(message.build());
            lastSentNanos = System.nanoTime();
            sentAny = true;
        }
    }
}
