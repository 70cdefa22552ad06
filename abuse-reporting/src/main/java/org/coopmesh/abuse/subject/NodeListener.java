package org.coopmesh.abuse.subject;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import org.coopmesh.contracts.membership.v1.NodeAttached;
import org.coopmesh.contracts.membership.v1.NodeEvent;
import org.coopmesh.eventbus.FactFields;
import org.coopmesh.eventbus.Inbox;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Hears of nodes, of the prefixes given to them and of how gateways share their addresses. */
@Component
class NodeListener {
    private final SubjectRegister register;
    private final Inbox inbox;

    NodeListener(SubjectRegister register, Inbox inbox) {
        this.register = register;
        this.inbox = inbox;
    }

    @KafkaListener(topics = "coopmesh.membership.node.v1")
    @Transactional
    void on(byte[] payload) throws InvalidProtocolBufferException {
        NodeEvent event = NodeEvent.parseFrom(payload);
        if (!inbox.accept(event.getEventId())) {
            return;
        }
        switch (event.getFactCase()) {
            case ENROLLED ->
                    register.enrolled(
                            new NodeId(FactFields.nodeId("node_id", event.getNodeId())),
                            new MemberId(
                                    FactFields.id(
                                            "enrolled.owner_member_id",
                                            event.getEnrolled().getOwnerMemberId())),
                            new SiteId(
                                    FactFields.id(
                                            "enrolled.site_id", event.getEnrolled().getSiteId())),
                            event.getEnrolled().getGateway());
            case ATTACHED -> register.attached(attachment(event, event.getAttached()));
            case DETACHED ->
                    register.detached(
                            new AttachmentId(
                                    FactFields.id(
                                            "detached.attachment_id",
                                            event.getDetached().getAttachmentId())),
                            instant(event.getOccurredAt()));
            case RETIRED ->
                    register.ended(
                            new NodeId(FactFields.nodeId("node_id", event.getNodeId())), "retired");
            case REVOKED ->
                    register.ended(
                            new NodeId(FactFields.nodeId("node_id", event.getNodeId())), "revoked");
            case PORT_BLOCKS_SET ->
                    register.portBlocksSet(
                            new NodeId(FactFields.nodeId("node_id", event.getNodeId())),
                            instant(event.getOccurredAt()),
                            event.getPortBlocksSet().hasBlocks()
                                    ? blocks(event.getPortBlocksSet().getBlocks())
                                    : null);
            case OUTAGE_ENDED -> {} // Nothing that a complaint asks for.
            case FACT_NOT_SET -> {} // A newer fact.
        }
    }

    private static Attachment attachment(NodeEvent event, NodeAttached attached) {
        return new Attachment(
                new AttachmentId(
                        FactFields.id("attached.attachment_id", attached.getAttachmentId())),
                new NodeId(FactFields.nodeId("node_id", event.getNodeId())),
                new SiteId(FactFields.id("attached.site_id", attached.getSiteId())),
                new MemberId(FactFields.id("attached.member_id", attached.getMemberId())),
                prefix(attached.getPrefixV4()),
                prefix(attached.getPrefixV6()),
                prefix(attached.getRouterV4()),
                prefix(attached.getRouterV6()),
                instant(event.getOccurredAt()));
    }

    private static PortBlocks blocks(org.coopmesh.contracts.membership.v1.PortBlocks told) {
        return new PortBlocks(
                Prefix.parse(told.getInside()),
                told.getSlotLength(),
                told.getOutsideList().stream().map(Prefix::address).toList(),
                told.getFirstPort(),
                told.getLastPort(),
                told.getBlockPorts());
    }

    private static @Nullable Prefix prefix(String text) {
        return text.isEmpty() ? null : Prefix.parse(text);
    }

    private static Instant instant(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }
}
