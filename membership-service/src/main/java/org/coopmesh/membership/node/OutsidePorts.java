package org.coopmesh.membership.node;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.coopmesh.eventbus.Outbox;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * By which ports of which outside addresses attachments left their gateways, over time. Gateways tell the parameters, and nobody
 * tells flows: there is no log to lose.
 */
@Service
public class OutsidePorts {
    private static final Duration FUTURE_MAX = Duration.ofMinutes(2);
    private static final Logger log = LoggerFactory.getLogger(OutsidePorts.class);

    private final PortBlockEpochs epochs;
    private final Nodes nodes;
    private final Attachments attachments;
    private final Outbox outbox;
    private final Clock clock;

    OutsidePorts(
            PortBlockEpochs epochs,
            Nodes nodes,
            Attachments attachments,
            Outbox outbox,
            Clock clock) {
        this.epochs = epochs;
        this.nodes = nodes;
        this.attachments = attachments;
        this.outbox = outbox;
        this.clock = clock;
    }

    /**
     * Keeps what is newer than what the node told before, and announces it. What it told before it cannot change, and only a
     * gateway is believed: what is left out is logged.
     *
     * @param told oldest first
     */
    @Transactional
    public void tell(NodeId node, List<PortBlockEpoch> told) {
        if (told.isEmpty()) return;
        Instant now = clock.instant();
        Optional<Instant> newest = epochs.newest(node);
        List<PortBlockEpoch> fresh =
                told.stream()
                        .filter(epoch -> newest.isEmpty() || epoch.since().isAfter(newest.get()))
                        .toList();
        if (fresh.isEmpty()) return;
        boolean gateway = nodes.find(node).filter(found -> found.about().gateway()).isPresent();
        for (PortBlockEpoch epoch : fresh) {
            boolean future = epoch.since().isAfter(now.plus(FUTURE_MAX));
            if (!gateway || future) {
                log.atWarn()
                        .addKeyValue("nodeId", node)
                        .addKeyValue("why", future ? "since lies in the future" : "no gateway")
                        .log("port blocks left out");
            } else if (epochs.insert(node, epoch, now)) {
                outbox.add(NodeEvents.TOPIC, node.hex(), NodeEvents.portBlocksSet(node, epoch));
            }
        }
    }

    /** Who left by a port: an attachment of a slot, at one gateway. */
    public record Holder(NodeId gateway, Prefix slot, Optional<AttachmentId> attachment) {}

    /**
     * Who may have left by {@code port} of {@code address} at a moment: one holder for each gateway that had this address then,
     * which is one unless somebody lies. None where the port was a gateway's own.
     *
     * @param address IPv4, as its own prefix
     */
    @Transactional(readOnly = true)
    public List<Holder> holders(Prefix address, int port, Instant moment) {
        return epochs.at(address, moment).stream()
                .flatMap(of ->
                        of.blocks().inside(address, port).stream()
                                .map(slot ->
                                        new Holder(
                                                of.node(),
                                                slot,
                                                attachments.holderOf(slot, moment))))
                .toList();
    }
}
