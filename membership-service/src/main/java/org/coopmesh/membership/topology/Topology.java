package org.coopmesh.membership.topology;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.coopmesh.membership.node.NodeId;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
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
    private final Statuses statuses;
    private final TopologySettings settings;
    private final Clock clock;
    private final Clock wallClock = Clock.systemUTC();

    Topology(Statuses statuses, TopologySettings settings, Clock clock) {
        this.statuses = statuses;
        this.settings = settings;
        this.clock = clock;
    }

    /** A node has called. */
    @Transactional
    public void seen(NodeId node) {
        statuses.seen(node, wallClock.instant());
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

    /** The state of each of {@code nodes}. */
    @Transactional(readOnly = true)
    public Map<NodeId, NodeStatus> statusOf(Collection<NodeId> nodes) {
        Instant now = wallClock.instant();
        Duration ahead = Duration.between(now, clock.instant());
        Map<NodeId, Statuses.Row> rows = statuses.of(nodes);
        // Who is down is nobody's neighbour: hardware that changes hands keeps its addresses under
        // a new name.
        Map<NodeId, LinkEnds.Told> others =
                statuses.neighboursOf(rows.values(), now.minus(settings.downAfter()));
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
