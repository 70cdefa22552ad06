package org.coopmesh.billing.metering;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.coopmesh.billing.metering.Receipt.SetAside;
import org.coopmesh.billing.metering.UsageReport.Key;
import org.coopmesh.billing.metering.UsageReports.Boot;
import org.coopmesh.billing.metering.UsageReports.Heard;
import org.coopmesh.billing.metering.UsageReports.Known;
import org.coopmesh.billing.metering.UsageReports.News;
import org.coopmesh.billing.metering.UsageReports.Place;
import org.coopmesh.billing.metering.UsageReports.Range;
import org.coopmesh.billing.metering.Verdict.Counted;
import org.coopmesh.billing.metering.Verdict.Implausible;
import org.coopmesh.billing.metering.Verdict.Reason;
import org.coopmesh.eventbus.Outbox;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Makes verified reports durable, each once, and adds the plausible ones to their hours: all in one transaction. */
@Component
class Intake {
    /** The most missing sequences that one answer names. */
    static final int MISSING_MAX = 1_000;

    private final UsageReports reports;
    private final UsageHours hours;
    private final Links links;
    private final Roster roster;
    private final Outbox outbox;
    private final Plausibility plausibility;
    private final Clock clock;

    Intake(
            UsageReports reports,
            UsageHours hours,
            Links links,
            Roster roster,
            Outbox outbox,
            MeteringSettings settings,
            Clock clock) {
        this.reports = reports;
        this.hours = hours;
        this.links = links;
        this.roster = roster;
        this.outbox = outbox;
        this.plausibility = settings.plausibility();
        this.clock = clock;
    }

    /**
     * Stores what is new in {@code arrivals} and answers each in turn. Meets a unique key, and changes nothing, where
     * another replica stores the same reports at this moment: then the caller stores again.
     */
    @Transactional
    List<List<Receipt>> store(List<Arrival> arrivals) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Map<Key, Known> known = reports.known(ranges(arrivals));
        Map<Boot, Heard> heard = reports.heard(boots(arrivals));
        roster.look(
                arrivals.stream()
                        .flatMap(arrival -> arrival.chains().stream())
                        .flatMap(chain -> chain.reports().stream())
                        .filter(report -> !known.containsKey(report.key()))
                        .toList());

