package org.coopmesh.membership.outage;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.coopmesh.membership.node.NodeId;
import org.coopmesh.membership.topology.Ways;
import org.jspecify.annotations.Nullable;

/**
 * Which faults there are, by who is silent and which links they told last. A pure function of what it is given.
 *
 * <p>A silent node that hangs on a node which is heard, or is a gateway, broke by itself; whoever is silent behind it is
 * covered by its fault. Where nobody in a silent part of the mesh hangs on anybody, the one that fell silent first carries it.
 */
final class Reckoning {
    /** For so long one waits for whoever broke at the same time, before an alert is made: nodes report at different seconds. */
    static final Duration SETTLE = Duration.ofMinutes(1);

    /** After what broke is back, those behind it have so long to be heard before they are faults of their own. */
    static final Duration RETURN_WITHIN = Duration.ofMinutes(3);

    /** A node that falls silent so soon after its fault had ended has the same fault again, and no new alert. */
    static final Duration RELAPSE_WITHIN = Duration.ofMinutes(15);

    /** Of so few nodes it is never said that all at once are silent. */
    static final int EVERYBODY_MIN = 3;

    /** From this share on, everybody fell silent at once: it is our own line or service. */
    static final double EVERYBODY_SHARE = 0.9;

    /** Below this share it is over, and who is still silent is so by itself. */
    static final double EVERYBODY_OVER_SHARE = 0.5;

    private Reckoning() {}

    /**
     * A node in service that was heard at least once.
     *
     * @param lastHeard when
     * @param notBefore silence before this does not count: nobody listened, or work was announced
     * @param maintained whether work is announced for now
     */
    record Known(boolean gateway, Instant lastHeard, Instant notBefore, boolean maintained) {}

    /** The faults that are open from now on, and those that were and are not any more. */
    record Outcome(List<Fault> open, List<Fault.Ended> ended) {}

    /**
     * Reckons anew.
     *
     * @param links of silent nodes, as they were told last; may lead to anybody
     * @param before the faults that are open now
     * @param ids the id for a new fault of a node, or of everybody (null)
     */
    static Outcome at(
            Instant now,
            Duration silentAfter,
            Map<NodeId, Known> nodes,
            Map<NodeId, Set<NodeId>> links,
            List<Fault> before,
            Function<@Nullable NodeId, UUID> ids) {
        return new Run(now, silentAfter, nodes, links, before, ids).outcome();
    }

    /** Who is silent, and since when, by the same rule as faults are reckoned. */
    static Map<NodeId, Instant> silent(
            Instant now, Duration silentAfter, Map<NodeId, Known> nodes, List<Fault> before) {
        var covered = new HashMap<NodeId, Instant>();
        for (Fault fault : before) covered.putAll(fault.silent());
        var silent = new TreeMap<NodeId, Instant>(BY_ID);
        nodes.forEach((node, known) -> {
            Instant since = covered.get(node);
            if (since == null) {
                Instant start = later(known.lastHeard(), known.notBefore());
                if (start.plus(silentAfter).isBefore(now)) silent.put(node, start);
            } else if (!known.lastHeard().isAfter(since)) {
                silent.put(node, since);
            }
        });
        return silent;
    }

    private static final Comparator<NodeId> BY_ID = Comparator.comparing(NodeId::hex);

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    /** One reckoning while it is made. */
    private static final class Run {
        private final Instant now;
        private final Duration silentAfter;
        private final Map<NodeId, Known> nodes;
        private final Map<NodeId, Set<NodeId>> links;
        private final List<Fault> before;
        private final Function<@Nullable NodeId, UUID> ids;

        /** Who is silent and not yet put into a fault. */
        private final Map<NodeId, Instant> rest;

        private final Map<NodeId, Fault> standing = new HashMap<>();
        private final Map<NodeId, Fault> covering = new HashMap<>();
        private final List<Fault> open = new ArrayList<>();
        private final List<Fault.Ended> ended = new ArrayList<>();

