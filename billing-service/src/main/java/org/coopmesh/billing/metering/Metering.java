package org.coopmesh.billing.metering;

import com.google.protobuf.ByteString;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.coopmesh.billing.metering.UsageHours.Part;
import org.coopmesh.billing.metering.UsageHours.Step;
import org.coopmesh.billing.metering.UsageReport.AttachmentUsage;
import org.coopmesh.billing.metering.UsageReport.Key;
import org.coopmesh.billing.metering.UsageReports.Begun;
import org.coopmesh.billing.metering.UsageReports.Boot;
import org.coopmesh.billing.metering.UsageReports.NodeReports;
import org.coopmesh.billing.metering.Verdict.Counted;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What the nodes counted: takes their signed reports in, each once, and says what an attachment used. */
@Service
public class Metering {
    /** Reports read for one curve of windows. */
    private static final int CURVE_REPORTS_MAX = 20_000;

    /** The longest month, and the hour more that it has in autumn. */
    private static final Duration CARRIAGE_SPAN_MAX = Duration.ofHours(31 * 24 + 1);

    private final GroupCommit groupCommit;
    private final UsageReports reports;
    private final UsageHours hours;
    private final Carriages carriages;
    private final Certificates certificates;
    private final Evidences evidences;
    private final Links links;
    private final MeteringSettings settings;
    private final Clock clock;

