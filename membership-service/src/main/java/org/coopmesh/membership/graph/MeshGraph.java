package org.coopmesh.membership.graph;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;
import org.coopmesh.membership.graph.Arrangement.Spot;
import org.coopmesh.membership.member.Membership;
import org.coopmesh.membership.member.Site;
import org.coopmesh.membership.member.SiteId;
import org.coopmesh.membership.member.SitePlace;
import org.coopmesh.membership.node.Node;
import org.coopmesh.membership.node.NodeId;
import org.coopmesh.membership.node.NodeRegister;
import org.coopmesh.membership.topology.Link;
import org.coopmesh.membership.topology.LinkEnds;
import org.coopmesh.membership.topology.Live;
import org.coopmesh.membership.topology.NodeStatus;
import org.coopmesh.membership.topology.Topology;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** The whole mesh in one answer, drawn from a fixed number of queries however many nodes there are. */
@Service
public class MeshGraph {
    /** How old an answer may be: it is written at most this often, however many look. */
    static final Duration KEPT = Duration.ofSeconds(10);

    /** Places of others are told to about 100 m, as in the feeds. */
    private static final double ROUNDING = 1_000;

    private static final Logger log = LoggerFactory.getLogger(MeshGraph.class);

    private final NodeRegister register;
    private final Topology topology;
    private final Membership membership;
    private final GraphPlaces places;
    private final JsonMapper json;
    private final Clock clock;
    private final TransactionTemplate transaction;
    private final Map<Boolean, Answer> answers = new HashMap<>();

    MeshGraph(
            NodeRegister register,
            Topology topology,
            Membership membership,
            GraphPlaces places,
            JsonMapper json,
            Clock clock,
            PlatformTransactionManager transactions) {
        this.register = register;
        this.topology = topology;
        this.membership = membership;
        this.places = places;
        this.json = json;
        this.clock = clock;
        this.transaction = new TransactionTemplate(transactions);
    }

    /**
     * The picture as JSON, compressed.
     *
     * @param tag names the content
     */
    @SuppressWarnings("ArrayRecordComponent") // Written out, never compared.
    record Answer(byte[] compressed, String tag, Instant madeAt) {}

    /** The mesh now, {@code whole} or as everybody in the co-op may know it. One is drawn at a time. */
    synchronized Answer read(boolean whole) {
        Instant now = clock.instant();
        Answer before = answers.get(whole);
        if (before != null && Duration.between(before.madeAt(), now).abs().compareTo(KEPT) < 0)
            return before;
        Picture picture = transaction.execute(_ -> draw(whole));
        Answer answer = answer(picture, now);
        answers.put(whole, answer);
        return answer;
    }

    /** Forgets where nodes stand on the co-op's drawing and finds new places for all of them. */
    void arrange(UUID by) {
        transaction.executeWithoutResult(_ -> {
            places.lock();
            places.forgetAll();
        });
        answersAreOld();
        log.atInfo().addKeyValue("by", by).log("mesh arranged anew");
    }

    /** The next who looks has it drawn anew. */
    synchronized void answersAreOld() {
        answers.clear();
    }

    Picture draw(boolean whole) {
        var nodes = new LinkedHashMap<NodeId, Node.Enrolled>();
        register.inService().stream()
                .filter(Node.Enrolled.class::isInstance)
                .map(Node.Enrolled.class::cast)
                .sorted((one, other) -> hex(one).compareTo(hex(other)))
                .forEach(node -> nodes.put(node.credential().nodeId(), node));
        Map<NodeId, NodeStatus> statuses = topology.whole(nodes.keySet());
        List<Wire> wires = wires(nodes.keySet(), statuses);
        Map<NodeId, Spot> spots = spots(nodes, wires);

        var sites = new SiteColumns(whole);
        var known = new HashMap<SiteId, SitePlace>();
        for (SitePlace place : membership.places()) known.put(place.id(), place);
        var keys = new ArrayList<String>();
        var ids = new ArrayList<String>();
        var names = new ArrayList<String>();
        var live = new StringBuilder();
        var gateways = new StringBuilder();
        var siteOf = new ArrayList<Integer>();
        var xs = new ArrayList<Long>();
        var ys = new ArrayList<Long>();
        nodes.forEach((id, node) -> {
            SitePlace place = known.get(node.about().site());
            boolean open = place != null && place.open();
            NodeStatus status = statuses.getOrDefault(id, NodeStatus.NEVER);
            Spot spot = spots.getOrDefault(id, new Spot(0, 0));
            keys.add(id.shortName());
            if (whole) ids.add(node.id().value().toString());
            names.add(whole || open ? node.about().name() : "");
            live.append(letter(status.live()));
            gateways.append(node.about().gateway() ? '1' : '0');
            siteOf.add(place != null && (whole || open) ? sites.positionOf(place) : -1);
            xs.add(Math.round(spot.x()));
            ys.add(Math.round(spot.y()));
        });
        return new Picture(
                whole,
                new Picture.Nodes(
                        keys, ids, names, live.toString(), gateways.toString(), siteOf, xs, ys),
                sites.view(),
                sources(wires),
                links(wires, List.copyOf(nodes.keySet())));
    }

