package org.coopmesh.abuse.ban;

import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.abuse.ban.Ban.Expired;
import org.coopmesh.abuse.ban.Ban.InForce;
import org.coopmesh.abuse.ban.Ban.Lifted;
import org.coopmesh.abuse.ban.Ban.Replaced;
import org.coopmesh.abuse.bouncer.Dropped;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.NodeId;
import org.coopmesh.abuse.subject.Prefix;
import org.coopmesh.abuse.subject.Target.OfAddress;
import org.coopmesh.abuse.subject.Target.OfMember;
import org.coopmesh.abuse.subject.Target.OfNode;
import org.coopmesh.abuse.transparency.LogFact;
import org.coopmesh.abuse.transparency.LogFact.Kind;
import org.coopmesh.abuse.transparency.TransparencyLog;
import org.coopmesh.contracts.abuse.v1.BanEvent;
import org.coopmesh.contracts.abuse.v1.BanExpired;
import org.coopmesh.contracts.abuse.v1.BanImposed;
import org.coopmesh.contracts.abuse.v1.BanLifted;
import org.coopmesh.contracts.abuse.v1.BanTarget;
import org.coopmesh.contracts.abuse.v1.DecisionEvent;
import org.coopmesh.contracts.abuse.v1.Measure;
import org.coopmesh.contracts.abuse.v1.MeasureExpired;
import org.coopmesh.contracts.abuse.v1.MeasureImposed;
import org.coopmesh.contracts.abuse.v1.MeasureReversed;
import org.coopmesh.eventbus.Outbox;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Bans as the public log and other services hear of them: those of addresses and nodes on one topic, those of members as measures. */
@Component
class BanEvents {
    static final String BAN_TOPIC = "coopmesh.abuse.ban.v1";
    static final String MEASURE_TOPIC = "coopmesh.abuse.decision.v1";

    private final Outbox outbox;
    private final TransparencyLog publicLog;

    BanEvents(Outbox outbox, TransparencyLog publicLog) {
        this.outbox = outbox;
        this.publicLog = publicLog;
    }

    /** States in the caller's transaction what a ban has become; of a ban that never held there is nothing to say. */
    void state(Ban ban) {
        switch (ban) {
            case Ban.Proposed p -> {}
            case Ban.Declined d -> {}
            case InForce b ->
                    add(b.order(), new Fact.Imposed(b.order().term().until()), b.imposedAt());
            case Lifted b -> add(b.order(), new Fact.Lifted(), b.at());
            case Expired b -> add(b.order(), new Fact.Expired(), b.at());
            case Replaced b -> add(b.order(), new Fact.Lifted(), b.at());
        }
    }

    private sealed interface Fact {
        record Imposed(@Nullable Instant until) implements Fact {}

        record Lifted() implements Fact {}

        record Expired() implements Fact {}
    }

    private void add(Order order, Fact fact, Instant at) {
        publicLog.append(entry(order, fact));
        switch (order.target()) {
            case OfMember of ->
                    outbox.add(
                            MEASURE_TOPIC,
                            of.member().toString(),
                            measure(of.member(), order, fact, at));
            case OfAddress a ->
                    outbox.add(BAN_TOPIC, a.text(), ban(target(a.prefix()), order.id(), fact, at));
            case OfNode n ->
                    outbox.add(BAN_TOPIC, n.text(), ban(target(n.node()), order.id(), fact, at));
        }
    }

    /** States what has become of entries of outside lists, many at once. */
    void stateOutside(List<Dropped> entries, boolean imposed, Instant at) {
        outbox.addAll(
                BAN_TOPIC,
                entries.stream()
                        .map(entry ->
                                new Outbox.Stated(
                                        new OfAddress(entry.prefix()).text(),
                                        ban(
                                                target(entry.prefix()),
                                                new BanId(entry.ban()),
                                                imposed
                                                        ? new Fact.Imposed(entry.until())
                                                        : new Fact.Lifted(),
                                                at)))
                        .toList());
    }

    /** Told is that there was a ban; what it hits is sealed down to its kind. */
    private static LogFact entry(Order order, Fact fact) {
        Kind kind =
                switch (fact) {
                    case Fact.Imposed i -> Kind.BAN_IMPOSED;
                    case Fact.Lifted l -> Kind.BAN_LIFTED;
                    case Fact.Expired e -> Kind.BAN_EXPIRED;
                };
        return new LogFact(
                kind, order.id().toString(), Map.of(), Map.of("target", order.target().kind()));
    }

    private static BanTarget target(Prefix prefix) {
        return BanTarget.newBuilder().setPrefix(prefix.toString()).build();
    }

    private static BanTarget target(NodeId node) {
        return BanTarget.newBuilder().setNodeId(node.value()).build();
    }

    private static Message ban(BanTarget target, BanId id, Fact fact, Instant at) {
        var event =
                BanEvent.newBuilder()
                        .setEventId(UUID.randomUUID().toString())
                        .setBanId(id.toString())
                        .setTarget(target)
                        .setOccurredAt(timestamp(at));
        switch (fact) {
            case Fact.Imposed imposed -> {
                var details = BanImposed.newBuilder();
                Instant until = imposed.until();
                if (until != null) {
                    details.setUntil(timestamp(until));
                }
                event.setImposed(details);
            }
            case Fact.Lifted lifted -> event.setLifted(BanLifted.getDefaultInstance());
            case Fact.Expired expired -> event.setExpired(BanExpired.getDefaultInstance());
        }
        return event.build();
    }

    /** A ban that no decision stands behind is its own decision and measure. */
    private static Message measure(MemberId member, Order order, Fact fact, Instant at) {
        String decision = order.id().toString();
        String measure = order.id().toString();
        if (order.origin() instanceof Origin.OfDecision of) {
            decision = of.decision().toString();
            measure = of.measure().toString();
        }
        var event =
                DecisionEvent.newBuilder()
                        .setEventId(UUID.randomUUID().toString())
                        .setMemberId(member.toString())
                        .setDecisionId(decision)
                        .setMeasureId(measure)
                        .setOccurredAt(timestamp(at));
        switch (fact) {
            case Fact.Imposed imposed -> {
                var details = MeasureImposed.newBuilder().setMeasure(Measure.MEASURE_BAN);
                Instant until = imposed.until();
                if (until != null) {
                    details.setUntil(timestamp(until));
                }
                event.setImposed(details);
            }
            case Fact.Lifted lifted -> event.setReversed(MeasureReversed.getDefaultInstance());
            case Fact.Expired expired -> event.setExpired(MeasureExpired.getDefaultInstance());
        }
        return event.build();
    }

    private static Timestamp timestamp(Instant at) {
        return Timestamp.newBuilder()
                .setSeconds(at.getEpochSecond())
                .setNanos(at.getNano())
                .build();
    }
}
