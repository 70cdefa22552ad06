package org.coopmesh.billing.metering;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.coopmesh.billing.metering.LinkHour.Outside;
import org.coopmesh.billing.metering.Links.Discrepancy;
import org.coopmesh.billing.metering.Verdict.Reason;
import org.coopmesh.contracts.billing.v1.DayClosed;
import org.coopmesh.contracts.billing.v1.LinkDiscrepancy;
import org.coopmesh.contracts.billing.v1.MeterEvent;
import org.coopmesh.contracts.billing.v1.ReportDecided;
import org.coopmesh.contracts.billing.v1.ReportSetAside;
import org.coopmesh.contracts.billing.v1.SignedEvidence;

/** Facts about reports as they go on the bus. */
final class MeterEvents {
    static final String TOPIC = "coopmesh.billing.meter.v1";

    private MeterEvents() {}

    static MeterEvent setAside(KeptReport kept, Reason reason) {
        UsageReport report = kept.report();
        return fact(report.nodeId(), kept.receivedAt())
                .setSetAside(
                        ReportSetAside.newBuilder()
                                .setBootId(report.bootId().toString())
                                .setSequence(report.sequence())
                                .setReason(reason.told())
                                .setReportHash(report.hash()))
                .build();
    }

    /**
     * One signed report and what proves it.
     *
     * @param reports the report and those after it up to the end of its run; the first alone where that is too much
     * @param bytes of the whole proof, also where it is not all there
     */
    record Evidence(
            byte[] identityKey,
            List<ByteString> reports,
            ByteString signature,
            boolean whole,
            long bytes) {
        private SignedEvidence wire() {
            return SignedEvidence.newBuilder()
                    .setIdentityKey(ByteString.copyFrom(identityKey))
                    .addAllReports(reports)
                    .setSignature(signature)
                    .setWhole(whole)
                    .build();
        }
    }

    static MeterEvent discrepancy(
            Discrepancy found, Outside shown, Evidence low, Evidence high, LinkCheck check) {
        return fact(found.link().low(), found.raisedAt())
                .setLinkDiscrepancy(
                        LinkDiscrepancy.newBuilder()
                                .setDiscrepancyId(found.id().toString())
                                .setLowNodeId(found.link().low().hex())
                                .setHighNodeId(found.link().high().hex())
                                .setFrom(timestamp(found.from()))
                                .setTo(timestamp(found.to()))
                                .setWindowsOutside(found.windowsOutside())
                                .setShownFrom(timestamp(shown.low().startedAt()))
                                .setShownTo(timestamp(shown.low().endedAt()))
                                .setLowSentBytes(shown.low().sent())
                                .setHighReceivedBytes(shown.high().received())
                                .setHighSentBytes(shown.high().sent())
                                .setLowReceivedBytes(shown.low().received())
                                .setEpsilonBytes(check.epsilonBytes())
                                .setLossPpm(check.lossPpm())
                                .setLow(low.wire())
                                .setHigh(high.wire()))
                .build();
    }

    static MeterEvent decided(UsageReport report, boolean accepted, Instant at) {
        return fact(report.nodeId(), at)
                .setDecided(
                        ReportDecided.newBuilder()
                                .setBootId(report.bootId().toString())
                                .setSequence(report.sequence())
                                .setAccepted(accepted)
                                .setReportHash(report.hash()))
                .build();
    }

    static MeterEvent closed(UsageDays.Day day) {
        return MeterEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setOccurredAt(timestamp(day.closedAt()))
                .setDayClosed(
                        DayClosed.newBuilder()
                                .setDay(day.day().toString())
                                .setReports(day.reports())
                                .setRoot(ByteString.copyFrom(day.root())))
                .build();
    }

    private static MeterEvent.Builder fact(NodeId node, Instant at) {
        return MeterEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setNodeId(node.hex())
                .setOccurredAt(timestamp(at));
    }

    private static Timestamp timestamp(Instant at) {
        return Timestamp.newBuilder()
                .setSeconds(at.getEpochSecond())
                .setNanos(at.getNano())
                .build();
    }
}
