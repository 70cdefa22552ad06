package org.coopmesh.membership.node;

import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.UUID;
import org.coopmesh.contracts.membership.v1.NodeAttached;
import org.coopmesh.contracts.membership.v1.NodeDetached;
import org.coopmesh.contracts.membership.v1.NodeEnrolled;
import org.coopmesh.contracts.membership.v1.NodeEvent;
import org.coopmesh.contracts.membership.v1.NodePortBlocksSet;
import org.coopmesh.contracts.membership.v1.NodeRetired;
import org.coopmesh.contracts.membership.v1.NodeRevoked;
import org.coopmesh.membership.member.MemberId;

/** What this service says of nodes, for topic coopmesh.membership.node.v1. */
final class NodeEvents {
    static final String TOPIC = "coopmesh.membership.node.v1";

    private NodeEvents() {}

    static NodeEvent enrolled(Node.Enrolled node, Instant at) {
        return event(node.credential().nodeId(), at)
                .setEnrolled(
                        NodeEnrolled.newBuilder()
                                .setOwnerMemberId(node.about().owner().toString())
                                .setSiteId(node.about().site().toString())
                                .setGateway(node.about().gateway()))
                .build();
    }

    static NodeEvent attached(NodeId node, Attachment attachment, MemberId member, Instant at) {
        return event(node, at)
                .setAttached(
                        NodeAttached.newBuilder()
                                .setAttachmentId(attachment.id().toString())
                                .setSiteId(attachment.site().toString())
                                .setMemberId(member.toString())
                                .setPrefixV4(Prefix.textOrEmpty(attachment.prefixV4()))
                                .setPrefixV6(Prefix.textOrEmpty(attachment.prefixV6()))
                                .setRouterV4(attachment.routerV4())
                                .setRouterV6(attachment.routerV6()))
                .build();
    }

    static NodeEvent detached(NodeId node, AttachmentId attachment, Instant at) {
        return event(node, at)
                .setDetached(NodeDetached.newBuilder().setAttachmentId(attachment.toString()))
                .build();
    }

    static NodeEvent retired(NodeId node, Instant at) {
        return event(node, at).setRetired(NodeRetired.getDefaultInstance()).build();
    }

    static NodeEvent revoked(NodeId node, Instant at) {
        return event(node, at).setRevoked(NodeRevoked.getDefaultInstance()).build();
    }

    static NodeEvent portBlocksSet(NodeId node, PortBlockEpoch epoch) {
        var fact = NodePortBlocksSet.newBuilder();
        PortBlocks blocks = epoch.blocks();
        if (blocks != null) {
            fact.getBlocksBuilder()
                    .setInside(blocks.inside().toString())
                    .setSlotLength(blocks.slotLength())
                    .addAllOutside(
                            blocks.outside().stream()
                                    .map(address -> Prefix.text(address.network(), false))
                                    .toList())
                    .setFirstPort(blocks.firstPort())
                    .setLastPort(blocks.lastPort())
                    .setBlockPorts(blocks.blockPorts());
        }
        return event(node, epoch.since()).setPortBlocksSet(fact).build();
    }

    private static NodeEvent.Builder event(NodeId node, Instant at) {
        return NodeEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setNodeId(node.hex())
                .setOccurredAt(
                        Timestamp.newBuilder()
                                .setSeconds(at.getEpochSecond())
                                .setNanos(at.getNano()));
    }
}
