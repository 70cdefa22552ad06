package org.coopmesh.load;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.coopmesh.contracts.billing.v1.AttachmentUsage;
import org.coopmesh.contracts.billing.v1.Durable;
import org.coopmesh.contracts.billing.v1.ReportUsageRequest;
import org.coopmesh.contracts.billing.v1.SignedRun;
import org.coopmesh.contracts.billing.v1.UplinkUsage;
import org.coopmesh.contracts.billing.v1.UsageReport;
import org.coopmesh.contracts.billing.v1.UsageServiceGrpc;

/**
 * Usage of nodes without a machine: each signs a window after the other, keeps what billing has not called durable, and hands it
 * over until it has. What was used is made up; that it was used is not to be forgotten.
 */
final class SimulatedReports implements AutoCloseable {
    /** The village's address pools have room for so many; who has none reports what went through its uplink. */
    private static final int ATTACHMENTS_MAX = 500;

    private static final int AT_ONCE_MAX = 500;
    private static final int BYTES_MAX = 5_000_000;
    private static final int ANSWER_SECONDS_MAX = 20;
    private static final Duration PATIENCE = Duration.ofMinutes(15);
    private static final byte[] LABEL = "coopmesh-usage-v1\0".getBytes(StandardCharsets.US_ASCII);

    private final Instant start;
    private final Duration window;
    private final List<Reporter> reporters;
    private final List<Thread> running = new ArrayList<>();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final AtomicInteger repeated = new AtomicInteger();
    private volatile boolean over;

    /**
     * @param start the co-op's time now; from then on nodes go by what billing says
     * @param attachments makes an attachment for a node, by the id under which the register keeps it
     */
    SimulatedReports(
            SimulatedNodes nodes,
            InetSocketAddress billing,
            Instant start,
            Duration window,
            UnaryOperator<String> attachments) {
        this.start = start;
        this.window = window;
        var attached = new AtomicInteger();
        this.reporters =
                nodes.known().stream()
                        .map(node ->
                                new Reporter(
                                        node.identity(),
                                        nodes.channel(billing, node.credentials()),
                                        attached.incrementAndGet() > ATTACHMENTS_MAX
                                                ? ""
                                                : attachments.apply(node.id())))
                        .toList();
    }

    /** Windows begin. */
    void begin() {
        for (Reporter reporter : reporters) {
            running.add(Thread.startVirtualThread(reporter::run));
        }
    }

    /** No window begins any more; returns when all are durable, or patience is at its end. */
    void end() throws InterruptedException {
        over = true;
        Instant giveUp = Instant.now().plus(PATIENCE);
        for (Thread each : running) {
            Duration left = Duration.between(Instant.now(), giveUp);
            if (!left.isPositive() || !each.join(left)) return;
        }
    }

    /** What was used through each attachment, down. */
    Map<String, Long> used() {
        var used = new TreeMap<String, Long>();
        reporters.stream()
                .filter(each -> !each.attachment.isEmpty())
                .forEach(each -> used.put(each.attachment, each.down));
        return used;
    }

    /** What is wrong with what billing said, and what it has never called durable. */
    List<String> wrong() {
        var all = new ArrayList<>(wrong);
        for (Reporter each : reporters) {
            if (!each.kept.isEmpty()) all.add(each.id + " keeps " + each.kept.size());
        }
        return all;
    }

    int windows() {
        return reporters.stream().mapToInt(each -> (int) each.sequence).sum();
    }

    int repeated() {
        return repeated.get();
    }

    private record Kept(long sequence, ByteString bytes) {}

    private final class Reporter {
        private final KeyPair identity;
        private final ManagedChannel channel;
        private final String id;
        private final String attachment;
        private final String boot = UUID.randomUUID().toString();
        private final Deque<Kept> kept = new ArrayDeque<>();
        private ByteString previous = ByteString.EMPTY;
        private volatile long sequence;
        private volatile long down;
        private Instant told = start;
        private long toldAt = System.nanoTime();
        private Instant endedAt = start;

        private Reporter(KeyPair identity, ManagedChannel channel, String attachment) {
            this.identity = identity;
            this.channel = channel;
            this.id = HexFormat.of().formatHex(hash(identity.getPublic().getEncoded()));
            this.attachment = attachment;
        }

