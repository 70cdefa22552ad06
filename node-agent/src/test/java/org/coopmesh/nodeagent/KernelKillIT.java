package org.coopmesh.nodeagent;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.coopmesh.contracts.billing.v1.AttachmentUsage;
import org.coopmesh.contracts.billing.v1.UsageReport;
import org.coopmesh.contracts.membership.v1.AccessEntry;
import org.coopmesh.contracts.membership.v1.AccessListChange;
import org.coopmesh.contracts.membership.v1.AccessListHead;
import org.coopmesh.contracts.membership.v1.AccessListMessage;
import org.coopmesh.contracts.membership.v1.AccessListReceipt;
import org.coopmesh.contracts.membership.v1.AccessListReceiptAccepted;
import org.coopmesh.contracts.membership.v1.AccessListServiceGrpc.AccessListServiceImplBase;
import org.coopmesh.contracts.membership.v1.AccessListUpdate;
import org.coopmesh.contracts.membership.v1.AccessRule;
import org.coopmesh.contracts.membership.v1.AttachmentAccess;
import org.coopmesh.contracts.membership.v1.FailMode;
import org.coopmesh.contracts.membership.v1.Tick;
import org.coopmesh.contracts.membership.v1.WatchAccessListRequest;
import org.coopmesh.nodeagent.identity.TestCoop;
import org.coopmesh.nodeagent.netfilter.Lab;
import org.coopmesh.nodeagent.report.TestBilling;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real packets through a real kernel, and an agent that is killed over and over: the bill knows each byte once. How often it is
 * killed, the system property {@code coopmesh.kills} says.
 */
@Timeout(3_600)
class KernelKillIT {
    private static final String ATTACHMENT = "00000000-0000-0000-0000-00000000000a";
    private static final Pattern COUNTER =
            Pattern.compile("counter \"?own\\.[^ ]+ \\{\\s+packets \\d+ bytes (\\d+)");

    private static final int KILLS = Integer.getInteger("coopmesh.kills", 8);

    private static final Duration SLOW = Duration.ofSeconds(180);

    @TempDir Path directory;
    private TestCoop coop;
    private final List<Process> started = new ArrayList<>();
    private int starts;

    @Test
    void killedOverAndOverItReportsExactlyWhatTheKernelCounted() throws Exception {
        try (Lab lab = Lab.up();
                TestBilling billing = new TestBilling()) {
            coop = lab.on("router", () -> new TestCoop(billing, new OneAttachment()));
            Random random = new Random(11);
            Process agent = agent(lab);
            Awaitility.await()
                    .atMost(SLOW)
                    .untilAsserted(() ->
                            assertThat(lab.trySh("router", "nft list counters"))
                                    .as(output())
                                    .contains(ATTACHMENT));
            Process traffic =
                    new ProcessBuilder(
                                    List.of(
                                            "ip",
                                            "netns",
                                            "exec",
                                            lab.namespace("clientA"),
                                            "ping",
                                            "-q",
                                            "-i",
                                            "0.005",
                                            "-s",
                                            "700",
                                            "198.51.100.1"))
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            started.add(traffic);
            for (int kills = 0; kills < KILLS; kills++) {
                // By turns at any moment of its start, and while it counts and reports.
                if (kills % 2 == 1) awaitStart(kills + 1);
                Thread.sleep(random.nextInt(200, 2_000));
                agent.destroyForcibly().waitFor();
                Thread.sleep(random.nextInt(300));
                agent = agent(lab);
            }
            awaitStart(KILLS + 1);
            traffic.destroy();
            traffic.waitFor();
            awaitHandedOver(lab, billing);
            agent.destroy();
            assertThat(agent.waitFor(SLOW.toSeconds(), TimeUnit.SECONDS)).isTrue();

            assertThat(reported(billing)).as(output()).isEqualTo(counted(lab)).isPositive();
            assertThat(billing.conflicts).isZero();
            System.out.printf(
                    "%d kills, %d reports, %d bytes counted by the kernel and reported%n",
                    KILLS, billing.chain().size(), counted(lab));
        } finally {
            started.forEach(Process::destroyForcibly);
            if (coop != null) coop.close();
        }
    }

    /** However slow the machine is: until the one that was started last says that it runs. */
    private void awaitStart(int starts) {
        Awaitility.await("start " + starts)
                .atMost(SLOW)
                .until(() ->
                        Files.readString(directory.resolve("output-" + starts))
                                .contains("agent runs"));
    }

    private static void awaitHandedOver(Lab lab, TestBilling billing) throws Exception {
        long counted = counted(lab);
        Awaitility.await("all " + counted + " bytes reported")
                .atMost(SLOW)
                .until(() -> reported(billing) >= counted);
    }

    private static long reported(TestBilling billing) {
        long bytes = 0;
        for (UsageReport report : billing.chain()) {
            for (AttachmentUsage usage : report.getAttachmentsList()) {
                bytes += usage.getInternetBytesDown() + usage.getInternetBytesUp();
                bytes += usage.getLocalBytesDown() + usage.getLocalBytesUp();
            }
        }
        return bytes;
    }

