package org.coopmesh.membership.feed;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.coopmesh.membership.member.Membership;
import org.coopmesh.membership.member.Site;
import org.coopmesh.membership.member.SiteId;
import org.coopmesh.membership.member.SitePlace;
import org.coopmesh.membership.node.Attachment;
import org.coopmesh.membership.node.Node;
import org.coopmesh.membership.node.NodeId;
import org.coopmesh.membership.node.NodeRecordId;
import org.coopmesh.membership.node.NodeRegister;
import org.coopmesh.membership.topology.Link;
import org.coopmesh.membership.topology.LinkEnds;
import org.coopmesh.membership.topology.Live;
import org.coopmesh.membership.topology.NodeStatus;
import org.coopmesh.membership.topology.SeenRouter;
import org.coopmesh.membership.topology.SmallRouter;
import org.coopmesh.membership.topology.Telemetry;
import org.coopmesh.membership.topology.Topology;
import org.coopmesh.membership.topology.Ways;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Draws the picture that a feed tells, out of a fixed number of queries however many nodes there are. */
@Component
class Painter {
    /** Routers without an agent beyond these are left out. */
    private static final int ROUTERS_MAX = 20_000;

    private final NodeRegister register;
    private final Topology topology;
    private final Membership membership;
    private final Clock clock;

    Painter(NodeRegister register, Topology topology, Membership membership, Clock clock) {
        this.register = register;
        this.topology = topology;
        this.membership = membership;
        this.clock = clock;
    }

    /** Two nodes that share a link, by their ids; the smaller first. */
    private record Pair(String source, String target, String daemon) {
        static Pair of(String one, String other, String daemon) {
            return one.compareTo(other) < 0
                    ? new Pair(one, other, daemon)
                    : new Pair(other, one, daemon);
        }
    }

    /** What holds together the two ends while they are collected. */
    private static final class Ends {
        private Picture.@Nullable End fromSource;
        private Picture.@Nullable End fromTarget;

        void tell(boolean source, Picture.End end) {
            Picture.End before = source ? fromSource : fromTarget;
            if (before != null && !end.betterThan(before)) return;
            if (source) fromSource = end;
            else fromTarget = end;
        }
    }

    /** The mesh now: {@code whole}, or what everybody may know. */
    @Transactional(readOnly = true)
    public Picture paint(boolean whole) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        var nodes = new HashMap<NodeId, Node.Enrolled>();
        for (Node node : register.inService()) {
            if (node instanceof Node.Enrolled enrolled) {
                nodes.put(enrolled.credential().nodeId(), enrolled);
            }
        }
        Map<NodeId, NodeStatus> statuses = topology.whole(nodes.keySet());
        var places = new HashMap<SiteId, SitePlace>();
        for (SitePlace place : membership.places()) places.put(place.id(), place);
        Map<NodeRecordId, List<String>> addresses = whole ? addresses() : Map.of();
        Map<NodeId, Ways.Way> ways = ways(nodes, statuses);

