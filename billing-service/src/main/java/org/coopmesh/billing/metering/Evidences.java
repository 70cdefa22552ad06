package org.coopmesh.billing.metering;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.coopmesh.billing.metering.UsageEvidence.Certified;
import org.coopmesh.billing.metering.UsageEvidence.Day;
import org.coopmesh.billing.metering.UsageEvidence.Inclusion;
import org.coopmesh.billing.metering.UsageEvidence.Node;
import org.coopmesh.billing.metering.UsageEvidence.NotWhole;
import org.coopmesh.billing.metering.UsageEvidence.Run;
import org.coopmesh.billing.metering.UsageEvidence.Signed;
import org.coopmesh.billing.metering.UsageReport.AttachmentUsage;
import org.coopmesh.billing.metering.UsageReports.Boot;
import org.springframework.stereotype.Component;

/** Gathers the evidence for what was counted. */
@Component
class Evidences {
    /** More reports than a site's month has, on nodes that report every five minutes. */
    private static final int REPORTS_MAX = 40_000;

    /** Certificates of one node: some years of them. */
    private static final int CERTIFICATES_MAX = 16;

    private final UsageReports reports;
    private final UsageHours hours;
    private final UsageDays days;
    private final Certificates certificates;

    Evidences(UsageReports reports, UsageHours hours, UsageDays days, Certificates certificates) {
        this.reports = reports;
        this.hours = hours;
        this.days = days;
        this.certificates = certificates;
    }

    private record RunKey(NodeId node, UUID boot, long last) implements Comparable<RunKey> {
        @Override
        public int compareTo(RunKey other) {
            int byNode = node.compareTo(other.node);
            int byBoot = byNode != 0 ? byNode : boot.compareTo(other.boot);
            return byBoot != 0 ? byBoot : Long.compare(last, other.last);
        }
    }

    UsageEvidence of(Collection<Stretch> stretches, Instant countedBy) {
        Map<RunKey, TreeMap<Long, KeptReport>> runs = counted(stretches, countedBy);
        Map<LocalDate, UsageDays.Tiles> tiles = new TreeMap<>();
        Map<LocalDate, Day> told = new TreeMap<>();
        var nodes = new TreeSet<NodeId>();
        Map<NodeId, byte[]> keys = new HashMap<>();
        var signedRuns = new ArrayList<Run>();
        runs.forEach((run, counts) -> {
            if (nodes.add(run.node())) {
                keys.put(run.node(), reports.identityKey(new Boot(run.node(), run.boot())));
            }
            KeptReport first = counts.firstEntry().getValue();
            var all = new ArrayList<KeptReport>();
            all.add(first);
            all.addAll(reports.rest(first.report().key(), run.last()));
            if (all.size() != run.last() - first.report().sequence() + 1) {
                throw new NotWhole("reports that a signature rests on are not kept any more");
            }
            var signed = new ArrayList<Signed>();
            for (KeptReport kept : all) {
                signed.add(
                        new Signed(
                                kept.report().signed().toByteArray(),
                                counts.containsKey(kept.report().sequence())
                                        ? inclusion(kept, tiles, told)
                                        : null));
            }
            signedRuns.add(new Run(run.node(), first.runSignature().toByteArray(), signed));
        });
        return new UsageEvidence(
                nodes.stream()
                        .map(node ->
                                new Node(
                                        node,
                                        java.util.Objects.requireNonNull(keys.get(node)),
                                        certificates.of(node, CERTIFICATES_MAX).stream()
                                                .map(kept ->
                                                        new Certified(
                                                                kept.certificate(),
                                                                kept.authority()))
                                                .toList()))
                        .toList(),
                List.copyOf(signedRuns),
                List.copyOf(told.values()));
    }

    /** The reports that count, by the run that signs them and their sequence. */
    private Map<RunKey, TreeMap<Long, KeptReport>> counted(
            Collection<Stretch> stretches, Instant countedBy) {
        Map<RunKey, TreeMap<Long, KeptReport>> runs = new TreeMap<>();
        if (stretches.isEmpty()) return runs;
        List<AttachmentId> attachments =
                stretches.stream().map(Stretch::attachment).distinct().toList();
        Instant from = stretches.stream().map(Stretch::from).min(Instant::compareTo).orElseThrow();
        Instant to = stretches.stream().map(Stretch::to).max(Instant::compareTo).orElseThrow();
        int found = 0;
        for (NodeId node : hours.nodesOf(attachments, from, to)) {
            for (KeptReport kept :
                    reports.countedOf(node, from, to, countedBy, REPORTS_MAX - found + 1)) {
                if (!speaksOf(kept.report(), stretches)) continue;
                found++;
                if (found > REPORTS_MAX) {
                    throw new NotWhole("more than " + REPORTS_MAX + " reports");
                }
                runs.computeIfAbsent(
                                new RunKey(node, kept.report().bootId(), kept.runLast()),
                                run -> new TreeMap<>())
                        .put(kept.report().sequence(), kept);
            }
        }
        return runs;
    }

    private static boolean speaksOf(UsageReport report, Collection<Stretch> stretches) {
        for (AttachmentUsage usage : report.attachments()) {
            if (!usage.own()) continue;
            for (Stretch stretch : stretches) {
                if (stretch.attachment().equals(usage.attachment())
                        && !report.hour().isBefore(stretch.from())
                        && report.hour().isBefore(stretch.to())) {
                    return true;
                }
            }
        }
        return false;
    }

    private Inclusion inclusion(
            KeptReport kept, Map<LocalDate, UsageDays.Tiles> tiles, Map<LocalDate, Day> told) {
        LocalDate date = LocalDate.ofInstant(kept.receivedAt(), ZoneOffset.UTC);
        UsageDays.Tiles of =
                tiles.computeIfAbsent(
                        date,
                        open ->
                                days.find(open)
                                        .map(days::tiles)
                                        .orElseThrow(() ->
                                                new NotWhole(
                                                        open + " is not closed yet, come again")));
        UsageDays.Place place = of.place(kept.report().hash(), kept.receivedAt());
        told.putIfAbsent(date, new Day(date, place.day().reports(), place.day().root()));
        return new Inclusion(date, place.index(), place.path());
    }
}
