package org.coopmesh.billing.metering;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.coopmesh.billing.metering.GroupCommit.NotDurable;
import org.coopmesh.billing.metering.UsageMeters.Refusal;
import org.coopmesh.billing.subscription.PayerRegister;
import org.coopmesh.contracts.billing.v1.Durable;
import org.coopmesh.contracts.billing.v1.ReportUsageRequest;
import org.coopmesh.contracts.billing.v1.ReportUsageResponse;
import org.coopmesh.contracts.billing.v1.SetAside;
import org.coopmesh.contracts.billing.v1.SignedRun;
import org.coopmesh.contracts.billing.v1.UsageServiceGrpc.UsageServiceImplBase;
import org.springframework.grpc.server.service.GrpcService;

/** Takes usage reports from nodes. What it answers is durable; each node speaks only for itself. */
@GrpcService(interceptors = NodeCertificate.class)
class UsageEndpoint extends UsageServiceImplBase {
    /** The largest request. */
    static final int REQUEST_BYTES_MAX = 4 * 1024 * 1024;

    /** The most runs in a request. */
    static final int RUNS_MAX = 64;

    /** Asks for revocations at a time, so that those who ask never hold the connections that the writers need. */
    private static final int REVOCATION_LOOKUPS_MAX = 4;

    /** Decoded keys remembered; the least recently used is decoded again. */
    private static final int KEYS_MAX = 50_000;

    private final Metering metering;
    private final PayerRegister payers;
    private final UsageMeters meters;
    private final Clock clock;
    private final Semaphore revocationLookups = new Semaphore(REVOCATION_LOOKUPS_MAX);
    private final Map<ByteString, IdentityKey> keys =
            Collections.synchronizedMap(
                    new LinkedHashMap<>(256, 0.75f, true) {
                        private static final long serialVersionUID = 1L;

                        @Override
                        protected boolean removeEldestEntry(
                                Map.Entry<ByteString, IdentityKey> eldest) {
                            return size() > KEYS_MAX;
                        }
                    });

    UsageEndpoint(Metering metering, PayerRegister payers, UsageMeters meters, Clock clock) {
        this.metering = metering;
        this.payers = payers;
        this.meters = meters;
        this.clock = clock;
    }

    @Override
    public void reportUsage(
            ReportUsageRequest request, StreamObserver<ReportUsageResponse> response) {
        NodeId node = NodeCertificate.NODE.get();
        if (isRevoked(node)) {
            meters.refused(Refusal.REVOKED);
            response.onError(
                    Status.PERMISSION_DENIED
                            .withDescription("the node is revoked")
                            .asRuntimeException());
            return;
        }
        Arrival arrival;
        try {
            arrival = arrival(request, node);
        } catch (MalformedReport malformed) {
            meters.refused(Refusal.MALFORMED);
            response.onError(
                    Status.INVALID_ARGUMENT
                            .withDescription(malformed.getMessage())
                            .asRuntimeException());
            return;
        } catch (SpeaksForAnother foreign) {
            meters.refused(Refusal.FOREIGN);
            response.onError(
                    Status.PERMISSION_DENIED
                            .withDescription(foreign.getMessage())
                            .asRuntimeException());
            return;
        }
        List<Receipt> receipts;
        try {
            metering.certified(node, NodeCertificate.CERTIFICATE.get());
            receipts = metering.record(arrival);
        } catch (NotDurable again) {
            meters.refused(Refusal.BUSY);
            response.onError(
                    Status.UNAVAILABLE.withDescription(again.getMessage()).asRuntimeException());
            return;
        }
        meters.durable(arrival, receipts);
        response.onNext(answer(receipts));
        response.onCompleted();
    }

    /** A retired node is not: what it counted before it went is in its spool and owed. What it counts later is billed to nobody. */
    private boolean isRevoked(NodeId node) {
        revocationLookups.acquireUninterruptibly();
        try {
            return payers.isRevoked(node.hex());
        } finally {
            revocationLookups.release();
        }
    }

    private Arrival arrival(ReportUsageRequest request, NodeId node) {
        if (request.getSerializedSize() > REQUEST_BYTES_MAX) {
            throw new MalformedReport("request", "at most " + REQUEST_BYTES_MAX + " bytes");
        }
        if (request.getRunsCount() < 1 || request.getRunsCount() > RUNS_MAX) {
            throw new MalformedReport("runs", "must be 1 to " + RUNS_MAX);
        }
        IdentityKey key = key(request.getIdentityKey());
        if (!key.nodeId().equals(node)) throw new SpeaksForAnother("identity_key");
        var chains = new ArrayList<ReportChain>(request.getRunsCount());
        for (int i = 0; i < request.getRunsCount(); i++) {
            SignedRun run = request.getRuns(i);
            chains.add(
                    ReportChain.verified(
                            run.getReportsList(), run.getSignature(), key, "runs[" + i + "]"));
        }
        return new Arrival(key, chains);
    }

    private IdentityKey key(ByteString encoded) {
        IdentityKey remembered = keys.get(encoded);
        if (remembered != null) return remembered;
        IdentityKey key = IdentityKey.of(encoded.toByteArray());
        keys.put(encoded, key);
        return key;
    }

    private ReportUsageResponse answer(List<Receipt> receipts) {
        var answer = ReportUsageResponse.newBuilder();
        for (Receipt receipt : receipts) {
            var durable =
                    Durable.newBuilder()
                            .setBootId(receipt.bootId().toString())
                            .setUpToSequence(receipt.upTo())
                            .addAllMissing(receipt.missing());
            for (Receipt.SetAside setAside : receipt.setAside()) {
                durable.addSetAside(
                        SetAside.newBuilder()
                                .setSequence(setAside.sequence())
                                .setReason(setAside.reason().told()));
            }
            answer.addDurable(durable);
        }
        Instant now = clock.instant();
        return answer.setServerTime(
                        Timestamp.newBuilder()
                                .setSeconds(now.getEpochSecond())
                                .setNanos(now.getNano()))
                .build();
    }
}
