package org.coopmesh.nodeagent.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.coopmesh.nodeagent.access.TestLists.A;
import static org.coopmesh.nodeagent.access.TestLists.B;
import static org.coopmesh.nodeagent.access.TestLists.attachment;
import static org.coopmesh.nodeagent.access.TestLists.ban;
import static org.coopmesh.nodeagent.access.TestLists.list;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.coopmesh.contracts.membership.v1.AccessListChange;
import org.coopmesh.contracts.membership.v1.AccessListMessage;
import org.coopmesh.contracts.membership.v1.AccessListReceipt;
import org.coopmesh.contracts.membership.v1.AccessListReceiptAccepted;
import org.coopmesh.contracts.membership.v1.AccessListServiceGrpc.AccessListServiceImplBase;
import org.coopmesh.contracts.membership.v1.AccessListUpdate;
import org.coopmesh.contracts.membership.v1.AccessRule;
import org.coopmesh.contracts.membership.v1.FailMode;
import org.coopmesh.contracts.membership.v1.WatchAccessListRequest;
import org.coopmesh.nodeagent.identity.TestCoop;
import org.coopmesh.nodeagent.netfilter.Lab;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * All services are stopped and the router starts anew, twice: the agent's process enforces the list on its disk. Until its end
 * bans and walls hold; then it follows the fail mode, by which bans hold on. An older list, signed by the right key, is refused.
 */
@Timeout(600)
class OfflineBanIT {
    /** How long the list is good: a start of the agent on a busy machine, twice over. */
    private static final Duration LIST_LIFE = Duration.ofSeconds(60);

    private static final Duration SLOW = Duration.ofSeconds(120);
    private static final String BANNED = "203.0.113.7";
    private static final String INTERNET = "198.51.100.1";

    @TempDir Path directory;
    private final Lists lists = new Lists();
    private TestCoop coop;
    private Process agent;
    private int starts;

    @Test
    void bansHoldWithoutAnyServiceAndAnOlderListIsRefused() throws Exception {
        try (Lab lab = Lab.up()) {
            coop = lab.on("router", () -> new TestCoop(lists));
            Instant end = Instant.now().plus(LIST_LIFE);
            lists.next = () -> update(5, end, walled(), ban(BANNED + "/32"));
            agent = agent(lab);
            await().atMost(SLOW).until(() -> receipt(5));
            assertThat(lab.pings("clientA", BANNED)).as(output()).isFalse();

            coop.stop();
            startAnew(lab);

            await().atMost(SLOW).until(() -> !lab.pings("clientA", BANNED));
            assertThat(lab.pings("clientB", INTERNET)).as(output()).isFalse();
            assertThat(lab.reaches("clientA", INTERNET)).isTrue();
            assertThat(Instant.now()).as("the machine was fast enough").isBefore(end);
            while (Instant.now().isBefore(end.minusSeconds(2))) {
                assertThat(lab.pings("clientA", BANNED)).as(output()).isFalse();
                assertThat(lab.pings("clientB", INTERNET)).as(output()).isFalse();
            }

            // Past its end, by the fail mode "open": the wall is lifted, the ban stays.
            await().atMost(SLOW).until(() -> lab.pings("clientB", INTERNET));
            assertThat(Instant.now()).isAfter(end);
            assertThat(lab.pings("clientA", BANNED)).as(output()).isFalse();
            startAnew(lab);
            await().atMost(SLOW).until(() -> !lab.pings("clientA", BANNED));
            assertThat(lab.reaches("clientB", INTERNET)).isTrue();

            // The services come back with what was right before the ban.
            Instant tomorrow = Instant.now().plus(Duration.ofDays(1));
            lists.next = () -> update(4, tomorrow, walled());
            lab.on(
                    "router",
                    () -> {
                        coop.start();
                        return null;
                    });
            await().atMost(SLOW)
                    .untilAsserted(() ->
                            assertThat(lists.receipts)
                                    .as(output())
                                    .extracting(AccessListReceipt::getFailure)
                                    .contains("list-older: version 4 is older than 5"));
            assertThat(lists.receipts.getLast().getVersion()).isEqualTo(5);
            assertThat(lab.pings("clientA", BANNED)).as(output()).isFalse();
            assertThat(output()).contains("access list refused");

            lists.next = () -> update(6, tomorrow, walled());
            lists.stream.onNext(
                    AccessListMessage.newBuilder().setUpdate(lists.next.make()).build());
            await().atMost(SLOW).until(() -> lab.pings("clientA", BANNED));
            await().atMost(SLOW).until(() -> receipt(6));
        } finally {
            if (agent != null) agent.destroyForcibly().waitFor();
            if (coop != null) coop.close();
        }
    }