        var boxes = new ArrayList<Picture.Box>();
        var wires = new HashMap<Pair, Ends>();
        nodes.forEach((id, node) -> {
            NodeStatus status = statuses.getOrDefault(id, NodeStatus.NEVER);
            boxes.add(
                    box(
                            node,
                            status,
                            places.get(node.about().site()),
                            ways.get(id),
                            addresses.getOrDefault(node.id(), List.of()),
                            whole));
            if (status.live() != Live.DOWN) tell(id, status, wires);
        });
        if (whole) {
            Set<String> known = new HashSet<>();
            for (Picture.Box box : boxes) known.add(box.id());
            paintRouters(known, boxes, wires);
        }
        boxes.sort(Comparator.comparing(Picture.Box::id));
        return new Picture(now, boxes, best(wires));
    }

    private static Picture.Box box(
            Node.Enrolled node,
            NodeStatus status,
            @Nullable SitePlace place,
            Ways.@Nullable Way way,
            List<String> addresses,
            boolean whole) {
        String id = node.credential().nodeId().shortName();
        boolean open = place != null && place.open();
        Telemetry told = status.telemetry().orElse(null);
        Instant lastSeen = status.lastSeenAt();
        NodeId next = way == null ? null : way.next();
        return new Picture.Box(
                id,
                whole || open ? node.about().name() : id,
                node.about().gateway(),
                isOnline(status.live()),
                node.enrolledAt(),
                lastSeen == null ? node.enrolledAt() : lastSeen,
                way == null ? "" : way.start().shortName(),
                next == null ? "" : next.shortName(),
                whole || open ? point(place, whole) : null,
                told != null && (whole || open) ? told.clients() : null,
                whole ? told : null,
                addresses,
                "node");
    }

    private static Picture.@Nullable Point point(@Nullable SitePlace place, boolean exact) {
        Site.Location location = place == null ? null : place.location();
        if (location == null) return null;
        var point = new Picture.Point(location.latitude(), location.longitude());
        return exact ? point : point.rounded();
    }

    private static boolean isOnline(Live live) {
        return switch (live) {
            case UP, LATE -> true;
            case DOWN, NEVER -> false;
        };
    }

    /** The links that a node told, to neighbours that are in service too. */
    private static void tell(NodeId id, NodeStatus status, Map<Pair, Ends> wires) {
        for (LinkEnds ends : status.links()) {
            if (ends.neighbour().isEmpty() || ends.neighbour().equals(id.hex())) continue;
            String here = id.shortName();
            String there = new NodeId(ends.neighbour()).shortName();
            Link link = ends.here();
            long cost = link.txCost() > 0 ? link.txCost() : link.rxCost();
            var pair = Pair.of(here, there, link.source());
            wires.computeIfAbsent(pair, _ -> new Ends())
                    .tell(
                            pair.source().equals(here),
                            new Picture.End(
                                    cost, link.costText(), Boolean.TRUE.equals(link.used())));
        }
    }

    /** One link between two nodes, whichever daemons tell of it: that of which both ends tell, then the better. */
    private static List<Picture.Wire> best(Map<Pair, Ends> wires) {
        var best = new HashMap<List<String>, Picture.Wire>();
        wires.forEach((pair, ends) -> {
            var wire =
                    new Picture.Wire(
                            pair.source(),
                            pair.target(),
                            pair.daemon(),
                            ends.fromSource,
                            ends.fromTarget);
            best.merge(
                    List.of(pair.source(), pair.target()),
                    wire,
                    (one, other) -> BEST_FIRST.compare(one, other) <= 0 ? one : other);
        });
        return best.values().stream()
                .sorted(
                        Comparator.comparing(Picture.Wire::source)
                                .thenComparing(Picture.Wire::target))
                .toList();
    }

    private static final Comparator<Picture.Wire> BEST_FIRST =
            Comparator.comparing((Picture.Wire wire) ->
                            wire.fromSource() == null || wire.fromTarget() == null)
                    .thenComparing(wire -> !isUsed(wire.fromSource()) && !isUsed(wire.fromTarget()))
                    .thenComparing(Picture.Wire::cost)
                    .thenComparing(Picture.Wire::daemon);

    private static boolean isUsed(Picture.@Nullable End end) {
        return end != null && end.used();
    }

    /** Over nodes that are heard: which gateway is near, and by which neighbour. */
    private static Map<NodeId, Ways.Way> ways(
            Map<NodeId, Node.Enrolled> nodes, Map<NodeId, NodeStatus> statuses) {
        var links = new HashMap<NodeId, Set<NodeId>>();
        statuses.forEach((id, status) -> {
            if (!isOnline(status.live())) return;
            for (LinkEnds ends : status.links()) {
                if (ends.neighbour().isEmpty()) continue;
                var there = new NodeId(ends.neighbour());
                NodeStatus other = statuses.get(there);
                if (other == null || !isOnline(other.live())) continue;
                links.computeIfAbsent(id, _ -> new HashSet<>()).add(there);
                links.computeIfAbsent(there, _ -> new HashSet<>()).add(id);
            }
        });
        List<NodeId> gateways =
                nodes.values().stream()
                        .filter(node -> node.about().gateway())
                        .map(node -> node.credential().nodeId())
                        .filter(id -> isOnline(statuses.getOrDefault(id, NodeStatus.NEVER).live()))
                        .sorted(Comparator.comparing(NodeId::hex))
                        .toList();
        return Ways.from(gateways, links);
    }

    private Map<NodeRecordId, List<String>> addresses() {
        var addresses = new HashMap<NodeRecordId, List<String>>();
        for (Attachment attachment : register.attached()) {
            Stream.of(attachment.routerV4(), attachment.routerV6())
                    .filter(address -> !address.isEmpty())
                    .forEach(
                            addresses.computeIfAbsent(attachment.node(), _ -> new ArrayList<>())
                                    ::add);
        }
        return addresses;
    }

    /** Routers without an agent: one record each, whoever heard them, and none that is a node by the same id. */
    private void paintRouters(Set<String> known, List<Picture.Box> boxes, Map<Pair, Ends> wires) {
        List<SeenRouter> routers = topology.smallRouters("", ROUTERS_MAX);
        Set<String> ids = new HashSet<>();
        for (SeenRouter router : routers) if (!known.contains(router.id())) ids.add(router.id());
        for (SeenRouter router : routers) {
            if (!ids.contains(router.id())) continue;
            SmallRouter.Figures figures = router.figures();
            boxes.add(
                    new Picture.Box(
                            router.id(),
                            router.hostname().isEmpty() ? router.id() : router.hostname(),
                            false,
                            isOnline(router.live()),
                            router.heardAt(),
                            router.heardAt(),
                            "",
                            "",
                            null,
                            figures == null ? null : figures.clients(),
                            null,
                            List.of(),
                            "router"));
            if (router.live() == Live.DOWN) continue;
            for (SmallRouter.Neighbour neighbour : router.neighbours()) {
                if (!ids.contains(neighbour.routerId()) || neighbour.routerId().equals(router.id()))
                    continue;
                var pair = Pair.of(router.id(), neighbour.routerId(), neighbour.source());
                wires.computeIfAbsent(pair, _ -> new Ends())
                        .tell(
                                pair.source().equals(router.id()),
                                new Picture.End(cost(neighbour), "", false));
            }
        }
    }

    /** Transmit quality of 255 is one transmission a packet: a cost in thousandths, as agents tell it. */
    private static long cost(SmallRouter.Neighbour neighbour) {
        return neighbour.tq() > 0 ? 255_000 / neighbour.tq() : neighbour.txCost();
    }
}
