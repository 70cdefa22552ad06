package org.coopmesh.nodeagent.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.coopmesh.nodeagent.access.TestLists.A;
import static org.coopmesh.nodeagent.access.TestLists.NOW;
import static org.coopmesh.nodeagent.access.TestLists.attachment;
import static org.coopmesh.nodeagent.access.TestLists.ban;
import static org.coopmesh.nodeagent.access.TestLists.changes;
import static org.coopmesh.nodeagent.access.TestLists.full;
import static org.coopmesh.nodeagent.access.TestLists.head;
import static org.coopmesh.nodeagent.access.TestLists.list;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.coopmesh.contracts.membership.v1.AccessListHead;
import org.coopmesh.contracts.membership.v1.AccessListMessage;
import org.coopmesh.contracts.membership.v1.AccessListReceipt;
import org.coopmesh.contracts.membership.v1.AccessListReceiptAccepted;
import org.coopmesh.contracts.membership.v1.AccessListServiceGrpc;
import org.coopmesh.contracts.membership.v1.AccessListUpdate;
import org.coopmesh.contracts.membership.v1.AccessRule;
import org.coopmesh.contracts.membership.v1.Drain;
import org.coopmesh.contracts.membership.v1.FailMode;
import org.coopmesh.contracts.membership.v1.Tick;
import org.coopmesh.contracts.membership.v1.WatchAccessListRequest;
import org.coopmesh.nodeagent.access.AccessList.Change;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The watcher against a server in the same process. */
@Timeout(600)
class AccessListWatcherTest {

    private static final AccessList ONE = list(full(A, 1), ban("192.0.2.1/32"));
    private static final AccessList TWO = ONE.with(List.of(ban("192.0.2.2/32")));

    private static final long LIST_BYTES_MAX = 100_000;

    /** Above the longest that the watcher itself waits before it connects again. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final TestLists lists = new TestLists();
    private final AtomicReference<Instant> now = new AtomicReference<>(NOW);
    private final long begunNanos = System.nanoTime();
    private final AtomicReference<Instant> heard = new AtomicReference<>(Instant.MIN);
    private final AtomicReference<Map<String, byte[]>> keys = new AtomicReference<>(lists.keys());
    private final TestServer service = new TestServer();

    @TempDir Path folder;

    private Server server;
    private ManagedChannel channel;
    private Thread thread;
    private AccessListWatcher watcher;

    /** Hands streams and receipts to the test. */
    private static final class TestServer extends AccessListServiceGrpc.AccessListServiceImplBase {

        private record Stream(
                WatchAccessListRequest request, StreamObserver<AccessListMessage> observer) {

            void send(AccessListUpdate update) {
                observer.onNext(AccessListMessage.newBuilder().setUpdate(update).build());
            }
        }

        private final BlockingQueue<Stream> streams = new LinkedBlockingQueue<>();
        private final BlockingQueue<AccessListReceipt> receipts = new LinkedBlockingQueue<>();

        @Override
        public void watchAccessList(
                WatchAccessListRequest request, StreamObserver<AccessListMessage> observer) {
            streams.add(new Stream(request, observer));
        }

        @Override
        public void reportReceipt(
                AccessListReceipt receipt, StreamObserver<AccessListReceiptAccepted> observer) {
            receipts.add(receipt);
            observer.onNext(AccessListReceiptAccepted.getDefaultInstance());
            observer.onCompleted();
        }

        Stream stream() throws InterruptedException {
            Stream stream = streams.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(stream).as("a stream").isNotNull();
            return stream;
        }

        AccessListReceipt receipt() throws InterruptedException {
            AccessListReceipt receipt = receipts.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(receipt).as("a receipt").isNotNull();
            return receipt;
        }
    }

    @BeforeEach
    void start() throws Exception {
        server =
                InProcessServerBuilder.forName(folder.toString())
                        .addService(service)
                        .build()
                        .start();
        channel = InProcessChannelBuilder.forName(folder.toString()).build();
        watch();
    }

