package org.coopmesh.billing.metering;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.coopmesh.contracts.billing.v1.AttachmentUsage;
import org.coopmesh.contracts.billing.v1.ReportUsageRequest;
import org.coopmesh.contracts.billing.v1.SignedRun;
import org.coopmesh.contracts.billing.v1.UsageReport;

/** A node as it is when it reports: a key, a boot, and the chain so far. */
final class ReportingNode {
    private static final SecureRandom RANDOM = new SecureRandom();

    final byte[] identityKey;
    final NodeId id;
    UUID boot = UUID.randomUUID();
    long sequence;
    ByteString previous = ByteString.EMPTY;
    private final Ed25519PrivateKeyParameters key = new Ed25519PrivateKeyParameters(RANDOM);

    ReportingNode() {
        byte[] prefix = HexFormat.of().parseHex("302a300506032b6570032100");
        identityKey = Arrays.copyOf(prefix, 44);
        System.arraycopy(key.generatePublicKey().getEncoded(), 0, identityKey, 12, 32);
        id = NodeId.of(Sha256.of(identityKey));
    }

    /** The next report, to be filled before {@link #seal}. */
    UsageReport.Builder window(Instant startedAt, Duration length) {
        return UsageReport.newBuilder()
                .setNodeId(id.hex())
                .setBootId(boot.toString())
                .setSequence(sequence + 1)
                .setPreviousHash(previous)
                .setStartedAt(timestamp(startedAt))
                .setEndedAt(timestamp(startedAt.plus(length)))
                .setAgentVersion("test");
    }

    /** Makes the report the newest of the chain. */
    ByteString seal(UsageReport.Builder report) {
        ByteString signed = report.build().toByteString();
        sequence = report.getSequence();
        previous = ByteString.copyFrom(Sha256.of(signed.toByteArray()));
        return signed;
    }

    /** One report of 5 minutes with one attachment of the node's own. */
    ByteString report(Instant startedAt, AttachmentId attachment, long down, long up) {
        return seal(
                window(startedAt, Duration.ofMinutes(5)).addAttachments(own(attachment, down, up)));
    }

    /** Consecutive 5-minute windows from {@code startedAt}, each {@code down} and {@code up} bytes. */
    List<ByteString> reports(
            Instant startedAt, int windows, AttachmentId attachment, long down, long up) {
        var reports = new ArrayList<ByteString>();
        for (int i = 0; i < windows; i++) {
            reports.add(report(startedAt.plus(Duration.ofMinutes(5L * i)), attachment, down, up));
        }
        return reports;
    }

    SignedRun run(List<ByteString> reports) {
        return SignedRun.newBuilder()
                .addAllReports(reports)
                .setSignature(sign(reports.getLast()))
                .build();
    }

    SignedRun run(ByteString... reports) {
        return run(List.of(reports));
    }

    ReportUsageRequest request(SignedRun... runs) {
        return ReportUsageRequest.newBuilder()
                .setIdentityKey(ByteString.copyFrom(identityKey))
                .addAllRuns(List.of(runs))
                .build();
    }

    ReportUsageRequest request(ByteString... reports) {
        return request(run(reports));
    }

    Arrival arrival(List<ByteString> reports) {
        var verified = IdentityKey.of(identityKey);
        return new Arrival(
                verified,
                List.of(ReportChain.verified(reports, sign(reports.getLast()), verified, "run")));
    }

    ByteString sign(ByteString lastReport) {
        byte[] message =
                ReportChain.message(ByteString.copyFrom(Sha256.of(lastReport.toByteArray())));
        var signer = new Ed25519Signer();
        signer.init(true, key);
        signer.update(message, 0, message.length);
        return ByteString.copyFrom(signer.generateSignature());
    }

    static AttachmentUsage own(AttachmentId attachment, long down, long up) {
        return AttachmentUsage.newBuilder()
                .setAttachmentId(attachment.value().toString())
                .setOwn(true)
                .setInternetBytesDown(down)
                .setInternetBytesUp(up)
                .setTotalBytesDown(Math.max(down, 0))
                .setTotalBytesUp(Math.max(up, 0))
                .build();
    }

    static Timestamp timestamp(Instant at) {
        return Timestamp.newBuilder()
                .setSeconds(at.getEpochSecond())
                .setNanos(at.getNano())
                .build();
    }
}
