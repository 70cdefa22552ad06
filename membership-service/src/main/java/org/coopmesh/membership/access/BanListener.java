package org.coopmesh.membership.access;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.coopmesh.contracts.abuse.v1.BanEvent;
import org.coopmesh.contracts.abuse.v1.BanTarget;
import org.coopmesh.eventbus.FactFields;
import org.coopmesh.eventbus.Inbox;
import org.coopmesh.membership.node.NodeId;
import org.coopmesh.membership.node.Prefix;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Hears what abuse reporting says about bans. */
@Component
class BanListener {
    static final int TOGETHER_MAX = 20_000;

    /** Room for as many facts as that, of some 400 bytes each. */
    static final int FETCH_BYTES_MAX = 8 * 1024 * 1024;

    private final Inbox inbox;
    private final AccessControl access;

    BanListener(Inbox inbox, AccessControl access) {
        this.inbox = inbox;
        this.access = access;
    }

    /**
     * Of a thousand bans at once not each makes a version of the list: what one poll brings in goes into one. A poll brings more
     * than others' do, because a list of a hundred thousand comes as so many facts and each version costs a look at the whole.
     */
    @KafkaListener(
            topics = "coopmesh.abuse.ban.v1",
            batch = "true",
            properties = {
                "max.poll.records=" + TOGETHER_MAX,
                "max.partition.fetch.bytes=" + FETCH_BYTES_MAX
            })
    @Transactional
    void on(List<byte[]> payloads) throws InvalidProtocolBufferException {
        var events = new LinkedHashMap<String, BanEvent>();
        for (byte[] payload : payloads) {
            var event = BanEvent.parseFrom(payload);
            events.putIfAbsent(event.getEventId(), event);
        }
        events.keySet().retainAll(inbox.accept(events.keySet()));
        var words = new ArrayList<Bans.Word>();
        for (BanEvent event : events.values()) {
            word(event).ifPresent(words::add);
        }
        if (!words.isEmpty()) {
            access.hear(words);
        }
    }

    private static Optional<Bans.Word> word(BanEvent event) {
        var ban = FactFields.id("ban_id", event.getBanId());
        return switch (event.getFactCase()) {
            case IMPOSED ->
                    Optional.of(
                            new Bans.Imposed(
                                    ban,
                                    target(event.getTarget()),
                                    instant(event.getOccurredAt()),
                                    event.getImposed().hasUntil()
                                            ? instant(event.getImposed().getUntil())
                                            : null));
            case LIFTED, EXPIRED -> Optional.of(new Bans.Ended(ban, target(event.getTarget())));
            case FACT_NOT_SET -> Optional.empty(); // A newer fact.
        };
    }

    private static Bans.Target target(BanTarget target) {
        return switch (target.getKindCase()) {
            case PREFIX -> new Bans.Target.Addresses(Prefix.parse(target.getPrefix()));
            case NODE_ID ->
                    new Bans.Target.WholeNode(
                            new NodeId(FactFields.nodeId("target.node_id", target.getNodeId())));
            // Becomes a dead letter: a ban that is not understood is told, not skipped.
            case KIND_NOT_SET -> throw new IllegalArgumentException("a ban without a target");
        };
    }

    private static Instant instant(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }
}
