package org.coopmesh.nodeagent.report;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.coopmesh.contracts.billing.v1.Durable;
import org.coopmesh.contracts.billing.v1.ReportUsageRequest;
import org.coopmesh.contracts.billing.v1.ReportUsageResponse;
import org.coopmesh.contracts.billing.v1.SetAside;
import org.coopmesh.contracts.billing.v1.SignedRun;
import org.coopmesh.contracts.billing.v1.UsageReport;
import org.coopmesh.contracts.billing.v1.UsageServiceGrpc;
import org.coopmesh.nodeagent.identity.Causes;
import org.coopmesh.nodeagent.identity.FullJitter;
import org.coopmesh.nodeagent.identity.NodeIdentity;
import org.coopmesh.nodeagent.spool.Spool;
import org.coopmesh.nodeagent.spool.SpooledWindow;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings spooled windows to billing; the second door of this capability.
 *
 * <p>Sends oldest first, and with every batch of a backlog the newest window too, so that a node that was away shows at once
 * that it lives. Only what billing calls durable leaves the spool. An answer that is lost costs a repetition, which billing
 * recognises.
 */
public final class UsageReporter {
    static final int BATCH_WINDOWS_MAX = 500;
    private static final long BATCH_BYTES_MAX = 1 << 20;
    private static final int RUNS_MAX = 64;
    private static final int REFUSED_MAX = 1_000;
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final Duration REFUSED_WAIT = Duration.ofMinutes(5);
    private static final byte[] LABEL = "coopmesh-usage-v1\0".getBytes(StandardCharsets.US_ASCII);
    private static final Logger log = LoggerFactory.getLogger(UsageReporter.class);

    private final NodeIdentity identity;
    private final Channel billing;
    private final Spool spool;
    private final Consumer<Instant> serverTime;
    private final Duration spreadMax;
    private final RandomGenerator random;
    private final FullJitter backOff;
    private final Semaphore woken = new Semaphore(0);
    private final Set<Long> refused = new LinkedHashSet<>();
    private int batchWindows = BATCH_WINDOWS_MAX;
    private volatile Progress progress;

    /**
     * How far reporting has come.
     *
     * @param until end of the newest window that billing has; empty where none is known
     * @param accepted windows since the agent started
     * @param failures calls since the agent started that brought nothing
     * @param failing why the last call failed; empty after one that did not
     */
    public record Progress(Optional<Instant> until, long accepted, long failures, String failing) {
        private Progress accepted(List<Sent> windows) {
            Optional<Instant> newest =
                    Stream.concat(until.stream(), windows.stream().map(Sent::endedAt))
                            .max(Comparator.naturalOrder());
            return new Progress(newest, accepted + windows.size(), failures, "");
        }

        private Progress failed(String why) {
            return new Progress(until, accepted, failures + 1, why);
        }
    }

    /**
     * Reports what is in {@code spool}.
     *
     * @param spreadMax nodes close their windows at the same moment; each waits a random time of up to this before it sends
     */
    public UsageReporter(
            NodeIdentity identity,
            Channel billing,
            Spool spool,
            Consumer<Instant> serverTime,
            Duration spreadMax,
            RandomGenerator random)
            throws IOException {
        this.identity = identity;
        this.billing = billing;
        this.spool = spool;
        this.serverTime = serverTime;
        this.spreadMax = spreadMax;
        this.random = random;
        this.backOff = new FullJitter(Duration.ofMillis(500), Duration.ofSeconds(60), random);
        this.progress = new Progress(spool.newestReleased().map(SpooledWindow::endedAt), 0, 0, "");
    }

    /** How far reporting has come; may be asked from any thread. */
    public Progress progress() {
        return progress;
    }

    /** Says that a new window is in the spool. */
    public void wake() {
        woken.release();
    }

    /** Reports until interrupted. */
    public void run() throws InterruptedException {
        while (true) {
            switch (sendOnce()) {
                case DONE -> {
                    backOff.reset();
                    woken.acquire();
                    woken.drainPermits();
                    Thread.sleep(random.nextLong(spreadMax.toMillis() + 1));
                }
                case MORE -> backOff.reset();
                case FAILED -> Thread.sleep(backOff.next());
                case SMALLER -> Thread.sleep(random.nextLong(100));
                case REFUSED -> Thread.sleep(REFUSED_WAIT.plus(backOff.next()));
            }
        }
    }