    private static long counted(Lab lab) throws Exception {
        long bytes = 0;
        Matcher counters = COUNTER.matcher(lab.sh("router", "nft list counters"));
        while (counters.find()) bytes += Long.parseLong(counters.group(1));
        return bytes;
    }

    private String output() throws Exception {
        StringBuilder all = new StringBuilder();
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
                        window: PT1S
                        clock: %s
                        """
                                .formatted(
                                        directory.resolve("state"),
                                        coop.target(),
                                        coop.target(),
                                        TestCoop.CODE,
                                        coop.fingerprint(),
                                        // Who waits for the time ends fewer windows
                                        starts % 2 == 0 ? "server" : "system"));
        Process agent =
                new ProcessBuilder(
                                List.of(
                                        "ip",
                                        "netns",
                                        "exec",
                                        lab.namespace("router"),
                                        Path.of(System.getProperty("java.home"), "bin", "java")
                                                .toString(),
                                        "-XX:TieredStopAtLevel=1",
                                        "-XX:+UseSerialGC",
                                        "-Xmx64m",
                                        "--enable-native-access=ALL-UNNAMED",
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        NodeAgent.class.getName(),
                                        config.toString()))
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.to(
                                        directory.resolve("output-" + ++starts).toFile()))
                        .start();
        started.add(agent);
        return agent;
    }

    /** A list of one attachment, that of client A, given to whoever asks; who has it is told the time. */
    private final class OneAttachment extends AccessListServiceImplBase {
        @Override
        public void watchAccessList(
                WatchAccessListRequest request, StreamObserver<AccessListMessage> stream) {
            if (request.getHaveVersion() > 0) {
                stream.onNext(
                        AccessListMessage.newBuilder()
                                .setTick(Tick.getDefaultInstance())
                                .setServerTime(at(Instant.now()))
                                .build());
                return;
            }
            try {
                stream.onNext(AccessListMessage.newBuilder().setUpdate(update()).build());
            } catch (Exception broken) {
                stream.onError(broken);
            }
        }

        @Override
        public void reportReceipt(
                AccessListReceipt receipt, StreamObserver<AccessListReceiptAccepted> answer) {
            answer.onNext(AccessListReceiptAccepted.getDefaultInstance());
            answer.onCompleted();
        }

        private AccessListUpdate update() throws Exception {
            String key = "attachment:" + ATTACHMENT;
            ByteString entry =
                    AccessEntry.newBuilder()
                            .setAttachment(
                                    AttachmentAccess.newBuilder()
                                            .setAttachmentId(ATTACHMENT)
                                            .setNodeId(coop.enrolled.getFirst())
                                            .setPrefixV4("10.201.1.0/24")
                                            .setPrefixV6("fd42:201:1::/64")
                                            .setRule(AccessRule.ACCESS_RULE_FULL))
                            .build()
                            .toByteString();
            byte[] head =
                    AccessListHead.newBuilder()
                            .setVersion(1)
                            .setNotBefore(at(Instant.now().minusSeconds(60)))
                            .setNotAfter(at(Instant.now().plusSeconds(86_400)))
                            .setFailMode(FailMode.FAIL_MODE_KEEP)
                            .setEntries(1)
                            .setEntriesHash(ByteString.copyFrom(hash(key, entry.toByteArray())))
                            .setIssuedAt(at(Instant.now()))
                            .build()
                            .toByteArray();
            byte[] label = "coopmesh-access-list-v1\0".getBytes(StandardCharsets.US_ASCII);
            byte[] message =
                    ByteBuffer.allocate(label.length + head.length).put(label).put(head).array();
            return AccessListUpdate.newBuilder()
                    .addChanges(AccessListChange.newBuilder().setKey(key).setEntry(entry))
                    .setLast(true)
                    .setHead(ByteString.copyFrom(head))
                    .setSignature(ByteString.copyFrom(coop.signList(message)))
                    .setKeyId("k1")
                    .build();
        }

        /** As AccessListHead.entries_hash has it, for one entry. */
        private static byte[] hash(String key, byte[] entry) throws Exception {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            byte[] name = key.getBytes(StandardCharsets.UTF_8);
            byte[] place = sha256.digest(name);
            int mine = (place[0] & 0xff) << 2 | (place[1] & 0xff) >> 6;
            ByteBuffer bucket = ByteBuffer.allocate(8 + name.length + entry.length);
            bucket.putInt(name.length).put(name).putInt(entry.length).put(entry);
            byte[] full = sha256.digest(bucket.array());
            byte[] empty = sha256.digest();
            for (int i = 0; i < 1_024; i++) sha256.update(i == mine ? full : empty);
            return sha256.digest();
        }

        private static Timestamp at(Instant instant) {
            return Timestamp.newBuilder().setSeconds(instant.getEpochSecond()).build();
        }
    }
}
