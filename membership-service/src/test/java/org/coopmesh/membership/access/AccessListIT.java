package org.coopmesh.membership.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.delete;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.put;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.coopmesh.contracts.abuse.v1.BanEvent;
import org.coopmesh.contracts.abuse.v1.BanExpired;
import org.coopmesh.contracts.abuse.v1.BanImposed;
import org.coopmesh.contracts.abuse.v1.BanLifted;
import org.coopmesh.contracts.abuse.v1.BanTarget;
import org.coopmesh.contracts.membership.v1.AccessListHead;
import org.coopmesh.contracts.membership.v1.AccessListMessage;
import org.coopmesh.contracts.membership.v1.AccessListReceipt;
import org.coopmesh.contracts.membership.v1.AccessListServiceGrpc;
import org.coopmesh.contracts.membership.v1.AccessRule;
import org.coopmesh.membership.node.AccessListKey;
import org.coopmesh.membership.node.NetworkedService;
import org.coopmesh.membership.node.NodeId;
import org.coopmesh.membership.node.TestAgent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;

class AccessListIT extends NetworkedService {
    @Autowired private AccessListKey key;
    @Autowired private BanListener banListener;
    @Autowired private AccessControl access;
    @Autowired private AccessLists lists;
    @Autowired private AccessFeed feed;
    @Autowired private ReceiptDesk desk;
    @Autowired private Receipts receipts;
    @Autowired private MeterRegistry meters;

    private Person owner;
    private Registered node;
    private TestAgent agent;
    private TestWatcher watcher;

    @BeforeEach
    void aNodeThatWatches() throws Exception {
        owner = person();
        node = register(owner);
        agent = agent();
        agent.enrol(node.code());
        watcher = TestWatcher.start(agent, key.publicKey()).await(w -> w.head().getVersion() > 0);
    }

    @AfterEach
    void theNodeGoes() throws Exception {
        agent.close();
        http.perform(
                delete("/api/nodes/{id}?reason=over", node.id()).with(caller(board, "network")));
    }

    @Test
    void anAttachmentComesAsADeltaAndGoesAsOne() throws Exception {
        UUID attachment = attach(node.id(), owner);

        watcher.await(w -> w.attachment(attachment) != null);

        assertThat(watcher.attachment(attachment).getRule()).isEqualTo(AccessRule.ACCESS_RULE_FULL);
        assertThat(watcher.attachment(attachment).getNodeId()).isEqualTo(agent.id().hex());
        assertThat(watcher.updateFrom).startsWith(0L);
        assertThat(watcher.updateFrom.getLast()).isPositive();
        http.perform(
                delete("/api/nodes/{id}/attachments/{a}", node.id(), attachment)
                        .with(caller(board, "network")));
        watcher.await(w -> w.attachment(attachment) == null);
    }

    @Test
    void anotherKeySignsFromTheMomentItIsUsedAndNotBefore() throws Exception {
        byte[] before = key.publicKey();

        keyStep("announce");
        ban("203.0.113.77/32", null);
        watcher.await(w -> w.entries().containsKey("ban:203.0.113.77/32"));
        assertThat(key.publicKey()).isEqualTo(before);
        keyStep("use");

        assertThat(key.publicKey()).isNotEqualTo(before);
        TestWatcher.start(agent, key.publicKey())
                .await(w -> w.entries().containsKey("ban:203.0.113.77/32"));
        keyStep("retire");
        try (var fresh = agent()) {
            Registered another = register(owner);
            var given = fresh.enrol(another.code());
            assertThat(given.getAccessListKeysCount()).isEqualTo(1);
            TestWatcher.start(fresh, given.getAccessListKeys(0).getPublicKey().toByteArray())
                    .await(w -> w.entries().containsKey("ban:203.0.113.77/32"));
        }
    }

