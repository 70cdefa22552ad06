package org.coopmesh.membership.outage;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.coopmesh.eventbus.Outbox;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.member.Membership;
import org.coopmesh.membership.member.SiteId;
import org.coopmesh.membership.node.Attachment;
import org.coopmesh.membership.node.Node;
import org.coopmesh.membership.node.NodeId;
import org.coopmesh.membership.node.NodeRecordId;
import org.coopmesh.membership.node.NodeRegister;
import org.coopmesh.membership.topology.Topology;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Watches over the nodes: one alert a fault, kept until it is long over. Who is silent is a matter of the wall clock, as in
 * topology; people are shown the co-op's clock, and work is announced on it.
 */
@Service
@EnableConfigurationProperties(OutageSettings.class)
public class Outages {
    /** When the watch has not looked for so long, nobody was watched meanwhile, and no silence of that time counts. */
    static final Duration UNWATCHED_AFTER = Duration.ofMinutes(2);

    /** How long faults are kept after they have ended. */
    static final Duration KEPT = Duration.ofDays(400);

    /** Work that is on or to come at one time. */
    static final int MAINTENANCE_MAX = 200;

    /** One announcement of work is for no longer than this. */
    static final Duration MAINTENANCE_LENGTH_MAX = Duration.ofDays(14);

    private static final Logger log = LoggerFactory.getLogger(Outages.class);

    private final Faults faults;
    private final MaintenanceWindows windows;
    private final NodeRegister register;
    private final Topology topology;
    private final Membership membership;
    private final Outbox outbox;
    private final OutageSettings settings;
    private final Clock clock;
    private final Clock wallClock = Clock.systemUTC();

    Outages(
            Faults faults,
            MaintenanceWindows windows,
            NodeRegister register,
            Topology topology,
            Membership membership,
            Outbox outbox,
            OutageSettings settings,
            Clock clock) {
        this.faults = faults;
        this.windows = windows;
        this.register = register;
        this.topology = topology;
        this.membership = membership;
        this.outbox = outbox;
        this.settings = settings;
        this.clock = clock;
    }

    /** Looks who is silent; of several replicas one does. */
    @Scheduled(fixedDelayString = "${coopmesh.outage.check-interval:PT20S}")
    @Transactional
    void look() {
        look(wallClock.instant());
    }

    /** Looks as of {@code now} on the wall clock: opens, keeps and closes alerts, and tells what outages are over. */
    @Transactional
    void look(Instant now) {
        if (!faults.lock()) return;
        Instant listeningSince = listen(now);
        Duration ahead = Duration.between(now, clock.instant());
        var inService = new HashMap<NodeId, Node.Enrolled>();
        for (Node node : register.inService()) {
            if (node instanceof Node.Enrolled enrolled) {
                inService.put(enrolled.credential().nodeId(), enrolled);
            }
        }
        Map<NodeId, Reckoning.Known> known = known(inService, listeningSince, now, ahead);
        List<Fault> before = faults.open();
        Set<NodeId> silent = Reckoning.silent(now, settings.silentAfter(), known, before).keySet();
        if (silent.isEmpty() && before.isEmpty()) return;
        Reckoning.Outcome outcome =
                Reckoning.at(
                        now,
                        settings.silentAfter(),
                        known,
                        topology.lastNeighbours(silent),
                        before,
                        node -> idFor(node, now));
        keep(before, outcome, inService, known, now, ahead);
    }

    /** Since when the watch looks without a gap; a gap is an alert of its own. */
    private Instant listen(Instant now) {
        Faults.Watch before = faults.watch().orElse(null);
        Instant since = before == null ? now : before.listeningSince();
        if (before != null && before.checkedAt().plus(UNWATCHED_AFTER).isBefore(now)) {
            faults.unwatched(before.checkedAt(), now);
            since = now;
            log.atWarn()
                    .addKeyValue("since", before.checkedAt())
                    .log("nodes were not watched for a while");
        }
        faults.looked(new Faults.Watch(now, since));
        return since;
    }

    private Map<NodeId, Reckoning.Known> known(
            Map<NodeId, Node.Enrolled> inService,
            Instant listeningSince,
            Instant now,
            Duration ahead) {
        Instant coopNow = now.plus(ahead);
        List<Maintenance> works = windows.since(coopNow.minus(MAINTENANCE_LENGTH_MAX));
        List<Maintenance> on = works.stream().filter(work -> work.isOn(coopNow)).toList();
        Instant lastEnd =
                works.stream()
                        .map(Maintenance::endsAt)
                        .filter(end -> !end.isAfter(coopNow))
                        .max(Instant::compareTo)
                        .map(end -> end.minus(ahead))
                        .orElse(Instant.EPOCH);
        // Whoever was silent behind work that is over now has as long to come back as anybody.
        Instant notBefore = lastEnd.isAfter(listeningSince) ? lastEnd : listeningSince;
        var known = new HashMap<NodeId, Reckoning.Known>();
        topology.lastHeard()
                .forEach((id, heard) -> {
                    Node.Enrolled node = inService.get(id);
                    if (node == null) return;
                    known.put(
                            id,
                            new Reckoning.Known(
                                    node.about().gateway(),
                                    heard,
                                    notBefore,
                                    on.stream().anyMatch(work -> work.covers(node.id()))));
                });
        return known;
    }