        private void run() {
            // Not all at once
            pause(ThreadLocalRandom.current().nextLong(window.toMillis()));
            while (!over || !kept.isEmpty()) {
                if (!over) endWindow();
                boolean heard = kept.isEmpty() || handOver();
                pause(over && !heard ? 1_000 : over ? 10 : window.toMillis());
            }
        }

        private void endWindow() {
            Instant now = now();
            // What no clock has shown is in no window
            Instant from =
                    endedAt.isBefore(now.minus(window.multipliedBy(2)))
                            ? now.minus(window)
                            : endedAt;
            if (!from.isBefore(now)) return;
            int more = ThreadLocalRandom.current().nextInt(BYTES_MAX);
            down += more;
            sequence++;
            var window =
                    UsageReport.newBuilder()
                            .setNodeId(id)
                            .setBootId(boot)
                            .setSequence(sequence)
                            .setPreviousHash(previous)
                            .setStartedAt(timestamp(from))
                            .setEndedAt(timestamp(now))
                            .setAgentVersion("0.1.0");
            if (attachment.isEmpty()) {
                window.setUplink(
                        UplinkUsage.newBuilder().setInterface("wan").setBytesReceived(more));
            } else {
                window.addAttachments(
                        AttachmentUsage.newBuilder()
                                .setAttachmentId(attachment)
                                .setOwn(true)
                                .setInternetBytesDown(more)
                                .setPacketsDown(1 + more / 1_400)
                                .setTotalBytesDown(down));
            }
            ByteString report = window.build().toByteString();
            previous = ByteString.copyFrom(hash(report.toByteArray()));
            endedAt = now;
            kept.add(new Kept(sequence, report));
        }

        private Instant now() {
            return told.plusNanos(System.nanoTime() - toldAt);
        }

        private void goBy(Instant server) {
            if (!server.isAfter(now())) return;
            told = server;
            toldAt = System.nanoTime();
        }

        private boolean handOver() {
            List<Kept> run = kept.stream().limit(AT_ONCE_MAX).toList();
            try {
                var answer =
                        UsageServiceGrpc.newBlockingStub(channel)
                                .withDeadlineAfter(ANSWER_SECONDS_MAX, TimeUnit.SECONDS)
                                .reportUsage(request(run));
                goBy(
                        Instant.ofEpochSecond(
                                answer.getServerTime().getSeconds(),
                                answer.getServerTime().getNanos()));
                for (Durable durable : answer.getDurableList()) {
                    while (!kept.isEmpty() && kept.peek().sequence() <= durable.getUpToSequence())
                        kept.remove();
                    durable.getSetAsideList()
                            .forEach(aside ->
                                    wrong.add(
                                            id
                                                    + " "
                                                    + aside.getSequence()
                                                    + " set aside: "
                                                    + aside.getReason()));
                    durable.getMissingList()
                            .forEach(lost -> wrong.add(id + " " + lost + " is asked for again"));
                }
                return true;
            } catch (StatusRuntimeException notHeard) {
                repeated.incrementAndGet();
                return false;
            }
        }

        private ReportUsageRequest request(List<Kept> run) {
            var signed = SignedRun.newBuilder();
            run.forEach(each -> signed.addReports(each.bytes()));
            byte[] newest = hash(run.getLast().bytes().toByteArray());
            try {
                Signature signature = Signature.getInstance("Ed25519");
                signature.initSign(identity.getPrivate());
                signature.update(LABEL);
                signature.update(newest);
                signed.setSignature(ByteString.copyFrom(signature.sign()));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
            return ReportUsageRequest.newBuilder()
                    .setIdentityKey(ByteString.copyFrom(identity.getPublic().getEncoded()))
                    .addRuns(signed)
                    .build();
        }
    }

    private static Timestamp timestamp(Instant at) {
        return Timestamp.newBuilder()
                .setSeconds(at.getEpochSecond())
                .setNanos(at.getNano())
                .build();
    }

    private static byte[] hash(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        over = true;
        running.forEach(Thread::interrupt);
        reporters.forEach(each -> each.channel.shutdownNow());
    }
}