    private void keyStep(String step) throws Exception {
        http.perform(
                        post("/api/coop/keys/access-list/{step}", step)
                                .with(caller(board, "board"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(
                                        """
                                        {"reason": "test", "whoeverWaits": true, "disowned": false}
                                        """))
                .andExpect(status().isOk());
    }

    @Test
    void theGardenIsOnTheList() {
        assertThat(watcher.entries()).containsKey("garden:10.200.0.1/32");
    }

    @Test
    void aChangeReachesAConnectedNodeWithinFiftyMilliseconds() throws Exception {
        ban("10.99.0.1/32", null); // The first one warms what a service in use has warm.
        var millis = new ArrayList<Long>();
        for (int i = 2; i < 12; i++) {
            String prefix = "10.99.0." + i + "/32";
            ban(prefix, null);
            long committed = System.nanoTime();
            watcher.await(w -> w.entries().containsKey("ban:" + prefix));
            millis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - committed));
        }

        millis.sort(null);
        System.out.println("commit to stream, ms: " + millis);
        assertThat(millis.get(millis.size() / 2)).isLessThanOrEqualTo(50);
    }

    @Test
    void aBanIsListedUntilItIsLiftedOrEndsByItself() throws Exception {
        UUID lifted = ban("203.0.113.7/32", null);
        Instant until = clock.instant().plus(Duration.ofHours(1));
        ban("2001:db8::/48", until);
        watcher.await(w ->
                w.entries().containsKey("ban:203.0.113.7/32")
                        && w.entries().containsKey("ban:2001:db8::/48"));

        banListener.on(
                List.of(
                        event(lifted, prefix("203.0.113.7/32"))
                                .setLifted(BanLifted.getDefaultInstance())
                                .build()
                                .toByteArray()));
        clock.advance(Duration.ofHours(1));
        access.reviewDue();

        watcher.await(w ->
                !w.entries().containsKey("ban:203.0.113.7/32")
                        && !w.entries().containsKey("ban:2001:db8::/48"));
    }