        Run(
                Instant now,
                Duration silentAfter,
                Map<NodeId, Known> nodes,
                Map<NodeId, Set<NodeId>> links,
                List<Fault> before,
                Function<@Nullable NodeId, UUID> ids) {
            this.now = now;
            this.silentAfter = silentAfter;
            this.nodes = nodes;
            this.links = links;
            this.before = before;
            this.ids = ids;
            this.rest = new TreeMap<>(BY_ID);
            rest.putAll(silent(now, silentAfter, nodes, before));
        }

        Outcome outcome() {
            Set<NodeId> allSilent = Set.copyOf(rest.keySet());
            Fault everywhere = null;
            for (Fault fault : before) {
                fault.silent().keySet().forEach(node -> covering.put(node, fault));
                NodeId node = fault.node();
                if (node == null) everywhere = fault;
                else if (allSilent.contains(node)) standing.put(node, fault);
                else recover(fault, node);
            }
            reckonEverybody(everywhere);
            reckonGroups(allSilent);
            return new Outcome(open, ended);
        }

        /** What broke is back: those behind it are waited for, and then let go. */
        private void recover(Fault fault, NodeId node) {
            Fault.Cause cause = nodes.containsKey(node) ? Fault.Cause.HEARD : Fault.Cause.GONE;
            Fault waiting = waiting(fault);
            if (waiting == null) {
                ended.add(new Fault.Ended(fault, cause, null));
            } else {
                open.add(waiting);
            }
        }

        /** The fault with those that are still waited for, who are then spoken for; null when nobody is, or not any longer. */
        private @Nullable Fault waiting(Fault fault) {
            Instant since = fault.recoveringSince() == null ? now : fault.recoveringSince();
            if (!now.isBefore(since.plus(RETURN_WITHIN))) return null;
            var waited = new HashMap<NodeId, Instant>();
            for (NodeId node : fault.silent().keySet()) {
                Instant silentSince = rest.get(node);
                if (silentSince != null && !isMaintained(node)) waited.put(node, silentSince);
            }
            if (waited.isEmpty()) return null;
            rest.keySet().removeAll(waited.keySet());
            return new Fault(fault.id(), fault.node(), fault.beganAt(), since, waited);
        }

        private void reckonEverybody(@Nullable Fault before) {
            var fresh = new HashMap<NodeId, Instant>();
            int ofOthers = 0;
            boolean settled = false;
            for (Map.Entry<NodeId, Instant> each : rest.entrySet()) {
                Fault covers = covering.get(each.getKey());
                if (covers != null && !covers.isEverywhere()) {
                    ofOthers++;
                } else if (!isMaintained(each.getKey())) {
                    fresh.put(each.getKey(), each.getValue());
                    settled |= covers == null && isSettled(each.getValue());
                }
            }
            int base = nodes.size() - ofOthers;
            if (before == null) {
                if (settled
                        && fresh.size() >= EVERYBODY_MIN
                        && fresh.size() >= EVERYBODY_SHARE * base) {
                    takeAll(ids.apply(null), Collections.min(fresh.values()), fresh);
                }
            } else if (!fresh.isEmpty() && fresh.size() >= EVERYBODY_OVER_SHARE * base) {
                takeAll(before.id(), before.beganAt(), fresh);
            } else {
                Fault waiting = waiting(before);
                if (waiting != null) {
                    open.add(waiting);
                } else {
                    ended.add(new Fault.Ended(before, Fault.Cause.HEARD, null));
                    // Whether a node worked meanwhile nobody knows: it is silent by itself from now
                    // on.
                    for (NodeId node : before.silent().keySet()) {
                        rest.computeIfPresent(node, (_, _) -> now);
                    }
                }
            }
        }

        private void takeAll(UUID id, Instant beganAt, Map<NodeId, Instant> silent) {
            open.add(new Fault(id, null, beganAt, null, silent));
            rest.keySet().removeAll(silent.keySet());
        }

