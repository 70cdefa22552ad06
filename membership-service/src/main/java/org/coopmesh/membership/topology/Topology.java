package org.coopmesh.membership.topology;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.coopmesh.membership.node.NodeId;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * What nodes tell of themselves and of their neighbours. Who is up is a matter of the wall clock, like TLS: a clock that was
 * moved for the books does not make every node seem down. What is shown is told on the co-op's clock: heard three seconds ago
 * stays three seconds ago after the books have moved on by a month.
 */
@Service
@EnableConfigurationProperties(TopologySettings.class)
public class Topology {
    /** Small routers are asked once a minute; one question may get lost. */
    private static final Duration ROUTER_LATE_AFTER = Duration.ofMinutes(3);

    private static final Duration ROUTER_DOWN_AFTER = Duration.ofMinutes(10);

    /** For so long a small router that nobody hears any more is still shown. */
    static final Duration ROUTERS_KEPT = Duration.ofDays(7);

    /** What one node may have heard: a node that invents routers does not fill the database. */
    static final int ROUTERS_PER_COLLECTOR_MAX = 512;

    private final Statuses statuses;
    private final SmallRouters smallRouters;
    private final TopologySettings settings;
    private final Clock clock;
    private final Clock wallClock = Clock.systemUTC();

    Topology(Statuses statuses, SmallRouters smallRouters, TopologySettings settings, Clock clock) {
        this.statuses = statuses;
        this.smallRouters = smallRouters;
        this.settings = settings;
        this.clock = clock;
    }

    /** Nodes have called. */
    @Transactional
    public void seen(Collection<NodeId> nodes) {
        statuses.seen(nodes, wallClock.instant());
    }

    /** Keeps what a node tells, unless it has told something newer. */
    @Transactional
    public void report(
            NodeId node,
            Telemetry telemetry,
            List<Link> links,
            List<OwnAddress> addresses,
            List<LinkSource> sources) {
        if (statuses.keep(node, wallClock.instant(), telemetry)) {
            statuses.replaceLinks(node, links);
            statuses.replaceAddresses(node, addresses);
            statuses.replaceSources(node, sources);
        }
    }

    /** Keeps what {@code collector} heard of small routers: one record a router, the newest wins. */
    @Transactional
    public void heard(NodeId collector, List<SmallRouter> routers) {
        if (routers.isEmpty()) {
            return;
        }
        Instant now = wallClock.instant();
        routers.stream()
                .sorted(Comparator.comparing(SmallRouter::id))
                .forEach(router ->
                        smallRouters.keep(collector, router, now.minus(router.heardAgo())));
        smallRouters.bound(collector, ROUTERS_PER_COLLECTOR_MAX);
    }

    /** At most {@code count} small routers in the order of their ids, after the id {@code after}. */
    @Transactional(readOnly = true)
    public List<SeenRouter> smallRouters(String after, int count) {
        Instant now = wallClock.instant();
        Duration ahead = Duration.between(now, clock.instant());
        return smallRouters.page(after, count).stream()
                .map(row -> {
                    var seenBy = new HashMap<NodeId, Instant>();
                    row.seenBy().forEach((node, at) -> seenBy.put(node, at.plus(ahead)));
                    return new SeenRouter(
                            row.id(),
                            row.hostname(),
                            Live.of(row.heardAt(), now, ROUTER_LATE_AFTER, ROUTER_DOWN_AFTER),
                            row.heardAt().plus(ahead),
                            row.toldBy(),
                            row.figures(),
                            row.neighbours(),
                            seenBy);
                })
                .toList();
    }

    /** Forgets small routers that nobody has heard for a week. */
    @Scheduled(fixedDelayString = "PT1H")
    @Transactional
    void forgetSmallRouters() {
        smallRouters.forgetBefore(wallClock.instant().minus(ROUTERS_KEPT));
    }

    /**
     * Addresses in an overlay (Yggdrasil's 0200::/7, cjdns' fc00::/8) that each of {@code nodes} tells as its own, one of each
     * overlay. One that two nodes claim is nobody's.
     */
    @Transactional(readOnly = true)
    public Map<NodeId, List<String>> overlayAddresses(Collection<NodeId> nodes) {
        return statuses.overlayAddresses(nodes);
    }

    /** The state of each of {@code nodes}. */
    @Transactional(readOnly = true)
    public Map<NodeId, NodeStatus> statusOf(Collection<NodeId> nodes) {
        Instant now = wallClock.instant();
        Duration ahead = Duration.between(now, clock.instant());
        Map<NodeId, Statuses.Row> rows = statuses.of(nodes);
        // Who is down is nobody's neighbour: hardware that changes hands keeps its addresses under
        // a new name.
        var others =
                new LinkEnds.Claimants(
                        statuses.neighboursOf(rows.values(), now.minus(settings.downAfter())));
        return statuses(nodes, rows, others, now, ahead);
    }

    /**
     * The state of all of {@code nodes} at once, each other's neighbours and nobody else's: every row is read once, however many
     * there are. Who is down is still the neighbour of those who told a link to it: what a silent node hung on is known by that.
     */
    @Transactional(readOnly = true)
    public Map<NodeId, NodeStatus> whole(Collection<NodeId> nodes) {
        Instant now = wallClock.instant();
        Duration ahead = Duration.between(now, clock.instant());
        Map<NodeId, Statuses.Row> rows = statuses.of(nodes);
        var told = new HashMap<NodeId, LinkEnds.Told>();
        rows.forEach((node, row) -> told.put(node, row.told()));
        return statuses(nodes, rows, new LinkEnds.Claimants(told), now, ahead);
    }

    /** When each node that ever called was heard last, on the wall clock. */
    @Transactional(readOnly = true)
    public Map<NodeId, Instant> lastHeard() {
        return statuses.lastSeen();
    }

    /**
     * Whom each of {@code nodes} told a link to when it told anything last, up or not since. A link that its source says is down
     * leads nowhere.
     */
    @Transactional(readOnly = true)
    public Map<NodeId, Set<NodeId>> lastNeighbours(Collection<NodeId> nodes) {
        Map<NodeId, Statuses.Row> rows = statuses.of(nodes);
        var told = statuses.neighboursOf(rows.values(), Instant.EPOCH);
        rows.forEach((node, row) -> told.put(node, row.told()));
        var claimants = new LinkEnds.Claimants(told);
        var neighbours = new HashMap<NodeId, Set<NodeId>>();
        rows.forEach((node, row) -> {
            var named = new HashSet<NodeId>();
            for (LinkEnds ends : LinkEnds.of(node, row.told(), claimants)) {
                if (!ends.neighbour().isEmpty() && !Boolean.FALSE.equals(ends.here().up())) {
                    named.add(new NodeId(ends.neighbour()));
                }
            }
            neighbours.put(node, named);
        });
        return neighbours;
    }

    private Map<NodeId, NodeStatus> statuses(
            Collection<NodeId> nodes,
            Map<NodeId, Statuses.Row> rows,
            LinkEnds.Claimants others,
            Instant now,
            Duration ahead) {
        var found = new HashMap<NodeId, NodeStatus>();
        for (NodeId node : nodes) {
            Statuses.Row row = rows.get(node);
            found.put(
                    node,
                    row == null
                            ? NodeStatus.NEVER
                            : new NodeStatus(
                                    Live.of(
                                            row.lastSeenAt(),
                                            now,
                                            settings.lateAfter(),
                                            settings.downAfter()),
                                    row.lastSeenAt().plus(ahead),
                                    row.telemetry(),
                                    LinkEnds.of(node, row.told(), others),
                                    row.sources()));
        }
        return found;
    }
}