    private static String hex(Node.Enrolled node) {
        return node.credential().nodeId().hex();
    }

    private static char letter(Live live) {
        return switch (live) {
            case UP -> 'u';
            case LATE -> 'l';
            case DOWN -> 'd';
            case NEVER -> 'n';
        };
    }

    /** Two nodes that share a link; the smaller first. */
    private record Pair(NodeId low, NodeId high) implements Comparable<Pair> {
        @Override
        public int compareTo(Pair other) {
            int byLow = low.hex().compareTo(other.low.hex());
            return byLow != 0 ? byLow : high.hex().compareTo(other.high.hex());
        }
    }

    /** One link over however many interfaces: of each end the one that traffic takes, then the cheapest. */
    private static final class Wire {
        private final Pair pair;
        private @Nullable Link fromLow;
        private @Nullable Link fromHigh;
        private boolean lowTells;
        private boolean highTells;

        Wire(Pair pair) {
            this.pair = pair;
        }

        void tell(NodeId by, Link link, boolean live) {
            if (by.equals(pair.low())) {
                fromLow = better(fromLow, link);
                lowTells |= live;
            } else {
                fromHigh = better(fromHigh, link);
                highTells |= live;
            }
        }

        private static Link better(@Nullable Link before, Link link) {
            if (before == null) return link;
            boolean used = Boolean.TRUE.equals(link.used());
            if (used != Boolean.TRUE.equals(before.used())) return used ? link : before;
            return cost(link) > 0 && (cost(before) == 0 || cost(link) < cost(before))
                    ? link
                    : before;
        }

        static long cost(@Nullable Link link) {
            if (link == null) return 0;
            return link.txCost() > 0 ? link.txCost() : link.rxCost();
        }

        String source() {
            if (fromLow != null) return fromLow.source();
            return fromHigh == null ? "" : fromHigh.source();
        }

        int flags() {
            return (lowTells ? Picture.LOW_TELLS : 0)
                    + (highTells ? Picture.HIGH_TELLS : 0)
                    + (isUsed(fromLow) ? Picture.LOW_USES : 0)
                    + (isUsed(fromHigh) ? Picture.HIGH_USES : 0)
                    + (isDown(fromLow) ? Picture.LOW_SAYS_DOWN : 0)
                    + (isDown(fromHigh) ? Picture.HIGH_SAYS_DOWN : 0);
        }

        private static boolean isUsed(@Nullable Link link) {
            return link != null && Boolean.TRUE.equals(link.used());
        }

        private static boolean isDown(@Nullable Link link) {
            return link != null && Boolean.FALSE.equals(link.up());
        }
    }

    /** Links between nodes in service. What a silent node told last is still there: it shows what it hung on. */
    private static List<Wire> wires(Set<NodeId> nodes, Map<NodeId, NodeStatus> statuses) {
        var wires = new TreeMap<Pair, Wire>();
        statuses.forEach((id, status) -> {
            for (LinkEnds ends : status.links()) {
                if (ends.neighbour().isEmpty()) continue;
                var other = new NodeId(ends.neighbour());
                if (other.equals(id) || !nodes.contains(other)) continue;
                var pair =
                        id.hex().compareTo(other.hex()) < 0
                                ? new Pair(id, other)
                                : new Pair(other, id);
                wires.computeIfAbsent(pair, Wire::new)
                        .tell(id, ends.here(), status.live() != Live.DOWN);
            }
        });
        return List.copyOf(wires.values());
    }