    private UUID idFor(@Nullable NodeId node, Instant now) {
        if (node == null) return UUID.randomUUID();
        return faults.endedAfter(node, now.minus(Reckoning.RELAPSE_WITHIN))
                .orElseGet(UUID::randomUUID);
    }

    private void keep(
            List<Fault> before,
            Reckoning.Outcome outcome,
            Map<NodeId, Node.Enrolled> inService,
            Map<NodeId, Reckoning.Known> known,
            Instant now,
            Duration ahead) {
        Map<UUID, Fault> kept = before.stream().collect(Collectors.toMap(Fault::id, one -> one));
        for (Fault fault : outcome.open()) {
            Fault same = kept.get(fault.id());
            if (same != null && Objects.equals(same.recoveringSince(), fault.recoveringSince()))
                continue;
            if (faults.keep(fault, now)) {
                log.atWarn()
                        .addKeyValue("fault", fault.id())
                        .addKeyValue("nodeId", fault.isEverywhere() ? "everybody" : fault.node())
                        .addKeyValue("silent", fault.silent().size())
                        .log("nodes fell silent");
            }
        }
        for (Fault.Ended ended : outcome.ended()) {
            faults.end(ended, now);
            log.atInfo()
                    .addKeyValue("fault", ended.fault().id())
                    .addKeyValue("cause", ended.cause())
                    .log("fault is over");
        }
        keepSilences(before, outcome.open(), inService, known, now, ahead);
    }

    /** A silence and the fault that covers it. */
    private record Cover(UUID fault, Instant since) {}

    private static Map<NodeId, Cover> covers(Collection<Fault> faults) {
        var covers = new HashMap<NodeId, Cover>();
        for (Fault fault : faults) {
            fault.silent().forEach((node, since) -> covers.put(node, new Cover(fault.id(), since)));
        }
        return covers;
    }

    private void keepSilences(
            List<Fault> before,
            List<Fault> after,
            Map<NodeId, Node.Enrolled> inService,
            Map<NodeId, Reckoning.Known> known,
            Instant now,
            Duration ahead) {
        Map<NodeId, Cover> was = covers(before);
        Map<NodeId, Cover> is = covers(after);
        var over = new HashMap<NodeId, Instant>();
        was.forEach((node, cover) -> {
            Cover still = is.get(node);
            if (still != null && still.since().equals(cover.since())) return;
            Reckoning.Known seen = known.get(node);
            Instant at = seen == null ? now : seen.lastHeard();
            over.put(node, at.isAfter(cover.since()) ? at : now);
        });
        if (!over.isEmpty()) tell(faults.end(over, settings.toldFrom()), ahead);
        var moved = new HashMap<NodeId, UUID>();
        var begun = new HashMap<NodeId, Cover>();
        is.forEach((node, cover) -> {
            Cover had = was.get(node);
            if (had == null || !had.since().equals(cover.since())) begun.put(node, cover);
            else if (!had.fault().equals(cover.fault())) moved.put(node, cover.fault());
        });
        if (!moved.isEmpty()) faults.move(moved);
        if (!begun.isEmpty()) begin(begun, inService);
    }

    private void begin(Map<NodeId, Cover> begun, Map<NodeId, Node.Enrolled> inService) {
        var silences = new ArrayList<Faults.Begun>();
        var nodes = new HashMap<NodeRecordId, NodeId>();
        begun.forEach((id, cover) -> {
            Node.Enrolled node = inService.get(id);
            if (node == null) throw new IllegalStateException("silent and not in service: " + id);
            nodes.put(node.id(), id);
            silences.add(
                    new Faults.Begun(
                            id, cover.since(), cover.fault(), node.id(), node.about().owner()));
        });
        faults.begin(silences);
        List<Attachment> attachments = register.attachmentsOf(nodes.keySet());
        Map<SiteId, MemberId> members =
                membership.answering(attachments.stream().map(Attachment::site).toList());
        var behind = new ArrayList<Faults.Behind>();
        for (Attachment attachment : attachments) {
            NodeId node = nodes.get(attachment.node());
            Cover cover = node == null ? null : begun.get(node);
            MemberId member = members.get(attachment.site());
            if (node == null || cover == null || member == null) continue;
            behind.add(
                    new Faults.Behind(
                            node, cover.since(), attachment.id(), attachment.site(), member));
        }
        if (!behind.isEmpty()) faults.behind(behind);
    }