    Metering(
            GroupCommit groupCommit,
            UsageReports reports,
            UsageHours hours,
            Carriages carriages,
            Certificates certificates,
            Evidences evidences,
            Links links,
            MeteringSettings settings,
            Clock clock) {
        this.groupCommit = groupCommit;
        this.reports = reports;
        this.hours = hours;
        this.carriages = carriages;
        this.certificates = certificates;
        this.evidences = evidences;
        this.links = links;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * Sums what {@code attachments} used themselves in the hours that begin in [{@code from}, {@code to}). Every
     * attachment asked for is in the answer, with {@link Usage#NONE} where nothing was counted. A window that ends in
     * the next hour belongs to the hour in which it began; gaps are those that the node told.
     */
    public Map<AttachmentId, Usage> used(
            Collection<AttachmentId> attachments, Instant from, Instant to) {
        return hours.used(attachments, from, to);
    }

    /** What {@link #used} says, for many stretches in one question; one answer for each, in their order. */
    @Transactional(readOnly = true)
    public List<Usage> usedIn(List<Stretch> stretches) {
        return hours.usedIn(stretches);
    }

    /** The hours in which anything was counted, for each stretch in their order, by time. */
    public List<List<HourOfUse>> hoursIn(List<Stretch> stretches) {
        return hours.hoursIn(stretches);
    }

    /**
     * Before this moment hours are settled: their reports were waited for. One that comes later still changes what {@link
     * #carriage} says of its hour; whoever reckoned with it reckons the difference.
     */
    public Instant settledUntil() {
        return clock.instant().minus(settings.link().settle()).truncatedTo(ChronoUnit.HOURS);
    }

    /**
     * What was carried for others and originated in each hour that begins in [{@code from}, {@code to}), as counted and
     * checked up to now, oldest first; hours in which nothing was counted are left out. Asking again gives the same answer
     * until a report comes late or a person decides about one; the link check runs some seconds behind the intake.
     *
     * @throws IllegalArgumentException if the span is longer than 31 days and an hour, or does not begin on an hour
     */
    public List<Carriage> carriage(Instant from, Instant to) {
        if (!from.equals(from.truncatedTo(ChronoUnit.HOURS))) {
            throw new IllegalArgumentException("must begin on an hour: " + from);
        }
        if (Duration.between(from, to).compareTo(CARRIAGE_SPAN_MAX) > 0) {
            throw new IllegalArgumentException("at most " + CARRIAGE_SPAN_MAX.toHours() + " hours");
        }
        var hours = new ArrayList<Carriage>();
        for (Instant hour = from; hour.isBefore(to); hour = hour.plus(1, ChronoUnit.HOURS)) {
            carriages.of(hour).ifPresent(hours::add);
        }
        return List.copyOf(hours);
    }

    /** What both ends of each link agree on in the hours that begin in [{@code from}, {@code to}). */
    public List<LinkBytes> linkBytes(Instant from, Instant to) {
        return links.agreed(from, to);
    }

    /**
     * The windows in which {@code attachments} used the Internet themselves, by their own nodes, that begin in [{@code
     * from}, {@code to}); read from the signed reports, so only as far back as these are kept.
     */
    public List<InternetSample> samples(
            Collection<AttachmentId> attachments, Instant from, Instant to) {
        var samples = new ArrayList<InternetSample>();
        for (NodeId node : hours.nodesOf(attachments, from.minus(Plausibility.WINDOW_MAX), to)) {
            for (Instant day = from; day.isBefore(to); day = day.plus(1, ChronoUnit.DAYS)) {
                Instant end = day.plus(1, ChronoUnit.DAYS);
                for (KeptReport kept :
                        reports.ofNode(node, day, end.isBefore(to) ? end : to, CURVE_REPORTS_MAX)) {
                    if (kept.verdict() instanceof Counted) {
                        part(kept.report(), attachments)
                                .ifPresent(part ->
                                        samples.add(
                                                new InternetSample(
                                                        part.from(),
                                                        part.internetDown(),
                                                        part.internetUp())));
                    }
                }
            }
        }
        return samples;
    }

    /**
     * Everything that proves what was counted for {@code stretches} by {@code countedBy}.
     *
     * @throws UsageEvidence.NotWhole if not all of it can be shown, or not yet
     */
    public UsageEvidence evidence(Collection<Stretch> stretches, Instant countedBy) {
        return evidences.of(stretches, countedBy);
    }

    /** Whether the reports of {@code evidence} speak of other attachments than those of {@code stretches}. */
    public boolean namesOthers(UsageEvidence evidence, Collection<Stretch> stretches) {
        var attachments = stretches.stream().map(Stretch::attachment).collect(Collectors.toSet());
        return evidence.runs().stream()
                .flatMap(run -> run.reports().stream())
                .map(signed -> UsageReport.read(ByteString.copyFrom(signed.bytes()), "kept"))
                .flatMap(report -> report.attachments().stream())
                .anyMatch(usage -> !attachments.contains(usage.attachment()));
    }

    /**
     * Makes what a node handed over durable, each report once however often it comes, and returns when it is.
     *
     * @throws GroupCommit.NotDurable if it is to be handed over again
     */
    List<Receipt> record(Arrival arrival) {
        return groupCommit.store(arrival);
    }

    /**
     * Keeps the certificate with which {@code node} reports, once.
     *
     * @throws GroupCommit.NotDurable if it cannot be kept now
     */
    void certified(NodeId node, X509Certificate certificate) {
        try {
            certificates.keep(node, certificate, clock.instant());
        } catch (DataAccessException e) {
            throw new GroupCommit.NotDurable("not stored, come again", e);
        }
    }

    /** The curve of what {@code attachments} used themselves, in steps that begin in [{@code from}, {@code to}). */
    List<Part> curve(
            Collection<AttachmentId> attachments, Instant from, Instant to, Step step, int limit) {
        return hours.curve(attachments, null, from, to, step, limit);
    }

    /** The curve of all that {@code nodeId} counted as its own. */
    List<Part> curve(NodeId nodeId, Instant from, Instant to, Step step, int limit) {
        return hours.curve(null, nodeId, from, to, step, limit);
    }

    /**
     * The windows of {@code attachments}, or of the node where they are null, that begin in [{@code from}, {@code to})
     * and are recent enough to be shown one by one.
     */
    List<Part> windows(
            @Nullable Collection<AttachmentId> attachments,
            @Nullable NodeId nodeId,
            Instant from,
            Instant to,
            int limit) {
        Instant oldest = clock.instant().minus(settings.showWindows());
        Instant start = from.isBefore(oldest) ? oldest : from;
        List<NodeId> nodes =
                nodeId != null
                        ? List.of(nodeId)
                        : hours.nodesOf(
                                attachments == null ? List.of() : attachments,
                                start.minus(Plausibility.WINDOW_MAX),
                                to);
        var parts = new ArrayList<Part>();
        for (NodeId node : nodes) {
            for (KeptReport kept : reports.ofNode(node, start, to, CURVE_REPORTS_MAX)) {
                if (kept.verdict() instanceof Counted) {
                    part(kept.report(), attachments).ifPresent(parts::add);
                }
            }
        }
        return parts.stream()
                .sorted(java.util.Comparator.comparing(Part::from).thenComparing(Part::to))
                .limit(limit)
                .toList();
    }

    /** How each node reports, in the order of ids. */
    List<NodeReports> nodes(@Nullable NodeId after, int limit) {
        return reports.nodes(after, limit, clock.instant());
    }

    /** The kept reports of a node that come after {@code after} and began before {@code to}, oldest first. */
    List<KeptReport> reports(NodeId nodeId, Begun after, Instant to, int limit) {
        return reports.ofNode(nodeId, after, to, limit);
    }

    /** Everything that proves one report: the reports up to the end of its run, the signature, and the key. */
    record Proof(KeptReport kept, List<KeptReport> rest, byte[] identityKey) {}

    /** The proof of one report, or nothing where it is not kept. */
    Optional<Proof> proof(Key key) {
        return reports.find(key)
                .map(kept ->
                        new Proof(
                                kept,
                                reports.rest(key, kept.runLast()),
                                reports.identityKey(new Boot(key.nodeId(), key.bootId()))));
    }

    private static Optional<Part> part(
            UsageReport report, @Nullable Collection<AttachmentId> attachments) {
        long internetDown = 0;
        long internetUp = 0;
        long localDown = 0;
        long localUp = 0;
        boolean any = false;
        for (AttachmentUsage usage : report.attachments()) {
            if (!usage.own()) continue;
            if (attachments != null && !attachments.contains(usage.attachment())) continue;
            any = true;
            internetDown += usage.internetDown();
            internetUp += usage.internetUp();
            localDown += usage.localDown();
            localUp += usage.localUp();
        }
        return any
                ? Optional.of(
                        new Part(
                                report.startedAt(),
                                report.endedAt(),
                                internetDown,
                                internetUp,
                                localDown,
                                localUp))
                : Optional.empty();
    }
}