    /** Places of all nodes; who has none yet gets one, and keeps it. */
    private Map<NodeId, Spot> spots(Map<NodeId, Node.Enrolled> nodes, List<Wire> wires) {
        Map<NodeId, Spot> kept = places.all();
        SortedSet<NodeId> newcomers =
                Arrangement.inOrder(
                        nodes.keySet().stream().filter(id -> !kept.containsKey(id)).toList());
        if (newcomers.isEmpty()) return kept;
        var links = new HashMap<NodeId, Set<NodeId>>();
        for (Wire wire : wires) {
            links.computeIfAbsent(wire.pair.low(), _ -> new HashSet<>()).add(wire.pair.high());
            links.computeIfAbsent(wire.pair.high(), _ -> new HashSet<>()).add(wire.pair.low());
        }
        places.lock();
        Map<NodeId, Spot> standing = places.all();
        // A mesh that more than doubled is another one: its drawing starts anew.
        boolean anew = newcomers.size() > standing.size();
        if (anew) places.forgetAll();
        var gateways = new HashSet<NodeId>();
        nodes.forEach((id, node) -> {
            if (node.about().gateway()) gateways.add(id);
        });
        places.keep(
                anew
                        ? Arrangement.whole(Arrangement.inOrder(nodes.keySet()), gateways, links)
                        : Arrangement.beside(standing, newcomers, links));
        return places.all();
    }

    private static List<String> sources(List<Wire> wires) {
        return wires.stream().map(Wire::source).distinct().sorted().toList();
    }

    private static Picture.Links links(List<Wire> wires, List<NodeId> nodes) {
        var positions = new HashMap<NodeId, Integer>();
        for (int at = 0; at < nodes.size(); at++) positions.put(nodes.get(at), at);
        List<String> sources = sources(wires);
        return new Picture.Links(
                wires.stream().map(wire -> positions.get(wire.pair.low())).toList(),
                wires.stream().map(wire -> positions.get(wire.pair.high())).toList(),
                wires.stream().map(wire -> Wire.cost(wire.fromLow)).toList(),
                wires.stream().map(wire -> Wire.cost(wire.fromHigh)).toList(),
                wires.stream().map(wire -> sources.indexOf(wire.source())).toList(),
                wires.stream().map(Wire::flags).toList());
    }

    /** Sites that nodes of the picture stand at, each once. */
    private static final class SiteColumns {
        private final boolean whole;
        private final Map<SiteId, Integer> positions = new HashMap<>();
        private final List<String> ids = new ArrayList<>();
        private final List<String> names = new ArrayList<>();
        private final List<String> zones = new ArrayList<>();
        private final List<@Nullable Double> latitudes = new ArrayList<>();
        private final List<@Nullable Double> longitudes = new ArrayList<>();

        SiteColumns(boolean whole) {
            this.whole = whole;
        }

        int positionOf(SitePlace place) {
            Integer found = positions.get(place.id());
            if (found != null) return found;
            if (whole) ids.add(place.id().value().toString());
            names.add(whole ? place.name() : "");
            zones.add(whole && place.zone() != null ? place.zone() : "");
            Site.Location location = place.location();
            latitudes.add(location == null ? null : told(location.latitude()));
            longitudes.add(location == null ? null : told(location.longitude()));
            positions.put(place.id(), names.size() - 1);
            return names.size() - 1;
        }

        private double told(double degrees) {
            return whole ? degrees : Math.round(degrees * ROUNDING) / ROUNDING;
        }

        Picture.Sites view() {
            return new Picture.Sites(ids, names, zones, latitudes, longitudes);
        }
    }

    private Answer answer(Picture picture, Instant now) {
        var compressed = new ByteArrayOutputStream();
        MessageDigest digest = sha256();
        try (OutputStream zip = new GZIPOutputStream(compressed);
                OutputStream digested = new DigestOutputStream(zip, digest)) {
            json.writeValue(digested, picture);
        } catch (IOException e) {
            throw new IllegalStateException("memory does not fail to be written", e);
        }
        return new Answer(
                compressed.toByteArray(), HexFormat.of().formatHex(digest.digest(), 0, 16), now);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