    /** Tries once to send what waits; only after {@link #run} has ended. */
    public void flush() {
        log.atDebug().addKeyValue("outcome", sendOnce()).log("usage flushed");
    }

    /** What one attempt came to. */
    enum Outcome {
        /** Nothing is left to send. */
        DONE,
        MORE,
        FAILED,
        /** Billing found the request malformed or too large; the next one is smaller. */
        SMALLER,
        /** Billing does not want to hear from this node. */
        REFUSED
    }

    /** Sends one batch. */
    Outcome sendOnce() {
        try {
            List<Sent> batch = batch();
            if (batch.isEmpty()) return Outcome.DONE;
            spool.beforeSending(batch.stream().mapToLong(Sent::index).max().getAsLong());
            return send(batch);
        } catch (IOException failed) {
            progress = progress.failed("spool unusable: " + failed.getMessage());
            log.atError().addKeyValue("why", failed.getMessage()).log("spool unusable");
            return Outcome.FAILED;
        }
    }

    private Outcome send(List<Sent> batch) throws IOException {
        ReportUsageResponse response;
        try {
            response =
                    UsageServiceGrpc.newBlockingStub(billing)
                            .withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
                            .reportUsage(request(batch));
        } catch (StatusRuntimeException failed) {
            return failed(failed, batch);
        }
        if (response.hasServerTime()) serverTime.accept(instant(response.getServerTime()));
        Set<Long> durable = durable(response, batch);
        spool.release(durable);
        progress =
                durable.isEmpty()
                        ? progress.failed("billing made nothing durable")
                        : progress.accepted(
                                batch.stream()
                                        .filter(sent -> durable.contains(sent.index()))
                                        .toList());
        batchWindows = Math.min(BATCH_WINDOWS_MAX, batchWindows * 2);
        log.atDebug()
                .addKeyValue("sent", batch.size())
                .addKeyValue("durable", durable.size())
                .addKeyValue("waiting", spool.windows())
                .log("usage reported");
        if (durable.isEmpty()) return Outcome.FAILED;
        return batch().isEmpty() ? Outcome.DONE : Outcome.MORE;
    }

    private Outcome failed(StatusRuntimeException failed, List<Sent> batch) {
        Status status = failed.getStatus();
        String why = Causes.inWords(failed);
        progress = progress.failed(why);
        log.atWarn()
                .addKeyValue("status", status.getCode())
                .addKeyValue("why", why)
                .addKeyValue("windows", batch.size())
                .log("usage not accepted");
        return switch (status.getCode()) {
            case PERMISSION_DENIED -> {
                log.atError().log("billing refuses this node, its windows stay in the spool");
                yield Outcome.REFUSED;
            }
            case INVALID_ARGUMENT, RESOURCE_EXHAUSTED -> {
                batchWindows = Math.max(1, batch.size() / 2);
                if (batch.size() > 1) yield Outcome.SMALLER;
                if (status.getCode() != Status.Code.INVALID_ARGUMENT) yield Outcome.FAILED;
                Sent one = batch.getFirst();
                log.atError()
                        .addKeyValue("bootId", one.bootId())
                        .addKeyValue("sequence", one.sequence())
                        .log("report refused as malformed, it stays in the spool");
                if (refused.size() >= REFUSED_MAX) refused.remove(refused.iterator().next());
                refused.add(one.index());
                yield Outcome.SMALLER;
            }
            case DEADLINE_EXCEEDED -> {
                // A slow line: less at once arrives, and what arrives does not come again.
                batchWindows = Math.max(1, batch.size() / 2);
                yield Outcome.FAILED;
            }
            default -> Outcome.FAILED;
        };
    }