        var fresh = new ArrayList<KeptReport>();
        var news = new HashMap<Boot, News>();
        var conflicting = new HashMap<UsageReport, Reason>();
        for (Arrival arrival : arrivals) {
            for (ReportChain chain : arrival.chains()) {
                for (UsageReport report : chain.reports()) {
                    Known there = known.get(report.key());
                    if (there != null) {
                        if (!there.hash().equals(report.hash())) {
                            conflicting.put(report, Reason.CONFLICT);
                            keepApart(kept(report, chain, new Implausible(Reason.CONFLICT), now));
                        }
                        continue;
                    }
                    Boot boot = boot(report);
                    if (pruned(heard.get(boot), report)) continue;
                    Verdict verdict = judge(report, known, now);
                    fresh.add(kept(report, chain, verdict, now));
                    known.put(report.key(), known(report, verdict));
                    news.merge(
                            boot, new News(boot, arrival.key(), report.sequence(), 1), News::plus);
                }
            }
        }
        reports.add(fresh);
        count(
                fresh.stream()
                        .filter(kept -> kept.verdict() instanceof Counted)
                        .map(KeptReport::report)
                        .toList());
        for (KeptReport kept : fresh) {
            kept.report().lost().ifPresent(gap -> reports.addGap(kept.report(), gap));
            switch (kept.verdict()) {
                case Implausible implausible -> tell(kept, implausible.reason());
                case Counted counted -> {}
            }
        }
        var heardNow = new HashMap<>(heard);
        heardNow.putAll(reports.hear(news.values(), now));
        return arrivals.stream()
                .map(arrival -> receipts(arrival, known, conflicting, heardNow))
                .toList();
    }

    /**
     * Judges some reports again that were set aside because the roster did not know an attachment: facts about
     * attachments come another way and may come later.
     *
     * @return the last of them, or null where there was none after {@code after}
     */
    @Transactional
    @Nullable Place judgeAgain(Place after, int limit) {
        List<KeptReport> waiting = reports.lockUnknown(after, limit);
        if (waiting.isEmpty()) return null;
        roster.look(waiting.stream().map(KeptReport::report).toList());
        var counted = new ArrayList<UsageReport>();
        for (KeptReport kept : waiting) {
            Verdict verdict =
                    roster.objects(kept.report())
                            .<Verdict>map(Implausible::new)
                            .orElseGet(() -> plausibility.judge(kept.report(), kept.receivedAt()));
            if (verdict.equals(kept.verdict())) continue;
            reports.judgeAgain(
                    new KeptReport(
                            kept.report(),
                            kept.runLast(),
                            kept.runSignature(),
                            verdict,
                            kept.receivedAt()),
                    clock.instant().truncatedTo(ChronoUnit.MICROS));
            if (verdict instanceof Counted) counted.add(kept.report());
        }
        count(counted);
        return Place.of(waiting.getLast());
    }

    /** Adds reports that count to their hours, and has their links compared. */
    void count(List<UsageReport> counted) {
        hours.add(counted);
        links.due(counted);
    }

    private Verdict judge(UsageReport report, Map<Key, Known> known, Instant now) {
        Verdict verdict = plausibility.judge(report, now);
        if (verdict instanceof Implausible) return verdict;
        Known before = known.get(beside(report, -1));
        Known after = known.get(beside(report, 1));
        if (before != null && !before.hash().equals(report.previousHash())
                || after != null && !after.previousHash().equals(report.hash())) {
            return new Implausible(Reason.CHAIN_BROKEN);
        }
        return roster.objects(report).<Verdict>map(Implausible::new).orElse(verdict);
    }

    private void keepApart(KeptReport kept) {
        if (reports.addConflict(kept)) tell(kept, Reason.CONFLICT);
    }

    private void tell(KeptReport kept, Reason reason) {
        outbox.add(
                MeterEvents.TOPIC,
                kept.report().nodeId().hex(),
                MeterEvents.setAside(kept, reason));
    }

    private List<Receipt> receipts(
            Arrival arrival,
            Map<Key, Known> known,
            Map<UsageReport, Reason> conflicting,
            Map<Boot, Heard> heard) {
        var upTo = new LinkedHashMap<Boot, Long>();
        var aside = new HashMap<UUID, TreeMap<Long, Reason>>();
        for (ReportChain chain : arrival.chains()) {
            upTo.merge(boot(chain.last()), chain.last().sequence(), Math::max);
            for (UsageReport report : chain.reports()) {
                Known kept = known.get(report.key());
                Reason reason = conflicting.get(report);
                if (reason == null && kept != null) reason = kept.reason();
                if (reason != null) {
                    aside.computeIfAbsent(report.bootId(), b -> new TreeMap<>())
                            .put(report.sequence(), reason);
                }
            }
        }
        var receipts = new ArrayList<Receipt>();
        upTo.forEach((boot, last) -> {
            Heard now = heard.get(boot);
            List<Long> missing =
                    now == null || now.whole()
                            ? List.of()
                            : reports.missing(boot, last, MISSING_MAX);
            List<SetAside> setAside =
                    aside.getOrDefault(boot.bootId(), new TreeMap<>()).entrySet().stream()
                            .map(entry -> new SetAside(entry.getKey(), entry.getValue()))
                            .toList();
            receipts.add(new Receipt(boot.bootId(), last, missing, setAside));
        });
        return receipts;
    }

    private static List<Range> ranges(List<Arrival> arrivals) {
        return arrivals.stream()
                .flatMap(arrival -> arrival.chains().stream())
                .map(chain ->
                        new Range(
                                boot(chain.last()),
                                chain.reports().getFirst().sequence() - 1,
                                Math.max(chain.last().sequence(), chain.last().sequence() + 1)))
                .toList();
    }

    private static TreeSet<Boot> boots(List<Arrival> arrivals) {
        var boots = new TreeSet<Boot>();
        for (Arrival arrival : arrivals) {
            for (ReportChain chain : arrival.chains()) boots.add(boot(chain.last()));
        }
        return boots;
    }

    /** What is no longer kept was kept once: it met its key then. */
    private static boolean pruned(@Nullable Heard heard, UsageReport report) {
        return heard != null && report.sequence() <= heard.prunedTo();
    }

    private static Boot boot(UsageReport report) {
        return new Boot(report.nodeId(), report.bootId());
    }

    private static Key beside(UsageReport report, int distance) {
        return new Key(report.nodeId(), report.bootId(), report.sequence() + distance);
    }

    private static Known known(UsageReport report, Verdict verdict) {
        return new Known(
                report.hash(),
                report.previousHash(),
                switch (verdict) {
                    case Counted counted -> null;
                    case Implausible implausible -> implausible.reason();
                });
    }

    private static KeptReport kept(
            UsageReport report, ReportChain chain, Verdict verdict, Instant now) {
        return new KeptReport(report, chain.last().sequence(), chain.signature(), verdict, now);
    }
}