    private void watch() {
        watcher =
                new AccessListWatcher(
                        () -> channel,
                        TestLists.NODE,
                        keys::get,
                        folder,
                        Firewall.none(),
                        heard::set,
                        () -> now.get().plusNanos(System.nanoTime() - begunNanos),
                        LIST_BYTES_MAX);
        thread = Thread.ofPlatform().daemon().start(watcher);
    }

    @AfterEach
    void stop() throws Exception {
        thread.interrupt();
        thread.join();
        channel.shutdownNow();
        server.shutdownNow();
    }

    private TestServer.Stream withVersionOne() throws Exception {
        var stream = service.stream();
        stream.send(lists.update(0, changes(ONE), head(1, ONE)));
        assertThat(service.receipt().getVersion()).isEqualTo(1);
        return stream;
    }

    @Test
    void wholeListThenChangesAreEnforcedAndAnsweredWithReceipts() throws Exception {
        var stream = withVersionOne();
        List<Change> more = List.of(ban("192.0.2.2/32"));
        AccessList two = ONE.with(more);

        stream.send(lists.update(1, more, head(2, two)));

        var receipt = service.receipt();
        assertThat(receipt.getVersion()).isEqualTo(2);
        assertThat(receipt.getEntriesHash()).isEqualTo(ByteString.copyFrom(two.hash()));
        assertThat(receipt.getFailure()).isEmpty();
        assertThat(receipt.hasAppliedAt()).isTrue();
        assertThat(watcher.version()).isEqualTo(2);
        assertThat(watcher.attachments())
                .containsExactly(new AccessListWatcher.AttachmentView(A, true, Optional.empty()));
    }

    @Test
    void pagesCountOnlyWithTheLastOne() throws Exception {
        var stream = service.stream();
        var whole = lists.update(0, changes(ONE), head(1, ONE));
        stream.send(AccessListUpdate.newBuilder().addChanges(whole.getChanges(0)).build());
        stream.send(whole.toBuilder().removeChanges(0).build());

        assertThat(service.receipt().getEntriesHash()).isEqualTo(ByteString.copyFrom(ONE.hash()));
    }

    @Test
    void badSignatureIsRefusedAndTold() throws Exception {
        var stream = withVersionOne();
        List<Change> more = List.of(ban("192.0.2.2/32"));
        var good = lists.update(1, more, head(2, ONE.with(more)));

        stream.send(new TestLists().update(1, more, head(2, ONE.with(more))));

        var receipt = service.receipt();
        assertThat(receipt.getFailure()).contains("signature");
        assertThat(receipt.getVersion()).isEqualTo(1);
        stream.send(good);
        assertThat(service.receipt().getVersion()).isEqualTo(2);
    }

    @Test
    void unknownKeyIsRefused() throws Exception {
        var stream = withVersionOne();

        stream.send(
                lists.update(0, changes(ONE), head(5, ONE)).toBuilder().setKeyId("other").build());

        assertThat(service.receipt().getFailure()).contains("unknown key");
        assertThat(watcher.version()).isEqualTo(1);
    }

    @Test
    void aKeyLearnedAtRenewalCountsWithoutARestart() throws Exception {
        var stream = withVersionOne();
        var renewed = new TestLists();
        List<Change> more = List.of(ban("192.0.2.2/32"));
        AccessListUpdate update =
                renewed.update(1, more, head(2, ONE.with(more))).toBuilder()
                        .setKeyId("list-2")
                        .build();
        stream.send(update);
        assertThat(service.receipt().getFailure()).contains("unknown key list-2");

        keys.set(
                Map.of(
                        TestLists.KEY_ID,
                        lists.keys().get(TestLists.KEY_ID),
                        "list-2",
                        renewed.keys().get(TestLists.KEY_ID)));

        var again = service.stream(); // By itself: nobody sends a list twice on one stream.
        assertThat(again.request().getHaveVersion()).isEqualTo(1);
        again.send(update);
        AccessListReceipt receipt = service.receipt();
        assertThat(receipt.getVersion()).isEqualTo(2);
        assertThat(receipt.getFailure()).isEmpty();
    }