    /** As after a power cut: the kernel knows no rule, and everything passes until the agent runs. */
    private void startAnew(Lab lab) throws Exception {
        agent.destroyForcibly().waitFor();
        lab.sh("router", "nft flush ruleset");
        assertThat(lab.reaches("clientA", BANNED)).isTrue();
        agent = agent(lab);
    }

    private boolean receipt(long version) {
        return lists.receipts.stream().anyMatch(receipt -> receipt.getVersion() == version);
    }

    private AccessList.Change walled() {
        return attachment(B, coop.enrolled.getFirst(), 2, AccessRule.ACCESS_RULE_WALLED_GARDEN, 0);
    }

    private AccessListUpdate update(long version, Instant end, AccessList.Change... more) {
        AccessList list =
                list(attachment(A, coop.enrolled.getFirst(), 1, AccessRule.ACCESS_RULE_FULL, 0))
                        .with(List.of(more));
        byte[] head =
                TestLists.head(version, list)
                        .setNotBefore(TestLists.at(Instant.now().minusSeconds(60)))
                        .setIssuedAt(TestLists.at(Instant.now()))
                        .setNotAfter(TestLists.at(end))
                        .setFailMode(FailMode.FAIL_MODE_OPEN)
                        .build()
                        .toByteArray();
        byte[] label = "coopmesh-access-list-v1\0".getBytes(StandardCharsets.US_ASCII);
        byte[] message =
                ByteBuffer.allocate(label.length + head.length).put(label).put(head).array();
        var update =
                AccessListUpdate.newBuilder()
                        .setLast(true)
                        .setHead(ByteString.copyFrom(head))
                        .setSignature(ByteString.copyFrom(coop.signList(message)))
                        .setKeyId("k1");
        TestLists.changes(list)
                .forEach(change ->
                        update.addChanges(
                                AccessListChange.newBuilder()
                                        .setKey(change.key())
                                        .setEntry(ByteString.copyFrom(change.entry()))));
        return update.build();
    }

    private String output() throws Exception {
        var all = new StringBuilder();
        for (int i = 1; i <= starts; i++) {
            all.append("start ").append(i).append('\n');
            all.append(Files.readString(directory.resolve("output-" + i)));
        }
        return all.toString();
    }

    private Process agent(Lab lab) throws Exception {
        Path config =
                Files.writeString(
                        directory.resolve("agent.conf"),
                        """
                        state-dir: %s
                        membership: %s
                        billing: %s
                        enrolment-code: %s
                        ca-fingerprint: %s
                        uplink: wan
                        clock: system
                        """
                                .formatted(
                                        directory.resolve("state"),
                                        coop.target(),
                                        coop.target(),
                                        TestCoop.CODE,
                                        coop.fingerprint()));
        return new ProcessBuilder(
                        List.of(
                                "ip",
                                "netns",
                                "exec",
                                lab.namespace("router"),
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-Xmx64m",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "org.coopmesh.nodeagent.NodeAgent",
                                config.toString()))
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.to(
                                directory.resolve("output-" + ++starts).toFile()))
                .start();
    }

    /** Gives whoever asks the list at hand, whole. */
    private static final class Lists extends AccessListServiceImplBase {
        private interface Making {
            AccessListUpdate make();
        }

        final List<AccessListReceipt> receipts = new CopyOnWriteArrayList<>();
        volatile Making next = AccessListUpdate::getDefaultInstance;
        volatile StreamObserver<AccessListMessage> stream;

        @Override
        public void watchAccessList(
                WatchAccessListRequest request, StreamObserver<AccessListMessage> asking) {
            stream = asking;
            asking.onNext(AccessListMessage.newBuilder().setUpdate(next.make()).build());
        }

        @Override
        public void reportReceipt(
                AccessListReceipt receipt, StreamObserver<AccessListReceiptAccepted> answer) {
            receipts.add(receipt);
            answer.onNext(AccessListReceiptAccepted.getDefaultInstance());
            answer.onCompleted();
        }
    }
}
