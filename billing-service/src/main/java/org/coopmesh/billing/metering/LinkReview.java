package org.coopmesh.billing.metering;

import com.google.protobuf.ByteString;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.coopmesh.billing.metering.LinkHour.End;
import org.coopmesh.billing.metering.LinkHour.LinkId;
import org.coopmesh.billing.metering.LinkHour.Outside;
import org.coopmesh.billing.metering.Links.Discrepancy;
import org.coopmesh.billing.metering.MeterEvents.Evidence;
import org.coopmesh.billing.metering.UsageReport.Key;
import org.coopmesh.billing.metering.UsageReport.LinkUsage;
import org.coopmesh.billing.metering.UsageReports.Boot;
import org.coopmesh.eventbus.Outbox;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Compares the two ends of every link whose reports came in, an hour at a time, and tells a link whose ends disagree too
 * often. An hour is compared anew whenever a report of it comes, however late: what was found before is replaced.
 */
@Component
class LinkReview {
    /** Marks taken in one transaction. */
    private static final int MARKS_MAX = 64;

    /** Nodes whose reports of one hour, and those of their neighbours, are in memory at a time. */
    private static final int NODES_MAX = 16;

    /** Windows outside that are looked at for one link; more change nothing about what is told. */
    private static final int OUTSIDE_MAX = 1_000;

    /** The longest proof of one report that travels in a fact. */
    private static final int EVIDENCE_BYTES_MAX = 256 * 1024;

    private static final Logger log = LoggerFactory.getLogger(LinkReview.class);

    private final Links links;
    private final UsageReports reports;
    private final Outbox outbox;
    private final TransactionTemplate transaction;
    private final LinkCheck check;
    private final int balancePpm;
    private final Duration quiet;
    private final Clock clock;

    LinkReview(
            Links links,
            UsageReports reports,
            Outbox outbox,
            TransactionTemplate transaction,
            MeteringSettings settings,
            Clock clock) {
        this.links = links;
        this.reports = reports;
        this.outbox = outbox;
        this.transaction = transaction;
        this.check = settings.link().check();
        this.balancePpm = settings.link().balancePpm();
        this.quiet = settings.link().quiet();
        this.clock = clock;
    }

    /** Looks at everything that came in since the last time. */
    @Scheduled(fixedDelayString = "${coopmesh.metering.check-interval:PT10S}")
    void review() {
        while (Boolean.TRUE.equals(transaction.execute(status -> reviewSome()))) {}
    }

    /** True where there may be more. */
    private boolean reviewSome() {
        if (!links.lock()) return false;
        List<Links.Due> marks = links.take(MARKS_MAX);
        Map<Instant, TreeSet<NodeId>> due = new TreeMap<>();
        for (Links.Due mark : marks) {
            due.computeIfAbsent(mark.hour(), hour -> new TreeSet<>()).addAll(mark.nodes());
        }
        due.forEach((hour, nodes) -> {
            var chunk = new ArrayList<NodeId>();
            for (NodeId node : nodes) {
                chunk.add(node);
                if (chunk.size() == NODES_MAX) {
                    compare(hour, chunk);
                    chunk.clear();
                }
            }
            compare(hour, chunk);
        });
        return marks.size() == MARKS_MAX;
    }

    /** Compares all links of {@code nodes} in the hour. */
    private void compare(Instant hour, Collection<NodeId> nodes) {
        if (nodes.isEmpty()) return;
        Map<NodeId, Map<NodeId, List<End>>> ends = new HashMap<>();
        Map<NodeId, NodeHour> passed = new HashMap<>();
        reports.linksOf(
                nodes,
                hour,
                report -> {
                    collect(report, ends);
                    passed.compute(
                            report.nodeId(),
                            (node, before) ->
                                    (before == null ? NodeHour.none(node, hour) : before)
                                            .plus(report));
                });
        links.replaceNodes(passed.values(), check.epsilonBytes(), balancePpm);
        Set<LinkId> concerned = new TreeSet<>();
        ends.forEach((node, neighbours) ->
                neighbours.keySet().forEach(other -> concerned.add(LinkId.of(node, other))));
        var others = new HashSet<NodeId>();
        for (LinkId link : concerned) {
            others.add(link.low());
            others.add(link.high());
        }
        others.removeAll(Set.copyOf(nodes));
        if (!others.isEmpty()) {
            reports.linksOf(others, hour, report -> collect(report, ends));
        }
        var compared =
                concerned.stream()
                        .map(link ->
                                LinkHour.of(
                                        link,
                                        hour,
                                        ends(ends, link.low(), link.high()),
                                        ends(ends, link.high(), link.low()),
                                        check))
                        .toList();
        links.replace(compared);
        for (LinkHour found : compared) {
            if (!found.outside().isEmpty()) weigh(found);
        }
    }

