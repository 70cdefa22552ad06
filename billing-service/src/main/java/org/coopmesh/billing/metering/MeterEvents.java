package org.coopmesh.billing.metering;

import com.google.protobuf.Timestamp;
import java.util.UUID;
import org.coopmesh.billing.metering.Verdict.Reason;
import org.coopmesh.contracts.billing.v1.MeterEvent;
import org.coopmesh.contracts.billing.v1.ReportSetAside;

/** Facts about reports as they go on the bus. */
final class MeterEvents {
    static final String TOPIC = "coopmesh.billing.meter.v1";

    private MeterEvents() {}

    static MeterEvent setAside(KeptReport kept, Reason reason) {
        UsageReport report = kept.report();
        return MeterEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setNodeId(report.nodeId().hex())
                .setOccurredAt(
                        Timestamp.newBuilder()
                                .setSeconds(kept.receivedAt().getEpochSecond())
                                .setNanos(kept.receivedAt().getNano()))
                .setSetAside(
                        ReportSetAside.newBuilder()
                                .setBootId(report.bootId().toString())
                                .setSequence(report.sequence())
                                .setReason(reason.told())
                                .setReportHash(report.hash()))
                .build();
    }
}
