package org.coopmesh.billing.subscription;

import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Instant;
import org.coopmesh.contracts.membership.v1.NodeAttached;
import org.coopmesh.contracts.membership.v1.NodeEnrolled;
import org.coopmesh.contracts.membership.v1.NodeEvent;
import org.coopmesh.contracts.membership.v1.NodeOutageEnded;
import org.coopmesh.eventbus.FactFields;
import org.coopmesh.eventbus.Inbox;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Hears which nodes there are, which site holds which attachment from when to when, and what was out. */
@Component
class NodeListener {
    private final Inbox inbox;
    private final Attachments attachments;
    private final ApplicationEventPublisher hearers;

    NodeListener(Inbox inbox, Attachments attachments, ApplicationEventPublisher hearers) {
        this.inbox = inbox;
        this.attachments = attachments;
        this.hearers = hearers;
    }

    @KafkaListener(topics = "coopmesh.membership.node.v1")
    @Transactional
    void on(byte[] payload) throws InvalidProtocolBufferException {
        NodeEvent event = NodeEvent.parseFrom(payload);
        if (!inbox.accept(event.getEventId())) {
            return;
        }
        String nodeId = FactFields.nodeId("node_id", event.getNodeId());
        var at =
                Instant.ofEpochSecond(
                        event.getOccurredAt().getSeconds(), event.getOccurredAt().getNanos());
        switch (event.getFactCase()) {
            case ENROLLED -> {
                NodeEnrolled fact = event.getEnrolled();
                attachments.enrolled(
                        nodeId,
                        new MemberId(
                                FactFields.id("enrolled.owner_member_id", fact.getOwnerMemberId())),
                        new SiteId(FactFields.id("enrolled.site_id", fact.getSiteId())),
                        fact.getGateway());
            }
            case ATTACHED -> {
                NodeAttached fact = event.getAttached();
                attachments.attached(
                        FactFields.id("attached.attachment_id", fact.getAttachmentId()),
                        nodeId,
                        new SiteId(FactFields.id("attached.site_id", fact.getSiteId())),
                        new MemberId(FactFields.id("attached.member_id", fact.getMemberId())),
                        at);
            }
            case DETACHED ->
                    attachments.detached(
                            FactFields.id(
                                    "detached.attachment_id",
                                    event.getDetached().getAttachmentId()),
                            at);
            case RETIRED -> attachments.ended(nodeId, "retired");
            case REVOKED -> attachments.ended(nodeId, "revoked");
            case OUTAGE_ENDED -> {
                NodeOutageEnded fact = event.getOutageEnded();
                var began =
                        Instant.ofEpochSecond(
                                fact.getBeganAt().getSeconds(), fact.getBeganAt().getNanos());
                if (at.isAfter(began)) {
                    hearers.publishEvent(
                            new OutageEnded(
                                    FactFields.id(
                                            "outage_ended.attachment_id", fact.getAttachmentId()),
                                    nodeId,
                                    new SiteId(
                                            FactFields.id(
                                                    "outage_ended.site_id", fact.getSiteId())),
                                    new MemberId(
                                            FactFields.id(
                                                    "outage_ended.member_id", fact.getMemberId())),
                                    fact.getFaultNodeId().isEmpty()
                                            ? null
                                            : FactFields.nodeId(
                                                    "outage_ended.fault_node_id",
                                                    fact.getFaultNodeId()),
                                    began,
                                    at));
                }
            }
            case PORT_BLOCKS_SET -> {} // Which ports are whose is nothing to bill.
            case FACT_NOT_SET -> {} // A newer fact than this version knows.
        }
    }
}