    /** States what is over, in the transaction that ends it: once, whoever looks. */
    private void tell(List<Faults.EndedOutage> outages, Duration ahead) {
        outbox.addAll(
                OutageEvents.TOPIC,
                outages.stream()
                        .map(outage ->
                                new Outbox.Stated(
                                        outage.node().hex(),
                                        OutageEvents.ended(
                                                outage,
                                                outage.beganAt().plus(ahead),
                                                outage.endedAt().plus(ahead))))
                        .toList());
    }

    /** Forgets what ended long ago. */
    @Scheduled(fixedDelayString = "PT1H")
    @Transactional
    void forget() {
        faults.forgetBefore(wallClock.instant().minus(KEPT));
        windows.forgetBefore(clock.instant().minus(KEPT));
    }

    /**
     * When the watch looked last, on the co-op's clock.
     *
     * @param silent whether that is so long ago that nobody is watched now
     */
    record Looked(@Nullable Instant at, boolean silent) {}

    @Transactional(readOnly = true)
    Looked looked() {
        Instant now = wallClock.instant();
        return faults.watch()
                .map(watch ->
                        new Looked(
                                watch.checkedAt().plus(ahead()),
                                watch.checkedAt().plus(UNWATCHED_AFTER).isBefore(now)))
                .orElse(new Looked(null, true));
    }

    /** Open faults, first those that hit most members; of {@code member}, or of all. */
    @Transactional(readOnly = true)
    List<Faults.Line> open(@Nullable MemberId member, int limit) {
        Duration ahead = ahead();
        return faults.openLines(member, limit).stream().map(line -> line.ahead(ahead)).toList();
    }

    /** Ended faults, the newest first, after the fault {@code after}; of {@code member}, or of all. */
    @Transactional(readOnly = true)
    List<Faults.Line> ended(@Nullable MemberId member, @Nullable UUID after, int limit) {
        Duration ahead = ahead();
        return faults.endedLines(member, after, limit).stream()
                .map(line -> line.ahead(ahead))
                .toList();
    }

    /**
     * One fault.
     *
     * @throws OutageRefused if there is none
     */
    @Transactional(readOnly = true)
    Faults.Line find(UUID id) {
        return faults.line(id).orElseThrow(() -> notFound(id)).ahead(ahead());
    }

    /** What a fault covers; of {@code member}, or all of it. */
    @Transactional(readOnly = true)
    List<Faults.Covered> covered(UUID fault, @Nullable MemberId member, int limit) {
        Duration ahead = ahead();
        return faults.covered(fault, member, limit).stream()
                .map(covered -> covered.ahead(ahead))
                .toList();
    }

    /**
     * Says that somebody knows of a fault, and what they say of it; the newest word counts.
     *
     * @throws OutageRefused if there is no such fault
     */
    @Transactional
    void acknowledge(UUID id, UUID by, String note) {
        if (!faults.acknowledge(id, by, clock.instant(), note.strip())) throw notFound(id);
        log.atInfo().addKeyValue("fault", id).addKeyValue("by", by).log("fault acknowledged");
    }

    private static OutageRefused notFound(UUID id) {
        return new OutageRefused(OutageRefused.Why.OUTAGE_NOT_FOUND, "no such outage: " + id);
    }

    /**
     * Announces work on a node, or (null) on all; times on the co-op's clock.
     *
     * @throws OutageRefused if it ends before it starts or is over, is too long, or too much is announced already
     */
    @Transactional
    Maintenance announce(
            @Nullable NodeRecordId node, Instant from, Instant to, String reason, UUID by) {
        Instant now = clock.instant();
        if (!from.isBefore(to) || !to.isAfter(now)) {
            throw new OutageRefused(
                    OutageRefused.Why.TIMES_WRONG, "endsAt: is after startsAt, and not yet over");
        }
        if (Duration.between(from, to).compareTo(MAINTENANCE_LENGTH_MAX) > 0) {
            throw new OutageRefused(
                    OutageRefused.Why.TIMES_WRONG,
                    "endsAt: at most " + MAINTENANCE_LENGTH_MAX.toDays() + " days after startsAt");
        }
        if (node != null) register.find(node);
        var work = new Maintenance(UUID.randomUUID(), node, from, to, reason.strip(), by, now);
        if (!windows.insert(work, MAINTENANCE_MAX)) {
            throw new OutageRefused(
                    OutageRefused.Why.TOO_MUCH_WORK,
                    "at most " + MAINTENANCE_MAX + " announcements at one time");
        }
        return work;
    }

    /**
     * Ends work now, or takes it back.
     *
     * @throws OutageRefused if there is none that is not over
     */
    @Transactional
    void endWork(UUID id) {
        if (!windows.end(id, clock.instant())) {
            throw new OutageRefused(
                    OutageRefused.Why.MAINTENANCE_NOT_FOUND,
                    "no such work that is not over: " + id);
        }
    }

    /** Work that is on or to come. */
    @Transactional(readOnly = true)
    List<Maintenance> works() {
        return windows.since(clock.instant());
    }

    private Duration ahead() {
        return Duration.between(wallClock.instant(), clock.instant());
    }
}