    @Test
    void listThatMemoryDoesNotTakeIsRefusedAndTheOneBeforeStays() throws Exception {
        var stream = withVersionOne();
        AccessList huge =
                ONE.with(
                        IntStream.range(0, 4_000)
                                .mapToObj(i -> ban("10.1." + i / 256 + "." + i % 256 + "/32"))
                                .toList());

        stream.send(lists.update(0, changes(huge), head(2, huge)));

        AccessListReceipt receipt = service.receipt();
        assertThat(receipt.getFailure()).contains("list-huge");
        assertThat(receipt.getVersion()).isEqualTo(1);
        assertThat(watcher.version()).isEqualTo(1);
        service.stream().send(lists.update(1, List.of(ban("192.0.2.2/32")), head(2, TWO)));
        assertThat(service.receipt().getVersion()).isEqualTo(2);
    }

    @Test
    void olderVersionIsRefused() throws Exception {
        var stream = service.stream();
        stream.send(lists.update(0, changes(ONE), head(7, ONE)));
        assertThat(service.receipt().getVersion()).isEqualTo(7);

        stream.send(lists.update(0, changes(AccessList.EMPTY), head(6, AccessList.EMPTY)));

        var receipt = service.receipt();
        assertThat(receipt.getFailure()).contains("older");
        assertThat(receipt.getVersion()).isEqualTo(7);
    }

    @Test
    void anotherListUnderTheSameVersionIsRefused() throws Exception {
        var stream = withVersionOne();
        AccessList other = list(ban("192.0.2.9/32"));

        stream.send(lists.update(0, changes(other), head(1, other)));

        assertThat(service.receipt().getFailure()).contains("another list");
    }

    @Test
    void listOutsideItsTimeIsRefused() throws Exception {
        var stream = withVersionOne();
        for (AccessListHead.Builder head :
                List.of(
                        head(2, ONE).setNotBefore(TestLists.at(NOW.plusSeconds(3_600))),
                        head(2, ONE).setNotAfter(TestLists.at(NOW.minusSeconds(1))))) {
            stream.send(lists.update(0, changes(ONE), head));

            assertThat(service.receipt().getFailure()).contains("valid");
        }
    }

    @Test
    void changeThatDoesNotAddUpAsksForTheWholeList() throws Exception {
        var stream = withVersionOne();

        stream.send(lists.update(1, List.of(ban("192.0.2.2/32")), head(2, ONE)));

        var next = service.stream();
        assertThat(next.request().getHaveVersion()).isZero();
        assertThat(watcher.version()).isEqualTo(1);
        next.send(lists.update(0, changes(ONE), head(2, ONE)));
        await().atMost(PATIENCE).until(() -> watcher.version() == 2);
    }

    @Test
    void changeFromAnotherVersionAsksForTheWholeList() throws Exception {
        var stream = withVersionOne();

        stream.send(lists.update(3, List.of(), head(4, ONE)));

        assertThat(service.stream().request().getHaveVersion()).isZero();
    }

    @Test
    void wholeListThatDoesNotAddUpIsRefusedAndTold() throws Exception {
        var stream = service.stream();

        stream.send(lists.update(0, changes(ONE), head(1, AccessList.EMPTY)));

        assertThat(service.receipt().getFailure()).contains("do not add up");
        assertThat(service.stream().request().getHaveVersion()).isZero();
    }

    @Test
    void brokenStreamIsResumedFromTheVersionAtHand() throws Exception {
        var stream = withVersionOne();

        stream.observer().onError(Status.UNAVAILABLE.asException());

        var next = service.stream();
        assertThat(next.request().getHaveVersion()).isEqualTo(1);
        assertThat(next.request().getHaveEntriesHash()).isEqualTo(ByteString.copyFrom(ONE.hash()));
    }

