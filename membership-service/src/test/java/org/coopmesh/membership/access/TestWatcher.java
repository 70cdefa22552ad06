package org.coopmesh.membership.access;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.util.PublicKeyFactory;
import org.coopmesh.contracts.membership.v1.AccessEntry;
import org.coopmesh.contracts.membership.v1.AccessListChange;
import org.coopmesh.contracts.membership.v1.AccessListHead;
import org.coopmesh.contracts.membership.v1.AccessListMessage;
import org.coopmesh.contracts.membership.v1.AccessListServiceGrpc;
import org.coopmesh.contracts.membership.v1.AccessListUpdate;
import org.coopmesh.contracts.membership.v1.AttachmentAccess;
import org.coopmesh.contracts.membership.v1.WatchAccessListRequest;
import org.coopmesh.membership.node.TestAgent;

/** A node that follows the list as the contract says, and checks hash and signature of every version it takes. */
final class TestWatcher implements StreamObserver<AccessListMessage> {
    private final Map<String, ByteString> entries = new HashMap<>();
    private final List<AccessListChange> pages = new ArrayList<>();
    final List<Long> updateFrom = new ArrayList<>();
    final CompletableFuture<Status> ended = new CompletableFuture<>();
    private final byte[] publicKey;
    private AccessListHead head = AccessListHead.getDefaultInstance();
    private boolean drained;

    private TestWatcher(byte[] publicKey) {
        this.publicKey = publicKey;
    }

    static TestWatcher start(TestAgent agent, byte[] listKey) {
        return start(agent, listKey, 0, ByteString.EMPTY, Map.of());
    }

    static TestWatcher start(
            TestAgent agent,
            byte[] listKey,
            long version,
            ByteString hash,
            Map<String, ByteString> have) {
        var watcher = new TestWatcher(listKey);
        watcher.entries.putAll(have);
        AccessListServiceGrpc.newStub(agent.channel())
                .watchAccessList(
                        WatchAccessListRequest.newBuilder()
                                .setHaveVersion(version)
                                .setHaveEntriesHash(hash)
                                .build(),
                        watcher);
        return watcher;
    }

    @Override
    public synchronized void onNext(AccessListMessage message) {
        if (message.hasDrain()) {
            drained = true;
        }
        if (!message.hasUpdate()) {
            return;
        }
        AccessListUpdate update = message.getUpdate();
        pages.addAll(update.getChangesList());
        if (!update.getLast()) {
            return;
        }
        if (update.getFromVersion() == 0) {
            entries.clear();
        } else if (update.getFromVersion() != head.getVersion() && head.getVersion() != 0) {
            ended.completeExceptionally(new AssertionError("a delta from another version"));
        }
        updateFrom.add(update.getFromVersion());
        for (AccessListChange change : pages) {
            if (change.getEntry().isEmpty()) {
                entries.remove(change.getKey());
            } else {
                entries.put(change.getKey(), change.getEntry());
            }
        }
        pages.clear();
        try {
            check(update);
        } catch (Exception | AssertionError e) {
            ended.completeExceptionally(e);
        }
        notifyAll();
    }

    private void check(AccessListUpdate update) throws Exception {
        var next = AccessListHead.parseFrom(update.getHead());
        if (next.getVersion() <= head.getVersion()) {
            throw new AssertionError("the version did not grow");
        }
        if (next.getEntries() != entries.size() || !next.getEntriesHash().equals(hash())) {
            throw new AssertionError("the entries are not what the head says");
        }
        var verifier = new Ed25519Signer();
        verifier.init(false, PublicKeyFactory.createKey(publicKey));
        byte[] purpose = "coopmesh-access-list-v1\0".getBytes(StandardCharsets.US_ASCII);
        verifier.update(purpose, 0, purpose.length);
        verifier.update(update.getHead().toByteArray(), 0, update.getHead().size());
        if (!verifier.verifySignature(update.getSignature().toByteArray())) {
            throw new AssertionError("the signature does not hold");
        }
        head = next;
    }

    private ByteString hash() {
        var buckets = new HashMap<Integer, TreeMap<EntriesHash.Key, byte[]>>();
        entries.forEach((key, entry) ->
                buckets.computeIfAbsent(EntriesHash.bucketOf(key), b -> new TreeMap<>())
                        .put(EntriesHash.Key.of(key), entry.toByteArray()));
        var hash = EntriesHash.empty();
        for (var bucket : buckets.entrySet()) {
            hash = hash.with(bucket.getKey(), bucket.getValue());
        }
        return ByteString.copyFrom(hash.value());
    }

    synchronized AccessListHead head() {
        return head;
    }

    synchronized Map<String, ByteString> entries() {
        return Map.copyOf(entries);
    }

    synchronized boolean drained() {
        return drained;
    }

    synchronized AttachmentAccess attachment(Object id) {
        try {
            ByteString entry = entries.get("attachment:" + id);
            return entry == null ? null : AccessEntry.parseFrom(entry).getAttachment();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    TestWatcher await(Predicate<TestWatcher> condition) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(2))
                .atMost(10, TimeUnit.SECONDS)
                .until(() -> {
                    if (ended.isCompletedExceptionally()) {
                        ended.join();
                    }
                    return condition.test(this);
                });
        return this;
    }

    @Override
    public void onError(Throwable t) {
        ended.complete(
                t instanceof StatusRuntimeException e ? e.getStatus() : Status.fromThrowable(t));
    }

    @Override
    public void onCompleted() {
        ended.complete(Status.OK);
    }
}
