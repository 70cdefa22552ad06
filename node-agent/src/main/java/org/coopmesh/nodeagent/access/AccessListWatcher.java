package org.coopmesh.nodeagent.access;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.coopmesh.contracts.membership.v1.AccessListMessage;
import org.coopmesh.contracts.membership.v1.AccessListReceipt;
import org.coopmesh.contracts.membership.v1.AccessListReceiptAccepted;
import org.coopmesh.contracts.membership.v1.AccessListServiceGrpc;
import org.coopmesh.contracts.membership.v1.AccessListUpdate;
import org.coopmesh.contracts.membership.v1.FailMode;
import org.coopmesh.contracts.membership.v1.WatchAccessListRequest;
import org.coopmesh.nodeagent.access.Entry.Attachment;
import org.coopmesh.nodeagent.access.Entry.Lane;
import org.coopmesh.nodeagent.identity.FullJitter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the co-op's access list: checks what comes, enforces it, keeps it on disk, and answers with a receipt. Without a
 * server the last list stays in force until its {@code not_after}; after that its fail mode decides.
 *
 * <p>{@link #enforceLastKnown} and {@link #run} belong to one thread; the views may be asked from any.
 */
public final class AccessListWatcher implements Runnable {

    /** An attachment of the list in force; {@code kbit} is the rate of its slow lane, if it stands in one. */
    public record AttachmentView(String attachmentId, boolean own, Optional<Long> kbit) {}

    private static final Logger log = LoggerFactory.getLogger(AccessListWatcher.class);

    private static final Duration LOOK_AROUND = Duration.ofSeconds(5);
    private static final Duration SILENCE_MAX = Duration.ofSeconds(30);
    private static final Duration BACKOFF_FIRST = Duration.ofMillis(500);
    private static final Duration BACKOFF_MAX = Duration.ofSeconds(30);
    private static final Duration DENIED_WAIT_MAX = Duration.ofMinutes(10);
    private static final Duration DRAIN_MAX = Duration.ofMinutes(5);
    private static final Duration RETRY_FAILED = Duration.ofSeconds(10);
    private static final Duration RECEIPT_RETRY = Duration.ofSeconds(5);
    private static final Duration RECEIPT_DEADLINE = Duration.ofSeconds(10);
    private static final Duration EARLY_MAX = Duration.ofMinutes(2);
    private static final Duration CLOCK_JUMP = Duration.ofSeconds(2);
    private static final Duration COMPACT_AFTER_QUIET = Duration.ofSeconds(2);
    private static final long PENDING_BYTES_MAX = 256L << 20;

    /** The list at hand, the next and its pages are in memory at once. */
    private static final int HEAP_SHARE = 4;

    private static final int CHANGES_AT_ONCE_MAX = 2_000;
    private static final int FAILURE_CHARACTERS_MAX = 500;

    private final Supplier<? extends Channel> channels;
    private final String nodeId;
    private final ListKeys keys;
    private final ListFile file;
    private final Firewall firewall;
    private final Consumer<Instant> serverTime;
    private final InstantSource clock;
    private final long pendingBytesMax;
    private final FullJitter jitter =
            new FullJitter(BACKOFF_FIRST, BACKOFF_MAX, new SplittableRandom());

    private volatile Optional<ListFile.Known> known = Optional.empty();
    private boolean started;
    private volatile boolean lifted;
    private volatile Counted counted = new Counted(null, 0);
    private volatile Walls walls = new Walls(null, false, List.of());
    private boolean askWhole;
    private boolean fileBehind;
    private Optional<String> keyWanted = Optional.empty();
    private volatile Optional<String> failedWhy = Optional.empty();
    private long failedNanos;
    private long lookedNanos = System.nanoTime();
    private long messageNanos = System.nanoTime();
    private Instant clockThen;
    private long clockThenNanos;

    private Changes pending = new Changes();
    private long pendingFrom = -1;

    private final Object receiptLock = new Object();
    private Optional<AccessListReceipt> receipt = Optional.empty();
    private boolean receiptDue;
    private boolean receiptUnderWay;
    private long receiptSentNanos;

    /** The stream that is left as soon as the next one speaks. */
    private @Nullable BlockingClientCall<?, AccessListMessage> drained;

    /**
     * Does nothing yet.
     *
     * @param channels asked for a channel to membership's node port at each connection
     * @param listKeys SubjectPublicKeyInfo of the Ed25519 keys that may sign, by key id; asked at each list, for a renewal may
     *     name others
     * @param stateDirectory where the last known good list is kept
     * @param serverTime hears the server's time with each message
     */
    public AccessListWatcher(
            Supplier<? extends Channel> channels,
            String nodeId,
            Supplier<Map<String, byte[]>> listKeys,
            Path stateDirectory,
            Firewall firewall,
            Consumer<Instant> serverTime,
            InstantSource clock) {
        this(
                channels,
                nodeId,
                listKeys,
                stateDirectory,
                firewall,
                serverTime,
                clock,
                Math.min(PENDING_BYTES_MAX, Runtime.getRuntime().maxMemory() / HEAP_SHARE));
    }

    AccessListWatcher(
            Supplier<? extends Channel> channels,
            String nodeId,
            Supplier<Map<String, byte[]>> listKeys,
            Path stateDirectory,
            Firewall firewall,
            Consumer<Instant> serverTime,
            InstantSource clock,
            long pendingBytesMax) {
        this.pendingBytesMax = pendingBytesMax;
        this.channels = channels;
        this.nodeId = nodeId;
        this.keys = new ListKeys(listKeys);
        this.file = new ListFile(stateDirectory);
        this.firewall = firewall;
        this.serverTime = serverTime;
        this.clock = clock;
        this.clockThen = clock.instant();
        this.clockThenNanos = System.nanoTime();
    }

    /** The version in force; 0 where there is none. */
    public long version() {
        return known.map(k -> k.head().version()).orElse(0L);
    }

    /** When the list in force was made, and until when it counts. */
    public record Term(Instant issuedAt, Instant notAfter) {}

    /** The term of the list in force; empty where there is none. */
    public Optional<Term> term() {
        return known.map(
                k -> new Term(instant(k.head().head().getIssuedAt()), k.head().notAfter()));
    }

    /** Why the list is not enforced as it should be; empty where it is. */
    public Optional<String> trouble() {
        return failedWhy;
    }

    /** All attachments of the list in force. */
    public List<AttachmentView> attachments() {
        List<AttachmentView> views = new ArrayList<>();
        known.ifPresent(k ->
                k.list()
                        .forEach((key, bytes) -> {
                            if (key.startsWith("attachment:")
                                    && Entry.read(bytes, nodeId) instanceof Attachment a) {
                                views.add(view(a));
                            }
                        }));
        return views;
    }

    /** How many attachments the list in force has; counted once per list. */
    public int attachmentCount() {
        ListFile.Known now = known.orElse(null);
        Counted last = counted;
        if (last.of() != now) {
            int[] attachments = new int[1];
            if (now != null) {
                now.list()
                        .forEach((key, bytes) -> {
                            if (key.startsWith("attachment:")
                                    && Entry.read(bytes, nodeId) instanceof Attachment) {
                                attachments[0]++;
                            }
                        });
            }
            last = new Counted(now, attachments[0]);
            counted = last;
        }
        return last.attachments();
    }

    private record Counted(ListFile.@Nullable Known of, int attachments) {}

    /** Whether a client of this address is behind the wall now. */
    public boolean walled(InetAddress client) {
        Walls now = walls;
        if (now.of() != known.orElse(null) || now.lifted() != lifted) {
            List<Prefix> prefixes = new ArrayList<>();
            Optional<ListFile.Known> list = known;
            boolean open = lifted;
            if (!open) {
                list.ifPresent(k ->
                        k.list()
                                .forEach((key, bytes) -> {
                                    if (key.startsWith("attachment:")
                                            && Entry.read(bytes, nodeId) instanceof Attachment a
                                            && a.lane() instanceof Lane.Walled) {
                                        a.prefixes().forEach(prefixes::add);
                                    }
                                }));
            }
            now = new Walls(list.orElse(null), open, prefixes);
            walls = now;
        }
        Address address = Address.of(client);
        return now.prefixes().stream().anyMatch(prefix -> prefix.contains(address));
    }

    /** The walled prefixes of a list, found once for all who ask. */
    private record Walls(ListFile.@Nullable Known of, boolean lifted, List<Prefix> prefixes) {}

    private static AttachmentView view(Attachment attachment) {
        Optional<Long> kbit =
                switch (attachment.lane()) {
                    case Lane.Full full -> Optional.empty();
                    case Lane.Slow slow -> Optional.of(slow.kbit());
                    case Lane.Walled walled -> Optional.of(0L);
                    case Lane.Dropped dropped -> Optional.of(0L);
                };
        return new AttachmentView(attachment.id(), attachment.own(), kbit);
    }

    /** Enforces the list on disk, before any server is asked. Later calls do nothing. */
    public void enforceLastKnown() {
        if (started) {
            return;
        }
        started = true;
        try {
            known = file.load(keys);
        } catch (IOException unreadable) {
            log.atError()
                    .addKeyValue("code", Trouble.LIST_FILE_DAMAGED)
                    .addKeyValue("why", unreadable.getMessage())
                    .log("access list file unreadable");
        }
        known.ifPresent(k ->
                log.atInfo()
                        .addKeyValue("version", k.head().version())
                        .addKeyValue("entries", k.list().size())
                        .log("last known access list"));
        enforceAll(System.nanoTime());
    }

    /** Watches until interrupted. */
    @Override
    public void run() {
        try {
            enforceLastKnown();
            while (true) {
                pause(watch());
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            leave(drained);
            try {
                file.close();
            } catch (IOException e) {
                log.atWarn().addKeyValue("why", e.getMessage()).log("access list file not closed");
            }
        }
    }

    /** Holds one stream as long as it lasts, or until it is to be left; says how long to wait before the next. */
    private Duration watch() throws InterruptedException {
        resetPending();
        keyWanted = Optional.empty();
        var request = WatchAccessListRequest.newBuilder();
        if (!askWhole) {
            known.ifPresent(k ->
                    request.setHaveVersion(k.head().version())
                            .setHaveEntriesHash(ByteString.copyFrom(k.list().hash())));
        }
        // Left once the next has spoken: meanwhile nothing is missed, and nobody takes the node for
        // silent.
        BlockingClientCall<?, AccessListMessage> before = drained;
        drained = null;
        BlockingClientCall<?, AccessListMessage> stream = null;
        long drainNanos = Long.MAX_VALUE;
        long openedNanos = System.nanoTime();
        try {
            Channel channel = channels.get();
            stream =
                    AccessListServiceGrpc.newBlockingV2Stub(channel)
                            .watchAccessList(request.build());
            long heardNanos = openedNanos;
            while (true) {
                AccessListMessage message;
                try {
                    message = stream.read(patience(drainNanos, openedNanos), TimeUnit.NANOSECONDS);
                } catch (TimeoutException quiet) {
                    if (left(drainNanos, openedNanos).isZero()) {
                        drained = stream;
                        stream = null;
                        return Duration.ZERO;
                    }
                    lookAround();
                    sendReceipt(channel);
                    if (keyLearned()) return Duration.ZERO;
                    if (since(heardNanos).compareTo(SILENCE_MAX) > 0) {
                        log.atWarn().log("access list stream is silent");
                        return jitter.next();
                    }
                    continue;
                }
                if (message == null) {
                    return drainNanos == Long.MAX_VALUE
                            ? jitter.next()
                            : left(drainNanos, openedNanos);
                }
                heardNanos = System.nanoTime();
                leave(before);
                before = null;
                if (message.hasServerTime()) {
                    serverTime.accept(instant(message.getServerTime()));
                }
                switch (message.getKindCase()) {
                    case UPDATE -> {
                        if (!take(message.getUpdate(), heardNanos)) {
                            sendReceipt(channel);
                            return jitter.next();
                        }
                        jitter.reset();
                        // A list that changes all the time is no reason not to look
                        if (since(lookedNanos).compareTo(LOOK_AROUND) > 0) lookAround();
                    }
                    case DRAIN -> {
                        long within =
                                Math.min(
                                        DRAIN_MAX.toMillis(),
                                        message.getDrain().getReconnectWithinSeconds() * 1000L);
                        long wait = ThreadLocalRandom.current().nextLong(Math.max(1, within));
                        drainNanos =
                                System.nanoTime() - openedNanos + Duration.ofMillis(wait).toNanos();
                    }
                    case TICK, KIND_NOT_SET -> {
                        jitter.reset();
                        lookAround();
                        if (keyLearned()) return Duration.ZERO;
                    }
                }
                sendReceipt(channel);
            }
        } catch (StatusException ended) {
            Status.Code code = ended.getStatus().getCode();
            log.atInfo().addKeyValue("status", code).log("access list stream ended");
            if (drainNanos != Long.MAX_VALUE) {
                return left(drainNanos, openedNanos);
            }
            if (code == Status.Code.PERMISSION_DENIED) {
                return Duration.ofMillis(
                        DENIED_WAIT_MAX.toMillis() / 2
                                + ThreadLocalRandom.current()
                                        .nextLong(DENIED_WAIT_MAX.toMillis() / 2));
            }
            return jitter.next();
        } catch (RuntimeException unexpected) {
            log.atError().setCause(unexpected).log("access list stream failed");
            return jitter.next();
        } finally {
            leave(before);
            leave(stream);
        }
    }

    private static void leave(@Nullable BlockingClientCall<?, AccessListMessage> stream) {
        if (stream != null) {
            stream.cancel("done", null);
        }
    }

    /** A key that a refused list was signed with has become known: that list is to be asked for again. */
    private boolean keyLearned() {
        return keyWanted.filter(keys::knows).isPresent();
    }

    /** A drained stream is left when its moment has come, whatever else is due. */
    private static long patience(long drainNanos, long openedNanos) {
        return Math.min(LOOK_AROUND.toNanos(), left(drainNanos, openedNanos).toNanos());
    }

    private static Duration left(long nanos, long sinceNanos) {
        return Duration.ofNanos(Math.max(0, nanos - (System.nanoTime() - sinceNanos)));
    }

    private void pause(Duration wait) throws InterruptedException {
        long untilNanos = System.nanoTime() + wait.toNanos();
        while (true) {
            long left = untilNanos - System.nanoTime();
            if (left <= 0) {
                return;
            }
            TimeUnit.NANOSECONDS.sleep(Math.min(left, LOOK_AROUND.toNanos()));
            lookAround();
        }
    }

    /**
     * Takes one page.
     *
     * @return false if the stream is of no more use: a whole list has to be asked for
     */
    private boolean take(AccessListUpdate page, long arrivedNanos) {
        messageNanos = arrivedNanos;
        if (pendingFrom != page.getFromVersion()) {
            resetPending();
            pendingFrom = page.getFromVersion();
        }
        page.getChangesList()
                .forEach(change ->
                        pending.add(
                                change.getKeyBytes().toByteArray(),
                                change.getEntry().toByteArray()));
        if (pending.bytes() > pendingBytesMax) {
            resetPending();
            refused(
                    new ListRefused(
                            Trouble.LIST_HUGE,
                            "list is above "
                                    + pendingBytesMax
                                    + " bytes, which is what the agent's memory takes"));
            return false;
        }
        if (!page.getLast()) {
            return true;
        }
        Changes changes = pending;
        resetPending();
        try {
            adopt(page, changes, arrivedNanos);
            askWhole = false;
            return true;
        } catch (ListRefused.Incomplete incomplete) {
            // A delta that does not fit means that the whole list must be asked for; a whole list
            // that does not, back-off.
            askWhole = true;
            if (page.getFromVersion() == 0) {
                refused(incomplete);
            }
            log.atWarn()
                    .addKeyValue("code", incomplete.trouble())
                    .addKeyValue("why", incomplete.getMessage())
                    .log("asking for the whole list");
            return false;
        } catch (ListRefused.KeyUnknown unknown) {
            keyWanted = Optional.of(unknown.keyId());
            refused(unknown);
            return true;
        } catch (ListRefused refused) {
            refused(refused);
            return true;
        }
    }

    private void resetPending() {
        pending = new Changes();
        pendingFrom = -1;
    }

    private void adopt(AccessListUpdate page, Changes changes, long arrivedNanos)
            throws ListRefused {
        SignedHead head =
                keys.check(
                        page.getHead().toByteArray(),
                        page.getSignature().toByteArray(),
                        page.getKeyId());
        Instant now = clock.instant();
        if (head.version() < version()) {
            throw new ListRefused(
                    Trouble.LIST_OLDER,
                    "version " + head.version() + " is older than " + version());
        }
        if (head.notBefore().isAfter(now.plus(EARLY_MAX))) {
            throw new ListRefused(
                    Trouble.LIST_EARLY, "version " + head.version() + " is not yet valid");
        }
        if (!head.notAfter().isAfter(now)) {
            throw new ListRefused(
                    Trouble.LIST_ENDED, "version " + head.version() + " is no longer valid");
        }
        boolean whole = page.getFromVersion() == 0;
        if (!whole && page.getFromVersion() != version()) {
            throw new ListRefused.Incomplete(
                    "change from version " + page.getFromVersion() + ", have " + version());
        }
        AccessList before = known.map(ListFile.Known::list).orElse(AccessList.EMPTY);
        AccessList after = (whole ? AccessList.EMPTY : before).with(changes);
        if (!Arrays.equals(after.hash(), head.head().getEntriesHash().toByteArray())
                || after.size() != head.head().getEntries()) {
            throw new ListRefused.Incomplete(
                    "entries of version " + head.version() + " do not add up");
        }
        if (head.version() == version() && !Arrays.equals(after.hash(), before.hash())) {
            throw new ListRefused(
                    Trouble.LIST_CONTRADICTS, "another list under version " + head.version());
        }
        if (whole) {
            changes.clear();
        }
        var next = new ListFile.Known(after, head);
        known = Optional.of(next);
        boolean many = changes.count() > CHANGES_AT_ONCE_MAX;
        if (whole || many || failedWhy.isPresent() || lifted || mustLift(now)) {
            enforceAll(arrivedNanos);
        } else {
            enforceChanges(changed(before, changes), arrivedNanos);
        }
        // A packet is stopped before the disk has turned; the receipt goes when both are done.
        keep(next, whole ? Optional.empty() : Optional.of(changes));
    }

    private void keep(ListFile.Known next, Optional<Changes> changes) {
        try {
            if (changes.isEmpty() || fileBehind) {
                file.rewrite(next);
            } else {
                file.append(changes.get(), next);
            }
            fileBehind = false;
        } catch (IOException full) {
            fileBehind = true;
            log.atError()
                    .addKeyValue("code", Trouble.LIST_NOT_ON_DISK)
                    .addKeyValue("why", full.getMessage())
                    .log("access list not on disk");
        }
    }

    private List<Firewall.Changed> changed(AccessList before, Changes changes) {
        Map<String, byte[]> last = new LinkedHashMap<>();
        changes.forEach(last::put);
        List<Firewall.Changed> changed = new ArrayList<>();
        last.forEach((key, bytes) -> {
            Optional<byte[]> was = before.find(key);
            if (was.filter(old -> Arrays.equals(old, bytes)).isEmpty()) {
                changed.add(
                        new Firewall.Changed(
                                key,
                                was.map(old -> Entry.read(old, nodeId)),
                                bytes.length == 0
                                        ? Optional.empty()
                                        : Optional.of(Entry.read(bytes, nodeId))));
            }
        });
        return changed;
    }

    private void enforceChanges(List<Firewall.Changed> changes, long arrivedNanos) {
        try {
            Firewall.Enforced enforced = firewall.change(rules(), changes, clock.instant());
            enforced(enforced, arrivedNanos);
        } catch (EnforcementFailed failed) {
            failed(failed);
        }
    }

    private void enforceAll(long arrivedNanos) {
        Instant now = clock.instant();
        lifted = mustLift(now);
        clockThen = now;
        clockThenNanos = System.nanoTime();
        try {
            enforced(firewall.replace(rules(), now), arrivedNanos);
        } catch (EnforcementFailed failed) {
            failed(failed);
        }
    }

    /** The entries as they are to be enforced now: with lanes and walls lifted where the fail mode says so. */
    private Firewall.Rules rules() {
        AccessList list = known.map(ListFile.Known::list).orElse(AccessList.EMPTY);
        boolean open = lifted;
        return each ->
                list.forEach((key, bytes) -> {
                    Entry entry = Entry.read(bytes, nodeId);
                    each.accept(key, open ? lifted(entry) : entry);
                });
    }

    private static Entry lifted(Entry entry) {
        if (!(entry instanceof Attachment attachment)) {
            return entry;
        }
        return switch (attachment.lane()) {
            case Lane.Slow slow -> attachment.in(Entry.FULL);
            case Lane.Walled walled -> attachment.in(Entry.FULL);
            case Lane.Full full -> attachment;
            case Lane.Dropped dropped -> attachment;
        };
    }

    private boolean mustLift(Instant now) {
        return known.filter(k -> k.head().head().getFailMode() == FailMode.FAIL_MODE_OPEN)
                .filter(k -> !k.head().notAfter().isAfter(now))
                .isPresent();
    }

    /** What is due whether or not a server speaks: ends of validity, a moved clock, other hands on the table, the file. */
    private void lookAround() {
        Instant now = clock.instant();
        long nanos = System.nanoTime();
        lookedNanos = nanos;
        if (mustLift(now) != lifted) {
            log.atWarn().addKeyValue("open", !lifted).log("access list validity changed");
            enforceAll(nanos);
        } else if (clockJumped(now, nanos)) {
            // Ends of bans run in the kernel by its own clock; they have to be counted anew.
            log.atInfo().addKeyValue("now", now).log("clock moved, ends of bans set anew");
            enforceAll(nanos);
        } else if (failedWhy.isPresent()) {
            if (since(failedNanos).compareTo(RETRY_FAILED) > 0) {
                enforceAll(nanos);
            }
        } else {
            try {
                firewall.check(rules(), now).ifPresent(enforced -> enforced(enforced, nanos));
            } catch (EnforcementFailed failed) {
                failed(failed);
            }
        }
        if (since(messageNanos).compareTo(COMPACT_AFTER_QUIET) > 0) {
            compact();
        }
    }

    private boolean clockJumped(Instant now, long nanos) {
        Duration byClock = Duration.between(clockThen, now);
        Duration byKernel = Duration.ofNanos(nanos - clockThenNanos);
        return byClock.minus(byKernel).abs().compareTo(CLOCK_JUMP) > 0;
    }

    private void compact() {
        if ((fileBehind || file.compactionDue()) && known.isPresent()) {
            try {
                file.rewrite(known.get());
                fileBehind = false;
            } catch (IOException full) {
                messageNanos = System.nanoTime() + RETRY_FAILED.toNanos();
                log.atError()
                        .addKeyValue("code", Trouble.LIST_NOT_ON_DISK)
                        .addKeyValue("why", full.getMessage())
                        .log("access list not on disk");
            }
        }
    }

    private void enforced(Firewall.Enforced enforced, long sinceNanos) {
        failedWhy = Optional.empty();
        long millis = since(sinceNanos).plusMillis(1).minusNanos(1).toMillis();
        Optional<ListFile.Known> now = known;
        log.atInfo()
                .addKeyValue("version", version())
                .addKeyValue("millis", millis)
                .log("access list enforced");
        if (now.isPresent()) {
            AccessListReceipt.Builder next = receiptOf(now.get());
            next.setAppliedAt(timestamp(clock.instant()))
                    .setApplyMillis((int) Math.min(millis, Integer.MAX_VALUE))
                    .putAllSetSizes(enforced.setSizes());
            offer(next.build());
        }
    }

    private void failed(EnforcementFailed failure) {
        String why = String.valueOf(failure.getMessage());
        failedNanos = System.nanoTime();
        if (!failedWhy.equals(Optional.of(why))) {
            log.atError()
                    .addKeyValue("code", Trouble.LIST_NOT_ENFORCED)
                    .addKeyValue("why", why)
                    .log("access list not enforced");
        }
        failedWhy = Optional.of(why);
        tell("not enforced: " + why);
    }

    private void refused(ListRefused refusal) {
        String why = String.valueOf(refusal.getMessage());
        log.atWarn()
                .addKeyValue("code", refusal.trouble())
                .addKeyValue("why", why)
                .log("access list refused");
        tell(refusal.trouble() + ": " + why);
    }

    /** Tells the server what is still enforced, and why not what it sent. */
    private void tell(String why) {
        synchronized (receiptLock) {
            var next = receipt.orElse(AccessListReceipt.getDefaultInstance()).toBuilder();
            offer(
                    next.setFailure(
                                    why.substring(
                                            0, Math.min(why.length(), FAILURE_CHARACTERS_MAX)))
                            .build());
        }
    }

    private static AccessListReceipt.Builder receiptOf(ListFile.Known known) {
        return AccessListReceipt.newBuilder()
                .setVersion(known.head().version())
                .setEntriesHash(ByteString.copyFrom(known.list().hash()));
    }

    private void offer(AccessListReceipt next) {
        synchronized (receiptLock) {
            receipt = Optional.of(next);
            receiptDue = true;
            receiptSentNanos = System.nanoTime() - RECEIPT_RETRY.toNanos();
        }
    }

    /** Sends the newest receipt unless it is known to have arrived; failures are tried again, so newest wins. */
    private void sendReceipt(Channel channel) {
        AccessListReceipt sending;
        synchronized (receiptLock) {
            if (!receiptDue
                    || receiptUnderWay
                    || receipt.isEmpty()
                    || since(receiptSentNanos).compareTo(RECEIPT_RETRY) < 0) {
                return;
            }
            sending = receipt.get();
            receiptUnderWay = true;
            receiptSentNanos = System.nanoTime();
        }
        AccessListServiceGrpc.newStub(channel)
                .withDeadlineAfter(RECEIPT_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
                .reportReceipt(sending, new ReceiptAnswer(sending));
    }

    private final class ReceiptAnswer implements StreamObserver<AccessListReceiptAccepted> {

        private final AccessListReceipt sent;

        ReceiptAnswer(AccessListReceipt sent) {
            this.sent = sent;
        }

        @Override
        public void onNext(AccessListReceiptAccepted accepted) {
            synchronized (receiptLock) {
                if (receipt.equals(Optional.of(sent))) {
                    receiptDue = false;
                }
            }
        }

        @Override
        public void onError(Throwable failed) {
            Status.Code code = Status.fromThrowable(failed).getCode();
            synchronized (receiptLock) {
                receiptUnderWay = false;
                boolean drop =
                        code == Status.Code.INVALID_ARGUMENT
                                || code == Status.Code.PERMISSION_DENIED;
                if (drop && receipt.equals(Optional.of(sent))) {
                    receiptDue = false;
                }
            }
            log.atWarn().addKeyValue("status", code).log("receipt not accepted");
        }

        @Override
        public void onCompleted() {
            synchronized (receiptLock) {
                receiptUnderWay = false;
            }
        }
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }

    private static Instant instant(Timestamp timestamp) {
        return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
    }

    private static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }
}