    @Test
    void drainConnectsAgainWithinTheTimeTold() throws Exception {
        var stream = withVersionOne();

        stream.observer()
                .onNext(
                        AccessListMessage.newBuilder()
                                .setDrain(Drain.newBuilder().setReconnectWithinSeconds(1))
                                .setServerTime(TestLists.at(NOW.plusSeconds(3)))
                                .build());

        service.stream(); // Without the drain it would keep the one it has.
        assertThat(heard.get()).isEqualTo(NOW.plusSeconds(3));
    }

    @Test
    void aDrainedStreamIsLeftOnceTheNextHasSpokenAndNotBefore() throws Exception {
        var stream = withVersionOne();
        var held = (ServerCallStreamObserver<AccessListMessage>) stream.observer();

        held.onNext(
                AccessListMessage.newBuilder()
                        .setDrain(Drain.newBuilder().setReconnectWithinSeconds(1))
                        .build());

        var next = service.stream();
        assertThat(next.request().getHaveVersion()).isEqualTo(1);
        Thread.sleep(300); // Long enough for who leaves at once.
        assertThat(held.isCancelled()).isFalse();
        next.observer()
                .onNext(AccessListMessage.newBuilder().setTick(Tick.getDefaultInstance()).build());
        await().atMost(PATIENCE).until(held::isCancelled);
        next.send(lists.update(1, List.of(), head(2, ONE)));
        await().atMost(PATIENCE).until(() -> watcher.version() == 2);
    }

    @Test
    void aDrainedStreamIsLeftAlsoWhereTheNextFails() throws Exception {
        var stream = withVersionOne();
        var held = (ServerCallStreamObserver<AccessListMessage>) stream.observer();
        held.onNext(
                AccessListMessage.newBuilder()
                        .setDrain(Drain.newBuilder().setReconnectWithinSeconds(1))
                        .build());

        service.stream().observer().onError(Status.UNAVAILABLE.asException());

        await().atMost(PATIENCE).until(held::isCancelled);
        service.stream();
    }

    @Test
    void lastKnownListIsThereAfterAKillWithoutAnyServer() throws Exception {
        withVersionOne();
        thread.interrupt();
        thread.join();
        server.shutdownNow().awaitTermination();

        watch();

        await().atMost(PATIENCE).until(() -> watcher.version() == 1);
    }

    @Test
    void anOlderVersionIsRefusedAlsoAfterAKill() throws Exception {
        service.stream().send(lists.update(0, changes(ONE), head(7, ONE)));
        assertThat(service.receipt().getVersion()).isEqualTo(7);
        thread.interrupt();
        thread.join();

        watch();
        service.stream()
                .send(lists.update(0, changes(AccessList.EMPTY), head(6, AccessList.EMPTY)));

        // The first tells that the list from the disk is enforced, unless this refusal overtook it.
        AccessListReceipt receipt = service.receipt();
        while (receipt.getFailure().isEmpty()) receipt = service.receipt();
        assertThat(receipt.getFailure()).contains("older");
        assertThat(receipt.getVersion()).isEqualTo(7);
    }

    @Test
    void afterItsEndTheListFallsBackToItsFailMode() throws Exception {
        var stream = service.stream();
        AccessList slow =
                list(attachment(A, TestLists.NODE, 1, AccessRule.ACCESS_RULE_SLOW_LANE, 500));
        stream.send(
                lists.update(0, changes(slow), head(1, slow).setFailMode(FailMode.FAIL_MODE_OPEN)));
        service.receipt();

        now.set(NOW.plus(Duration.ofDays(8)));

        // Enforced anew, and told.
        assertThat(service.receipt().getVersion()).isEqualTo(1);
    }
}
