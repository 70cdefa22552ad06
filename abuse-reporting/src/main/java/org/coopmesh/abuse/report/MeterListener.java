package org.coopmesh.abuse.report;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.List;
import org.coopmesh.contracts.billing.v1.LinkDiscrepancy;
import org.coopmesh.contracts.billing.v1.MeterEvent;
import org.coopmesh.eventbus.FactFields;
import org.coopmesh.eventbus.Inbox;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Hears of links whose two ends disagree about what passed them, and makes a complaint of each. */
@Component
class MeterListener {
    /** What the signed reports of one end come as: the fact's SignedEvidence, byte for byte. */
    static final String EVIDENCE_TYPE = "application/x-protobuf";

    private final Intake intake;
    private final Inbox inbox;

    MeterListener(Intake intake, Inbox inbox) {
        this.intake = intake;
        this.inbox = inbox;
    }

    @KafkaListener(topics = "coopmesh.billing.meter.v1")
    @Transactional
    void on(byte[] payload) throws InvalidProtocolBufferException {
        MeterEvent event = MeterEvent.parseFrom(payload);
        if (!inbox.accept(event.getEventId())) {
            return;
        }
        switch (event.getFactCase()) {
            case LINK_DISCREPANCY -> intake.receiveOfMeter(complaint(event.getLinkDiscrepancy()));
            case SET_ASIDE, DECIDED, DAY_CLOSED -> {} // Between the node's owner and billing.
            case FACT_NOT_SET -> {} // A newer fact than this version knows.
        }
    }

    /** Nobody complains here: the meter does. Complaints about one link are one case until it is decided. */
    private static Intake.Submission complaint(LinkDiscrepancy fact) {
        String low = FactFields.nodeId("link_discrepancy.low_node_id", fact.getLowNodeId());
        String high = FactFields.nodeId("link_discrepancy.high_node_id", fact.getHighNodeId());
        return new Intake.Submission(
                Category.NETWORK_MISUSE,
                new Reporter.Anonymous(),
                null,
                null,
                instant(fact.getShownFrom()),
                description(fact, low, high),
                Report.linkUrl(low, high),
                List.of(
                        new Intake.Attached(EVIDENCE_TYPE, fact.getLow().toByteArray()),
                        new Intake.Attached(EVIDENCE_TYPE, fact.getHigh().toByteArray())),
                new Origin(Format.METER, null, null),
                null);
    }

    private static String description(LinkDiscrepancy fact, String low, String high) {
        return """
        The meter found that the two ends of a link disagree by more than counters and loss explain, in %d windows from %s \
        to %s. One of them, from %s to %s, with the signed reports of both ends as evidence:
        node %s says it sent %s bytes, node %s says it received %s;
        node %s says it sent %s bytes, node %s says it received %s.
        Tolerated are %s bytes and a loss of %d parts in a million. One of the two counts wrong; the reports do not say which.
        """
                .formatted(
                        fact.getWindowsOutside(),
                        instant(fact.getFrom()),
                        instant(fact.getTo()),
                        instant(fact.getShownFrom()),
                        instant(fact.getShownTo()),
                        low,
                        Long.toUnsignedString(fact.getLowSentBytes()),
                        high,
                        Long.toUnsignedString(fact.getHighReceivedBytes()),
                        high,
                        Long.toUnsignedString(fact.getHighSentBytes()),
                        low,
                        Long.toUnsignedString(fact.getLowReceivedBytes()),
                        Long.toUnsignedString(fact.getEpsilonBytes()),
                        fact.getLossPpm());
    }

    private static Instant instant(Timestamp at) {
        return Instant.ofEpochSecond(at.getSeconds(), at.getNanos());
    }
}