    private static List<End> ends(
            Map<NodeId, Map<NodeId, List<End>>> ends, NodeId node, NodeId neighbour) {
        return ends.getOrDefault(node, Map.of()).getOrDefault(neighbour, List.of());
    }

    private static void collect(UsageReport report, Map<NodeId, Map<NodeId, List<End>>> ends) {
        for (LinkUsage link : report.links()) {
            NodeId neighbour = link.neighbour();
            if (neighbour == null || neighbour.equals(report.nodeId())) continue;
            ends.computeIfAbsent(report.nodeId(), node -> new HashMap<>())
                    .computeIfAbsent(neighbour, other -> new ArrayList<>())
                    .add(
                            new End(
                                    report.key(),
                                    report.startedAt(),
                                    report.endedAt(),
                                    link.sent(),
                                    link.received()));
        }
    }

    /** Tells the link if, with what was found in the hours around, it was outside too often. */
    private void weigh(LinkHour found) {
        Duration reach =
                found.outside().stream()
                        .map(Outside::length)
                        .max(Duration::compareTo)
                        .orElseThrow()
                        .multipliedBy(check.span());
        List<Outside> windows =
                links.outside(
                        found.link(),
                        found.hour().minus(reach),
                        found.hour().plus(1, ChronoUnit.HOURS).plus(reach),
                        OUTSIDE_MAX);
        tooMany(windows, check).ifPresent(these -> tell(found.link(), these));
    }

    /** All windows of the first to the last run in which so many of so many windows in a row are outside. */
    static Optional<List<Outside>> tooMany(List<Outside> windows, LinkCheck check) {
        int first = -1;
        int last = -1;
        for (int i = 0; i + check.limit() <= windows.size(); i++) {
            Outside from = windows.get(i);
            Outside to = windows.get(i + check.limit() - 1);
            Duration all = Duration.between(from.low().startedAt(), to.low().endedAt());
            Duration most =
                    from.length().multipliedBy(check.span()).plus(check.skew().multipliedBy(2));
            if (all.compareTo(most) <= 0) {
                if (first < 0) first = i;
                last = i + check.limit();
            }
        }
        return first < 0 ? Optional.empty() : Optional.of(windows.subList(first, last));
    }

    private void tell(LinkId link, List<Outside> windows) {
        var found =
                new Discrepancy(
                        UUID.randomUUID(),
                        link,
                        windows.getFirst().low().startedAt(),
                        windows.getLast().low().endedAt(),
                        windows.size(),
                        clock.instant().truncatedTo(ChronoUnit.MICROS));
        if (links.extend(found, found.from().minus(quiet))) return;
        links.raise(found);
        // The last window of a run has the shortest proof: the signature is over the run's end.
        Outside shown = windows.getFirst();
        Evidence low = evidence(shown.low().report());
        Evidence high = evidence(shown.high().report());
        for (Outside other : windows.subList(1, windows.size())) {
            Evidence otherLow = evidence(other.low().report());
            Evidence otherHigh = evidence(other.high().report());
            if (otherLow.bytes() + otherHigh.bytes() < low.bytes() + high.bytes()) {
                shown = other;
                low = otherLow;
                high = otherHigh;
            }
        }
        outbox.add(
                MeterEvents.TOPIC,
                link.low().hex(),
                MeterEvents.discrepancy(found, shown, low, high, check));
        log.atWarn()
                .addKeyValue("discrepancyId", found.id())
                .addKeyValue("lowNodeId", link.low())
                .addKeyValue("highNodeId", link.high())
                .log("the two ends of a link disagree");
    }

    private Evidence evidence(Key key) {
        KeptReport kept =
                reports.find(key).orElseThrow(() -> new IllegalStateException("not kept: " + key));
        var run = new ArrayList<ByteString>();
        run.add(kept.report().signed());
        long bytes = kept.report().signed().size();
        for (KeptReport after : reports.rest(key, kept.runLast())) {
            run.add(after.report().signed());
            bytes += after.report().signed().size();
        }
        boolean whole = bytes <= EVIDENCE_BYTES_MAX;
        return new Evidence(
                reports.identityKey(new Boot(key.nodeId(), key.bootId())),
                whole ? List.copyOf(run) : List.of(kept.report().signed()),
                kept.runSignature(),
                whole,
                bytes);
    }
}
