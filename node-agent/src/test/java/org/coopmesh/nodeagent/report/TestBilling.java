package org.coopmesh.nodeagent.report;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.util.PublicKeyFactory;
import org.coopmesh.contracts.billing.v1.Durable;
import org.coopmesh.contracts.billing.v1.ReportUsageRequest;
import org.coopmesh.contracts.billing.v1.ReportUsageResponse;
import org.coopmesh.contracts.billing.v1.SignedRun;
import org.coopmesh.contracts.billing.v1.UsageReport;
import org.coopmesh.contracts.billing.v1.UsageServiceGrpc.UsageServiceImplBase;

/** A billing service in memory that keeps the contract, and fails when told to. */
public final class TestBilling extends UsageServiceImplBase implements AutoCloseable {
    /** What goes wrong with one request. */
    enum Fault {
        NONE,
        DOWN,
        ANSWER_LOST,
        PARTLY_DURABLE
    }

    final Map<String, NavigableMap<Long, UsageReport>> kept = new LinkedHashMap<>();
    final Map<String, NavigableMap<Long, ByteString>> bytes = new LinkedHashMap<>();
    final List<List<Long>> requests = new ArrayList<>();
    RandomGenerator faults = null;
    Fault next = Fault.NONE;
    Status status = Status.OK;
    Instant serverTime = Instant.EPOCH;
    Predicate<UsageReport> malformed = report -> false;
    int duplicates;
    public volatile int conflicts;

    private final String name = UUID.randomUUID().toString();
    private final Server server;
    final ManagedChannel channel;

    public TestBilling() throws Exception {
        server =
                InProcessServerBuilder.forName(name)
                        .directExecutor()
                        .addService(this)
                        .build()
                        .start();
        channel = InProcessChannelBuilder.forName(name).directExecutor().build();
    }

    @Override
    public synchronized void reportUsage(
            ReportUsageRequest request, StreamObserver<ReportUsageResponse> response) {
        Fault fault = next;
        next = Fault.NONE;
        if (faults != null) fault = Fault.values()[faults.nextInt(Fault.values().length)];
        if (!status.isOk() || fault == Fault.DOWN) {
            response.onError((status.isOk() ? Status.UNAVAILABLE : status).asException());
            return;
        }
        Map<String, Durable.Builder> durable = new LinkedHashMap<>();
        List<Long> sequences = new ArrayList<>();
        try {
            if (request.getRunsCount() > 64 || request.getSerializedSize() > 4 << 20) {
                throw new IllegalArgumentException("too large");
            }
            for (SignedRun run : request.getRunsList()) check(run, request.getIdentityKey());
            int reports = request.getRunsList().stream().mapToInt(SignedRun::getReportsCount).sum();
            int limit = fault == Fault.PARTLY_DURABLE ? (reports + 1) / 2 : reports;
            for (SignedRun run : request.getRunsList()) {
                for (ByteString raw : run.getReportsList()) {
                    if (limit-- <= 0) break;
                    UsageReport report = UsageReport.parseFrom(raw);
                    keep(report, raw);
                    sequences.add(report.getSequence());
                    Durable.Builder of =
                            durable.computeIfAbsent(
                                    report.getBootId(),
                                    boot -> Durable.newBuilder().setBootId(boot));
                    of.setUpToSequence(Math.max(of.getUpToSequence(), report.getSequence()));
                }
            }
        } catch (Exception refused) {
            response.onError(
                    Status.INVALID_ARGUMENT.withDescription(refused.getMessage()).asException());
            return;
        }
        requests.add(sequences);
        if (fault == Fault.ANSWER_LOST) {
            response.onError(Status.UNAVAILABLE.asException());
            return;
        }
        ReportUsageResponse.Builder answer = ReportUsageResponse.newBuilder();
        for (Durable.Builder of : durable.values()) {
            var seen = kept.get(of.getBootId());
            for (long sequence = 1; sequence < of.getUpToSequence(); sequence++) {
                if (!seen.containsKey(sequence)) of.addMissing(sequence);
            }
            answer.addDurable(of);
        }
        if (serverTime.isAfter(Instant.EPOCH)) {
            answer.setServerTime(Timestamp.newBuilder().setSeconds(serverTime.getEpochSecond()));
        }
        response.onNext(answer.build());
        response.onCompleted();
    }

    /** Every report that is kept, in the order of the chain, each naming the hash of the one before. */
    public synchronized List<UsageReport> chain() {
        List<UsageReport> reports = new ArrayList<>();
        kept.values().forEach(boot -> reports.addAll(boot.values()));
        return reports;
    }

    @Override
    public void close() {
        channel.shutdownNow();
        server.shutdownNow();
    }

    private void keep(UsageReport report, ByteString raw) {
        var before =
                bytes.computeIfAbsent(report.getBootId(), boot -> new TreeMap<>())
                        .putIfAbsent(report.getSequence(), raw);
        if (before == null) {
            kept.computeIfAbsent(report.getBootId(), boot -> new TreeMap<>())
                    .put(report.getSequence(), report);
        } else {
            duplicates++;
            if (!before.equals(raw)) {
                conflicts++;
                throw new IllegalStateException("one sequence, two reports");
            }
        }
    }

    private void check(SignedRun run, ByteString identityKey) throws Exception {
        if (run.getReportsCount() > 1_000) throw new IllegalArgumentException("run too long");
        String nodeId = HexFormat.of().formatHex(ReportChain.sha256(identityKey.toByteArray()));
        ByteString previous = null;
        for (ByteString raw : run.getReportsList()) {
            UsageReport report = parse(raw);
            if (malformed.test(report)) throw new IllegalArgumentException("malformed");
            if (!report.getNodeId().equals(nodeId)) throw new IllegalArgumentException("node");
            if (previous != null && !report.getPreviousHash().equals(hash(previous))) {
                throw new IllegalArgumentException("chain broken at " + report.getSequence());
            }
            previous = raw;
        }
        byte[] label = "coopmesh-usage-v1\0".getBytes(StandardCharsets.US_ASCII);
        byte[] hash = hash(previous).toByteArray();
        Ed25519Signer verifier = new Ed25519Signer();
        verifier.init(
                false,
                (Ed25519PublicKeyParameters) PublicKeyFactory.createKey(identityKey.toByteArray()));
        verifier.update(label, 0, label.length);
        verifier.update(hash, 0, hash.length);
        if (!verifier.verifySignature(run.getSignature().toByteArray())) {
            throw new IllegalArgumentException("signature");
        }
    }

    public static ByteString hash(ByteString report) {
        return ByteString.copyFrom(ReportChain.sha256(report.toByteArray()));
    }

    private static UsageReport parse(ByteString raw) throws InvalidProtocolBufferException {
        return UsageReport.parseFrom(raw);
    }
}