    /** The oldest windows that billing lacks, and the newest. */
    private List<Sent> batch() throws IOException {
        List<Sent> batch = new ArrayList<>();
        long from = 0;
        while (batch.isEmpty()) {
            List<SpooledWindow> found = spool.pending(from, batchWindows, BATCH_BYTES_MAX);
            if (found.isEmpty()) return batch;
            for (SpooledWindow window : found) {
                if (!refused.contains(window.index())) batch.add(Sent.of(window));
            }
            from = found.getLast().index() + 1;
        }
        batch.sort(Comparator.comparingLong(Sent::index));
        batch = runsOf(batch, RUNS_MAX - 1);
        if (batchWindows > 1) {
            long last = batch.getLast().index();
            spool.newestPending()
                    .filter(window -> window.index() > last && !refused.contains(window.index()))
                    .map(Sent::of)
                    .ifPresent(batch::add);
        }
        return batch;
    }

    private static List<Sent> runsOf(List<Sent> batch, int runsMax) {
        int runs = 1;
        for (int i = 1; i < batch.size(); i++) {
            if (!batch.get(i).follows(batch.get(i - 1)) && ++runs > runsMax) {
                return new ArrayList<>(batch.subList(0, i));
            }
        }
        return batch;
    }

    private ReportUsageRequest request(List<Sent> batch) {
        ReportUsageRequest.Builder request =
                ReportUsageRequest.newBuilder()
                        .setIdentityKey(ByteString.copyFrom(identity.identityKey()));
        int start = 0;
        for (int end = 1; end <= batch.size(); end++) {
            if (end < batch.size() && batch.get(end).follows(batch.get(end - 1))) continue;
            request.addRuns(run(batch.subList(start, end)));
            start = end;
        }
        return request.build();
    }

    private SignedRun run(List<Sent> windows) {
        SignedRun.Builder run = SignedRun.newBuilder();
        windows.forEach(window -> run.addReports(ByteString.copyFrom(window.report())));
        byte[] hash = ReportChain.sha256(windows.getLast().report());
        byte[] message = new byte[LABEL.length + hash.length];
        System.arraycopy(LABEL, 0, message, 0, LABEL.length);
        System.arraycopy(hash, 0, message, LABEL.length, hash.length);
        return run.setSignature(ByteString.copyFrom(identity.sign(message))).build();
    }

    /** Which of the batch are durable now; what billing misses and the spool still has is taken back to be sent. */
    private Set<Long> durable(ReportUsageResponse response, List<Sent> batch) {
        Set<Long> indexes = new LinkedHashSet<>();
        List<Long> recalled = new ArrayList<>();
        for (Durable durable : response.getDurableList()) {
            Set<Long> missing = new HashSet<>(durable.getMissingList());
            List<Sent> ofBoot =
                    batch.stream()
                            .filter(sent -> sent.bootId().equals(durable.getBootId()))
                            .toList();
            if (ofBoot.isEmpty()) continue;
            for (Sent window : ofBoot) {
                boolean upTo = window.sequence() <= durable.getUpToSequence();
                if (upTo && !missing.contains(window.sequence())) indexes.add(window.index());
            }
            // Within a boot the index runs along with the sequence.
            long offset = ofBoot.getFirst().index() - ofBoot.getFirst().sequence();
            missing.forEach(sequence -> recalled.add(offset + sequence));
        }
        spool.recall(recalled);
        for (Durable durable : response.getDurableList()) {
            for (SetAside setAside : durable.getSetAsideList()) {
                log.atWarn()
                        .addKeyValue("bootId", durable.getBootId())
                        .addKeyValue("sequence", setAside.getSequence())
                        .addKeyValue("reason", setAside.getReason())
                        .log("report set aside by billing");
            }
        }
        return indexes;
    }

    private static Instant instant(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }

    /** A window on its way, with its place in the chain. */
    @SuppressWarnings("ArrayRecordComponent") // Bytes are sent on, never compared as values.
    private record Sent(long index, String bootId, long sequence, Instant endedAt, byte[] report) {
        static Sent of(SpooledWindow window) {
            try {
                UsageReport report = UsageReport.parseFrom(window.report());
                return new Sent(
                        window.index(),
                        report.getBootId(),
                        report.getSequence(),
                        window.endedAt(),
                        window.report());
            } catch (InvalidProtocolBufferException impossible) {
                throw new IllegalStateException("undamaged window is no report", impossible);
            }
        }

        boolean follows(Sent before) {
            return bootId.equals(before.bootId) && sequence == before.sequence + 1;
        }
    }
}