    @Test
    void ofTwoBansOfOnePrefixTheLongerCounts() throws Exception {
        UUID first = ban("203.0.113.9/32", null);
        ban("203.0.113.9/32", clock.instant().plus(Duration.ofDays(1)));

        banListener.on(
                List.of(
                        event(first, prefix("203.0.113.9/32"))
                                .setLifted(BanLifted.getDefaultInstance())
                                .build()
                                .toByteArray()));

        watcher.await(w -> {
            try {
                ByteString entry = w.entries().get("ban:203.0.113.9/32");
                return entry != null
                        && org.coopmesh.contracts.membership.v1.AccessEntry.parseFrom(entry)
                                .getBan()
                                .hasUntil();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void aBanToldTwiceMakesOneVersionAndAnEndToldFirstWins() throws Exception {
        var imposed =
                event(UUID.randomUUID(), prefix("203.0.113.11/32"))
                        .setImposed(BanImposed.getDefaultInstance())
                        .build();
        banListener.on(List.of(imposed.toByteArray()));
        long version = lists.head().version();
        banListener.on(List.of(imposed.toByteArray()));
        assertThat(lists.head().version()).isEqualTo(version);

        UUID other = UUID.randomUUID();
        banListener.on(
                List.of(
                        event(other, prefix("203.0.113.12/32"))
                                .setExpired(BanExpired.getDefaultInstance())
                                .build()
                                .toByteArray()));
        banListener.on(
                List.of(
                        event(other, prefix("203.0.113.12/32"))
                                .setImposed(BanImposed.getDefaultInstance())
                                .build()
                                .toByteArray()));
        assertThat(lists.shown("ban:203.0.113.12/32")).isEmpty();
    }

    @Test
    void bansAndLiftsAtOnceLeaveAListThatAddsUp() throws Exception {
        var random = new Random(5);
        var told = new ArrayList<Callable<Void>>();
        for (int i = 0; i < 40; i++) {
            BanTarget target = prefix("203.0.113." + (100 + random.nextInt(4)) + "/32");
            UUID ban = UUID.randomUUID();
            told.add(tell(event(ban, target).setImposed(BanImposed.getDefaultInstance())));
            told.add(tell(event(ban, target).setLifted(BanLifted.getDefaultInstance())));
        }
        UUID stays = UUID.randomUUID();
        told.add(
                tell(
                        event(stays, prefix("203.0.113.100/32"))
                                .setImposed(BanImposed.getDefaultInstance())));
        Collections.shuffle(told, random);
        long before = lists.head().version();

        try (var threads = Executors.newFixedThreadPool(6)) {
            for (var each : threads.invokeAll(told)) each.get();
        }

        var head = lists.head();
        assertThat(lists.shown("ban:203.0.113.100/32")).isPresent();
        for (int i = 101; i < 104; i++) {
            assertThat(lists.shown("ban:203.0.113." + i + "/32")).isEmpty();
        }
        assertThat(head.entries()).isEqualTo(lists.entries().size());
        assertThat(lists.versions(before, head.version()).keySet())
                .hasSize((int) (head.version() - before));
        // The node computes the hash of what it was sent, and compares it with the signed one.
        watcher.await(w -> w.head().getVersion() == head.version());
        assertThat(watcher.entries()).isEqualTo(lists.entries());
    }

    private Callable<Void> tell(BanEvent.Builder event) {
        byte[] payload = event.build().toByteArray();
        return () -> {
            banListener.on(List.of(payload));
            return null;
        };
    }

    @Test
    void aBannedNodeDropsEverythingAttachedToIt() throws Exception {
        UUID attachment = attach(node.id(), owner);
        var target = BanTarget.newBuilder().setNodeId(agent.id().hex()).build();
        UUID ban = UUID.randomUUID();

        banListener.on(
                List.of(
                        event(ban, target)
                                .setImposed(BanImposed.getDefaultInstance())
                                .build()
                                .toByteArray()));

        watcher.await(w -> rule(w, attachment) == AccessRule.ACCESS_RULE_DROP);
        banListener.on(
                List.of(
                        event(ban, target)
                                .setLifted(BanLifted.getDefaultInstance())
                                .build()
                                .toByteArray()));
        watcher.await(w -> rule(w, attachment) == AccessRule.ACCESS_RULE_FULL);
    }

    @Test
    void aPausedMemberStandsInTheWalledGarden() throws Exception {
        UUID attachment = attach(node.id(), owner);

        http.perform(
                        post("/api/members/{id}/pause", owner.id())
                                .with(caller(board, "board"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(
                                        """
                                        {"from": "%s", "reason": "season"}
                                        """
                                                .formatted(membership.today())))
                .andExpect(status().is2xxSuccessful());

        watcher.await(w -> rule(w, attachment) == AccessRule.ACCESS_RULE_WALLED_GARDEN);
    }

    @Test
    void aRevokedNodesStreamIsCutWithinASecondAndItsAddressesAreDropped() throws Exception {
        UUID attachment = attach(node.id(), owner);
        Person neighbour = person();
        Registered otherNode = register(neighbour);
        try (var other = agent()) {
            other.enrol(otherNode.code());
            var otherWatcher = TestWatcher.start(other, key.publicKey());
            otherWatcher.await(w -> w.attachment(attachment) != null);

            http.perform(
                            post("/api/nodes/{id}/revoke", node.id())
                                    .with(caller(board, "network"))
                                    .contentType(MediaType.APPLICATION_JSON)
                                    .content("{\"reason\": \"stolen\"}"))
                    .andExpect(status().isNoContent());

            assertThat(watcher.ended.get(1, TimeUnit.SECONDS).getCode())
                    .isEqualTo(Status.Code.PERMISSION_DENIED);
            otherWatcher.await(w -> rule(w, attachment) == AccessRule.ACCESS_RULE_DROP);
        }
    }

    @Test
    void aNodeThatComesBackGetsADeltaAndOneWithAnotherStateASnapshot() throws Exception {
        var before = watcher.head();
        Map<String, ByteString> have = watcher.entries();
        ban("198.51.100.1/32", null);

        var same =
                TestWatcher.start(
                        agent, key.publicKey(), before.getVersion(), before.getEntriesHash(), have);
        var differs =
                TestWatcher.start(
                        agent,
                        key.publicKey(),
                        before.getVersion(),
                        ByteString.copyFrom(new byte[32]),
                        Map.of());

        same.await(w -> w.entries().containsKey("ban:198.51.100.1/32"));
        assertThat(same.updateFrom).first().isEqualTo(before.getVersion());
        differs.await(w -> w.entries().containsKey("ban:198.51.100.1/32"));
        assertThat(differs.updateFrom).first().isEqualTo(0L);
    }

    @Test
    void aLargeListComesInPages() throws Exception {
        db.sql(
                        "insert into ban (ban_id, prefix, imposed_at) select gen_random_uuid(), ('100.64.' || a || '.' || b || '/32')::cidr, now() from generate_series(0, 79) a, generate_series(0, 249) b")
                .update();
        try {
            access.reviewAll();
            watcher.await(w -> w.entries().size() > 20_000);

            var fresh = TestWatcher.start(agent, key.publicKey());

            fresh.await(w -> w.head().getVersion() == lists.head().version());
            assertThat(fresh.entries()).hasSizeGreaterThan(20_000);
            long started = System.nanoTime();
            ban("198.51.100.77/32", null);
            System.out.println(
                    "one more on 20,000, ms: "
                            + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started));
            fresh.await(w -> w.entries().containsKey("ban:198.51.100.77/32"));
        } finally {
            db.sql("delete from ban where prefix <<= '100.64.0.0/10'").update();
            access.reviewAll();
        }
    }

    @Test
    void receiptsBecomeNumbers() throws Exception {
        ban("198.51.100.2/32", null);
        watcher.await(w -> w.entries().containsKey("ban:198.51.100.2/32"));
        http.perform(
                        get("/api/access/coverage?key=ban:198.51.100.2/32")
                                .with(caller(board, "moderator")))
                .andExpect(jsonPath("$.present").value(true))
                .andExpect(jsonPath("$.lagging[?(@.id == '" + node.id() + "')]").isNotEmpty());

        receipt(watcher.head().getVersion(), watcher.head().getEntriesHash(), "");

        http.perform(
                        get("/api/access/coverage?key=ban:198.51.100.2")
                                .with(caller(board, "moderator")))
                .andExpect(jsonPath("$.key").value("ban:198.51.100.2/32"))
                .andExpect(jsonPath("$.onNodes").value(1))
                .andExpect(jsonPath("$.slowestMillis").isNumber())
                .andExpect(jsonPath("$.lagging[?(@.id == '" + node.id() + "')]").isEmpty());
        http.perform(get("/api/access/list").with(caller(board, "network")))
                .andExpect(jsonPath("$.version").value(watcher.head().getVersion()))
                .andExpect(jsonPath("$.nodes.current").value(1));
        http.perform(get("/api/nodes/{id}", node.id()).with(caller(board, "network")))
                .andExpect(jsonPath("$.accessList.version").value(watcher.head().getVersion()))
                .andExpect(jsonPath("$.accessList.applyMillis").value(12))
                .andExpect(jsonPath("$.live").value("up"));
        http.perform(get("/api/access/entries?q=198.51.100.2").with(caller(board, "moderator")))
                .andExpect(jsonPath("$.items[0].rule").value("ban"));
    }

    @Test
    void aReceiptIsOnePointOfTheHistogramHoweverOftenItIsTold() throws Exception {
        ban("198.51.100.4/32", null);
        watcher.await(w -> w.entries().containsKey("ban:198.51.100.4/32"));
        Timer propagation = meters.get("coopmesh.access.propagation").timer();
        long before = propagation.count();
        AccessListHead head = watcher.head();

        receipt(head.getVersion(), head.getEntriesHash(), "");
        receipt(head.getVersion(), head.getEntriesHash(), "");
        assertThat(receipts.lagging(List.of(agent.id()), head.getVersion())).isZero();
        receipt(head.getVersion(), head.getEntriesHash(), "nft failed");

        assertThat(propagation.count()).isEqualTo(before + 1);
        assertThat(receipts.lagging(List.of(agent.id()), head.getVersion())).isOne();
        assertThat(receipts.lagging(List.of(), head.getVersion())).isZero();
        assertThat(feed.nodes()).contains(agent.id());
        assertThat(meters.get("coopmesh.access.streams").gauge().value()).isEqualTo(feed.streams());
    }

    @Test
    void whoDoesNotRunTheNetworkLearnsNotWhoseAnAddressIs() throws Exception {
        UUID attachment = attach(node.id(), owner);
        watcher.await(w -> w.attachment(attachment) != null);
        String prefix = watcher.attachment(attachment).getPrefixV4();
        String page = "/api/nodes/" + node.id();
        String why = "/api/access/entries?q=" + prefix;

        for (var sees :
                List.of(caller(board, "network"), caller(owner.id(), "member", "moderator"))) {
            http.perform(get(page).with(sees))
                    .andExpect(jsonPath("$.attachments[0].id").value(attachment.toString()))
                    .andExpect(jsonPath("$.attachments[0].prefixV4").value(prefix));
        }
        http.perform(get(why).with(caller(board, "network")))
                .andExpect(jsonPath("$.items[0].key").value("attachment:" + attachment))
                .andExpect(jsonPath("$.items[0].node").value(node.id().toString()));
        for (String role : List.of("moderator", "board")) {
            for (String path : List.of(page, "/api/nodes?limit=200")) {
                http.perform(get(path).with(caller(board, role)))
                        .andExpect(status().isOk())
                        .andExpect(content().string(containsString(owner.id().toString())))
                        .andExpect(content().string(not(containsString(attachment.toString()))))
                        .andExpect(
                                content().string(not(containsString(prefix.replace("0/24", "")))));
            }
            http.perform(get(page).with(caller(board, role)))
                    .andExpect(jsonPath("$.attachments[0].memberId").value(owner.id().toString()))
                    .andExpect(jsonPath("$.attachments[0].rule").value("full"));
            for (String path : List.of(why, "/api/access/entries?q=" + attachment)) {
                http.perform(get(path).with(caller(board, role)))
                        .andExpect(jsonPath("$.items.length()").value(1))
                        .andExpect(jsonPath("$.items[0].rule").value("full"))
                        .andExpect(jsonPath("$.items[0].key").value("attachment"))
                        .andExpect(jsonPath("$.items[0].since").doesNotExist())
                        .andExpect(content().string(not(containsString(attachment.toString()))))
                        .andExpect(content().string(not(containsString(node.id().toString()))))
                        .andExpect(content().string(not(containsString(owner.site().toString()))));
            }
        }
    }

    @Test
    void aNodeThatCouldNotApplyTheListLagsWithItsReason() throws Exception {
        receipt(watcher.head().getVersion(), watcher.head().getEntriesHash(), "nft: no such file");

        http.perform(get("/api/nodes/{id}", node.id()).with(caller(board, "network")))
                .andExpect(jsonPath("$.accessList.failure").value("nft: no such file"));
        http.perform(get("/api/access/list").with(caller(board, "network")))
                .andExpect(
                        jsonPath("$.nodes.lagging[?(@.id == '" + node.id() + "')].failure")
                                .value("nft: no such file"));
    }

    @Test
    void aReceiptForAVersionThatNeverWasIsRefused() {
        assertThatThrownBy(() ->
                        receipt(lists.head().version() + 1, ByteString.copyFrom(new byte[32]), ""))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e ->
                                assertThat(e.getStatus().getCode())
                                        .isEqualTo(Status.Code.INVALID_ARGUMENT));
    }

    @Test
    void aListHalfWayToItsEndIsRenewedWithTheSameEntries() {
        var before = watcher.head();
        clock.advance(Duration.ofDays(4));

        access.reviewDue();

        watcher.await(w -> w.head().getVersion() > before.getVersion());
        assertThat(watcher.head().getNotAfter().getSeconds())
                .isEqualTo(clock.instant().plus(Duration.ofDays(7)).getEpochSecond());
    }

    @Test
    void streamsThatBrokeTakeNothingFromTheOthers() throws Exception {
        var broken = new ArrayList<BrokenStream>();
        for (int i = 0; i < 20; i++) {
            var stream = new BrokenStream();
            broken.add(stream);
            feed.watch(agent.id(), 0, ByteString.EMPTY, stream);
        }
        int streams = feed.streams();
        broken.forEach(stream -> stream.closed = true);

        ban("10.98.0.1/32", null);

        watcher.await(w -> w.entries().containsKey("ban:10.98.0.1/32"));
        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .until(() -> feed.streams() == streams - broken.size());
    }

    @Test
    void ofStreamsOnALongWayOnlySoManyAreServedAtOnceAndTheOthersAfterThem() throws Exception {
        db.sql(
                        "insert into ban (ban_id, prefix, imposed_at) select gen_random_uuid(), ('100.64.' || a || '.' || b || '/32')::cidr, now() from generate_series(0, 9) a, generate_series(0, 249) b")
                .update();
        var slow = new ArrayList<SlowStream>();
        try {
            access.reviewAll();
            watcher.await(w -> w.entries().size() > 2_500);
            Awaitility.await().until(() -> feed.onLongWays() == 0);
            for (int i = 0; i < AccessFeed.LONG_WAYS_MAX + 44; i++) {
                var stream = new SlowStream();
                slow.add(stream);
                feed.watch(agent.id(), 0, ByteString.EMPTY, stream);
            }

            long begun = slow.stream().filter(stream -> stream.pages > 0).count();
            assertThat(begun).isEqualTo(AccessFeed.LONG_WAYS_MAX);
            assertThat(feed.onLongWays()).isEqualTo(AccessFeed.LONG_WAYS_MAX);
            // A short way needs no place.
            ban("198.51.100.31/32", null);
            watcher.await(w -> w.entries().containsKey("ban:198.51.100.31/32"));

            slow.forEach(stream -> stream.reads = true);
            slow.stream().filter(stream -> stream.pages > 0).toList().forEach(SlowStream::ready);

            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> slow.stream().allMatch(stream -> stream.last));
            Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> feed.onLongWays() == 0);
        } finally {
            slow.forEach(SlowStream::gone);
            db.sql("delete from ban where prefix <<= '100.64.0.0/10'").update();
            access.reviewAll();
        }
    }

    /** Takes one page and no more until it reads. */
    private static final class SlowStream extends ServerCallStreamObserver<AccessListMessage> {
        private volatile boolean reads;
        private volatile boolean last;
        private volatile int pages;
        private Runnable onReady = () -> {};
        private Runnable onClose = () -> {};

        @Override
        public void onNext(AccessListMessage message) {
            if (message.hasUpdate()) {
                pages++;
                last = message.getUpdate().getLast();
            }
        }

        @Override
        public boolean isReady() {
            return reads || pages == 0;
        }

        private void ready() {
            onReady.run();
        }

        private void gone() {
            onClose.run();
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public void onError(Throwable end) {}

        @Override
        public void onCompleted() {}

        @Override
        public void setOnCancelHandler(Runnable handler) {}

        @Override
        public void setOnCloseHandler(Runnable handler) {
            onClose = handler;
        }

        @Override
        public void setOnReadyHandler(Runnable handler) {
            onReady = handler;
        }

        @Override
        public void setCompression(String compression) {}

        @Override
        public void disableAutoInboundFlowControl() {}

        @Override
        public void request(int count) {}

        @Override
        public void setMessageCompression(boolean enable) {}
    }

    @Test
    void aThousandBansAtOnceAreOneVersion() throws Exception {
        var told = new ArrayList<byte[]>();
        for (int i = 0; i < 1_000; i++) {
            told.add(
                    event(UUID.randomUUID(), prefix("100.65.%d.%d/32".formatted(i / 250, i % 250)))
                            .setImposed(BanImposed.getDefaultInstance())
                            .build()
                            .toByteArray());
        }
        long before = lists.head().version();
        try {
            banListener.on(told);

            assertThat(lists.head().version()).isEqualTo(before + 1);
            watcher.await(w -> w.entries().containsKey("ban:100.65.3.249/32"));
        } finally {
            db.sql("delete from ban where prefix <<= '100.65.0.0/16'").update();
            access.reviewAll();
        }
    }

    @Test
    void aReviewThatFindsNothingNewWritesNothing() {
        access.reviewAll();
        var before =
                db.sql("select key || xmin::text from access_entry order by 1")
                        .query(String.class)
                        .list();

        access.reviewAll();

        assertThat(
                        db.sql("select key || xmin::text from access_entry order by 1")
                                .query(String.class)
                                .list())
                .isEqualTo(before)
                .isNotEmpty();
    }

    @Test
    void receiptsAreWrittenTogetherAndTheNewestOfANodeCounts() throws Exception {
        var head = watcher.head();
        var kept = new LinkedBlockingQueue<Optional<RuntimeException>>();
        Consumer<RuntimeException> written = failure -> kept.add(Optional.ofNullable(failure));
        db.sql("alter table access_receipt add constraint odd check (apply_millis <> 4711)")
                .update();
        int failed = 0;
        try {
            for (int i = 0; i < 500; i++) {
                desk.take(
                        receiptOf(new NodeId("%064x".formatted(i)), head, i == 250 ? 4711 : 0),
                        written);
            }
            desk.take(receiptOf(agent.id(), head, 1), written);
            desk.take(receiptOf(agent.id(), head, 3), written);

            for (int i = 0; i < 502; i++) {
                if (kept.poll(10, TimeUnit.SECONDS).isPresent()) failed++;
            }
        } finally {
            db.sql("alter table access_receipt drop constraint odd").update();
        }

        assertThat(failed).as("only what the database refuses").isEqualTo(1);
        assertThat(receipts.of(List.of(agent.id())).get(agent.id()).applyMillis()).isEqualTo(3);
        assertThat(
                        db.sql("select count(*) from access_receipt where node_id like '00000000%'")
                                .query(Integer.class)
                                .single())
                .isEqualTo(499);
        db.sql("delete from access_receipt where node_id like '00000000%'").update();
        db.sql("delete from node_status where node_id like '00000000%'").update();
    }

    private Receipt receiptOf(NodeId node, AccessListHead head, long applyMillis) {
        return new Receipt(
                node,
                head.getVersion(),
                head.getEntriesHash(),
                clock.instant(),
                applyMillis,
                Map.of(),
                "",
                clock.instant(),
                null);
    }

    @Test
    void aReceiptThatNoDatabaseCouldKeepIsRefused() {
        for (var wrong :
                List.of(
                        AccessListReceipt.newBuilder().setFailure("a\0b"),
                        AccessListReceipt.newBuilder()
                                .setAppliedAt(
                                        Timestamp.newBuilder()
                                                .setSeconds(Long.MAX_VALUE / 1_000)))) {
            assertThatThrownBy(() ->
                            AccessListServiceGrpc.newBlockingStub(agent.channel())
                                    .reportReceipt(
                                            wrong.setVersion(watcher.head().getVersion())
                                                    .setEntriesHash(watcher.head().getEntriesHash())
                                                    .build()))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            e ->
                                    assertThat(e.getStatus().getCode())
                                            .isEqualTo(Status.Code.INVALID_ARGUMENT));
        }
    }

    @Test
    void aRevokedNodeIsCutAndItsReceiptsAreRefused() throws Exception {
        receipt(watcher.head().getVersion(), watcher.head().getEntriesHash(), "");

        ask("/api/nodes/" + node.id() + "/revoke", "{\"reason\": \"stolen\"}");

        assertThat(watcher.ended.get(1, TimeUnit.SECONDS).getCode())
                .isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThatThrownBy(() -> receipt(1, ByteString.copyFrom(new byte[32]), ""))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e ->
                                assertThat(e.getStatus().getCode())
                                        .isEqualTo(Status.Code.PERMISSION_DENIED));
    }

    /** As gRPC behaves between the end of a call and the moment at which it says so. */
    private static final class BrokenStream extends ServerCallStreamObserver<AccessListMessage> {
        private volatile boolean closed;

        @Override
        public void onNext(AccessListMessage message) {
            if (closed) throw new IllegalStateException("call is closed");
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public void onError(Throwable end) {
            throw new IllegalStateException("call is closed");
        }

        @Override
        public void onCompleted() {
            throw new IllegalStateException("call is closed");
        }

        @Override
        public void setOnCancelHandler(Runnable handler) {}

        @Override
        public void setOnCloseHandler(Runnable handler) {}

        @Override
        public void setOnReadyHandler(Runnable handler) {}

        @Override
        public void setCompression(String compression) {}

        @Override
        public void disableAutoInboundFlowControl() {}

        @Override
        public void request(int count) {}

        @Override
        public void setMessageCompression(boolean enable) {}
    }

    @Test
    void aStreamIsToldBeforeItsServerGoesAndGoesOnUntilItsNodeHadTimeToLeave() throws Exception {
        feed.stop();
        try {
            watcher.await(TestWatcher::drained);
            ban("198.51.100.99/32", null);
            watcher.await(w -> w.entries().containsKey("ban:198.51.100.99/32"));
            assertThat(watcher.ended).isNotDone();
            assertThat(watcher.ended.get(30, TimeUnit.SECONDS).getCode()).isEqualTo(Status.Code.OK);
        } finally {
            feed.start();
        }
    }

    @Test
    void theBoardSetsThePolicyAndNobodyElse() throws Exception {
        String policy =
                """
                {"slowLaneKbit": 1000, "slowLaneAfterDays": 0, "wallAfterDays": 14, "failMode": "open",
                 "listLifetime": "P7D", "reason": "voted in spring"}
                """;
        http.perform(
                        put("/api/coop/policy")
                                .with(caller(board, "treasurer"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(policy))
                .andExpect(status().isForbidden());
        http.perform(
                        put("/api/coop/policy")
                                .with(caller(board, "board"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(policy))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.failMode").value("open"));
        http.perform(
                        put("/api/coop/policy")
                                .with(caller(board, "board"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(policy.replace("P7D", "PT1S")))
                .andExpect(status().isUnprocessableContent());
        http.perform(
                        put("/api/coop/policy")
                                .with(caller(board, "board"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(policy.replace("voted in spring", " ")))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("reason"));

        watcher.await(w ->
                w.head().getFailMode()
                        == org.coopmesh.contracts.membership.v1.FailMode.FAIL_MODE_OPEN);
        http.perform(
                put("/api/coop/policy")
                        .with(caller(board, "board"))
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(policy.replace("open", "keep").replace("spring", "autumn")));
        http.perform(get("/api/coop/policy/changes").with(caller(owner.id(), "member")))
                .andExpect(jsonPath("$.items[0].reason").value("voted in autumn"))
                .andExpect(jsonPath("$.items[0].policy.failMode").value("keep"))
                .andExpect(jsonPath("$.items[1].reason").value("voted in spring"))
                .andExpect(jsonPath("$.items[1].policy.failMode").value("open"))
                .andExpect(jsonPath("$.items[1].changedBy").value(board.toString()));
        assertThatThrownBy(() -> db.sql("delete from access_policy_change").update())
                .hasMessageContaining("append-only");
        http.perform(get("/api/coop/policy").with(caller(owner.id(), "member")))
                .andExpect(jsonPath("$.failMode").value("keep"))
                .andExpect(jsonPath("$.listLifetime").value("P7D"));
    }

    private static AccessRule rule(TestWatcher watcher, UUID attachment) {
        var access = watcher.attachment(attachment);
        return access == null ? AccessRule.ACCESS_RULE_UNSPECIFIED : access.getRule();
    }

    private void receipt(long version, ByteString hash, String failure) {
        AccessListServiceGrpc.newBlockingStub(agent.channel())
                .reportReceipt(
                        AccessListReceipt.newBuilder()
                                .setVersion(version)
                                .setEntriesHash(hash)
                                .setApplyMillis(12)
                                .putSetSizes("banned4", 3)
                                .setFailure(failure)
                                .build());
    }

    private UUID ban(String prefix, Instant until) throws Exception {
        UUID id = UUID.randomUUID();
        var imposed = BanImposed.newBuilder();
        if (until != null) {
            imposed.setUntil(Timestamp.newBuilder().setSeconds(until.getEpochSecond()));
        }
        banListener.on(
                List.of(event(id, prefix(prefix)).setImposed(imposed).build().toByteArray()));
        return id;
    }

    private static BanTarget prefix(String prefix) {
        return BanTarget.newBuilder().setPrefix(prefix).build();
    }

    private BanEvent.Builder event(UUID ban, BanTarget target) {
        return BanEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setBanId(ban.toString())
                .setTarget(target)
                .setOccurredAt(Timestamp.newBuilder().setSeconds(clock.instant().getEpochSecond()));
    }
}