        /** Parts the rest by whom each hangs on, and keeps, opens and closes faults after that. */
        private void reckonGroups(Set<NodeId> allSilent) {
            Map<NodeId, Set<NodeId>> mesh = meshOfRest();
            var groups = new TreeMap<NodeId, Map<NodeId, Instant>>(BY_ID);
            group(Ways.from(starts(allSilent), mesh), groups);
            List<NodeId> loose =
                    rest.keySet().stream()
                            .sorted(
                                    Comparator.comparing(
                                                    (NodeId node) -> rest.getOrDefault(node, now))
                                            .thenComparing(NodeId::hex))
                            .toList();
            var placed = new HashSet<NodeId>();
            groups.values().forEach(members -> placed.addAll(members.keySet()));
            for (NodeId first : loose) {
                if (placed.contains(first)) continue;
                Map<NodeId, Ways.Way> ways = Ways.from(List.of(first), mesh);
                placed.addAll(ways.keySet());
                group(ways, groups);
            }
            var faultOf = new HashMap<NodeId, UUID>();
            groups.forEach((root, members) -> {
                if (isMaintained(root)) return;
                Fault fault = standing.get(root);
                if (fault == null && members.entrySet().stream().noneMatch(this::isKnown)) return;
                UUID id = fault == null ? ids.apply(root) : fault.id();
                Instant beganAt =
                        fault == null ? Collections.min(members.values()) : fault.beganAt();
                open.add(new Fault(id, root, beganAt, null, members));
                members.keySet().forEach(member -> faultOf.put(member, id));
            });
            standing.forEach((node, fault) -> {
                UUID now = faultOf.get(node);
                if (fault.id().equals(now)) return;
                ended.add(
                        now == null
                                ? new Fault.Ended(fault, Fault.Cause.MAINTENANCE, null)
                                : new Fault.Ended(fault, Fault.Cause.MERGED, now));
            });
        }

        private void group(Map<NodeId, Ways.Way> ways, Map<NodeId, Map<NodeId, Instant>> groups) {
            ways.forEach((node, way) -> {
                Instant since = rest.get(node);
                if (since != null) {
                    groups.computeIfAbsent(way.start(), _ -> new HashMap<>()).put(node, since);
                }
            });
        }

        /** Links among the rest, from both ends. */
        private Map<NodeId, Set<NodeId>> meshOfRest() {
            var mesh = new HashMap<NodeId, Set<NodeId>>();
            for (NodeId node : rest.keySet()) {
                for (NodeId neighbour : links.getOrDefault(node, Set.of())) {
                    if (!rest.containsKey(neighbour)) continue;
                    mesh.computeIfAbsent(node, _ -> new HashSet<>()).add(neighbour);
                    mesh.computeIfAbsent(neighbour, _ -> new HashSet<>()).add(node);
                }
            }
            return mesh;
        }

        /** Those who are silent by themselves; who is maintained comes last, so that in doubt there is an alert. */
        private List<NodeId> starts(Set<NodeId> allSilent) {
            return rest.keySet().stream()
                    .filter(node ->
                            isMaintained(node) || isGateway(node) || hangsOn(node, allSilent))
                    .sorted(
                            Comparator.comparing(this::isMaintained)
                                    .thenComparing(node -> !isGateway(node))
                                    .thenComparing(NodeId::hex))
                    .toList();
        }

        /** Whether a neighbour of {@code node} is heard. */
        private boolean hangsOn(NodeId node, Set<NodeId> allSilent) {
            return links.getOrDefault(node, Set.of()).stream()
                    .anyMatch(neighbour ->
                            nodes.containsKey(neighbour) && !allSilent.contains(neighbour));
        }

        private boolean isKnown(Map.Entry<NodeId, Instant> member) {
            return covering.containsKey(member.getKey()) || isSettled(member.getValue());
        }

        private boolean isSettled(Instant silentSince) {
            return silentSince.plus(silentAfter).plus(SETTLE).isBefore(now);
        }

        private boolean isMaintained(NodeId node) {
            Known known = nodes.get(node);
            return known != null && known.maintained();
        }

        private boolean isGateway(NodeId node) {
            Known known = nodes.get(node);
            return known != null && known.gateway();
        }
    }
}
