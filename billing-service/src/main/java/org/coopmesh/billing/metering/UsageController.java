package org.coopmesh.billing.metering;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.coopmesh.billing.metering.Metering.Proof;
import org.coopmesh.billing.metering.QueryParameters.MalformedQuery;
import org.coopmesh.billing.metering.SetAsideQueue.ReportNotFound;
import org.coopmesh.billing.metering.UsageHours.Part;
import org.coopmesh.billing.metering.UsageReport.Key;
import org.coopmesh.billing.metering.UsageReports.Begun;
import org.coopmesh.billing.metering.Verdict.Counted;
import org.coopmesh.billing.metering.Verdict.Implausible;
import org.coopmesh.billing.subscription.Caller;
import org.coopmesh.billing.subscription.PayerRegister;
import org.coopmesh.billing.subscription.SiteId;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Usage for people: members see their own sites, those who run the network and its money see all. */
@RestController
@RequestMapping("/api/usage")
class UsageController {
    private static final String READS_ALL = QueryParameters.READS_ALL;
    private static final int STEPS_MAX = 2_000;
    private static final Duration DEFAULT_SPAN = Duration.ofDays(1);

    private final Metering metering;
    private final PayerRegister payers;
    private final Clock clock;

    UsageController(Metering metering, PayerRegister payers, Clock clock) {
        this.metering = metering;
        this.payers = payers;
        this.clock = clock;
    }

    record PageView<T>(List<T> items, @Nullable String next) {}

    record PartView(
            Instant from,
            Instant to,
            long internetDown,
            long internetUp,
            long localDown,
            long localUp) {
        static PartView of(Part part) {
            return new PartView(
                    part.from(),
                    part.to(),
                    part.internetDown(),
                    part.internetUp(),
                    part.localDown(),
                    part.localUp());
        }
    }

    record NodeView(
            String nodeId,
            Instant lastReportAt,
            long reports,
            long gaps,
            long implausible,
            long bytes24h) {}

    record ReportView(
            String nodeId,
            UUID bootId,
            long sequence,
            Instant startedAt,
            Instant endedAt,
            Instant receivedAt,
            String state,
            @Nullable String reason,
            boolean late,
            String hash) {
        static ReportView of(KeptReport kept) {
            UsageReport report = kept.report();
            return new ReportView(
                    report.nodeId().hex(),
                    report.bootId(),
                    report.sequence(),
                    report.startedAt(),
                    report.endedAt(),
                    kept.receivedAt(),
                    kept.verdict() instanceof Counted ? "counted" : "implausible",
                    kept.verdict() instanceof Implausible set ? set.reason().told() : null,
                    kept.verdict() instanceof Counted counted && counted.late(),
                    UsageReports.hex(report.hash()));
        }

        private String cursor() {
            return startedAt.truncatedTo(ChronoUnit.MICROS) + "/" + bootId + "/" + sequence;
        }
    }

    /** The signed bytes of one report; {@code following} are those after it up to the one that the signature is over. */
    record ProofView(
            ReportView report,
            String signed,
            List<String> following,
            String signature,
            String identityKey) {
        static ProofView of(Proof proof) {
            return new ProofView(
                    ReportView.of(proof.kept()),
                    base64(proof.kept().report().signed().toByteArray()),
                    proof.rest().stream()
                            .map(kept -> base64(kept.report().signed().toByteArray()))
                            .toList(),
                    base64(proof.kept().runSignature().toByteArray()),
                    base64(proof.identityKey()));
        }

        private static String base64(byte[] bytes) {
            return Base64.getEncoder().encodeToString(bytes);
        }
    }

    enum StepParameter {
        window,
        hour,
        day
    }

    @GetMapping
    @PreAuthorize("isAuthenticated()")
    PageView<PartView> usage(
            @RequestParam(required = false) @Nullable UUID attachmentId,
            @RequestParam(required = false) @Nullable String nodeId,
            @RequestParam(required = false) @Nullable UUID siteId,
            @RequestParam(required = false) @Nullable Instant from,
            @RequestParam(required = false) @Nullable Instant to,
            @RequestParam(defaultValue = "hour") StepParameter step,
            Authentication authentication) {
        Span span = span(from, to);
        int named =
                (attachmentId == null ? 0 : 1)
                        + (nodeId == null ? 0 : 1)
                        + (siteId == null ? 0 : 1);
        if (named != 1) {
            throw new MalformedQuery(
                    "attachmentId", "exactly one of attachmentId, nodeId and siteId");
        }
        if (attachmentId != null) {
            if (!QueryParameters.readsAll(authentication)
                    && !holds(attachmentId, span, authentication)) {
                throw new AccessDeniedException("not an attachment of the caller");
            }
            return curve(List.of(new AttachmentId(attachmentId)), null, span, step);
        }
        if (siteId != null) {
            var site = new SiteId(siteId);
            if (!QueryParameters.readsAll(authentication) && !answersFor(site, authentication)) {
                throw new AccessDeniedException("not a site of the caller");
            }
            return curve(attachments(List.of(site), span), null, span, step);
        }
        if (!QueryParameters.readsAll(authentication)) {
            throw new AccessDeniedException("a node's usage may be of several sites");
        }
        return curve(null, QueryParameters.node(nodeId), span, step);
    }

    @GetMapping("/mine")
    @PreAuthorize("isAuthenticated()")
    PageView<PartView> mine(
            @RequestParam(required = false) @Nullable Instant from,
            @RequestParam(required = false) @Nullable Instant to,
            @RequestParam(defaultValue = "hour") StepParameter step,
            Authentication authentication) {
        Span span = span(from, to);
        List<SiteId> sites =
                payers.sitesOf(Caller.of(authentication).member()).stream()
                        .filter(site -> answersFor(site, authentication))
                        .toList();
        return curve(attachments(sites, span), null, span, step);
    }

    @GetMapping("/nodes")
    @PreAuthorize(READS_ALL)
    PageView<NodeView> nodes(
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String after) {
        int size = QueryParameters.limit(limit);
        List<NodeView> items =
                metering.nodes(after == null ? null : QueryParameters.node(after), size).stream()
                        .map(node ->
                                new NodeView(
                                        node.nodeId().hex(),
                                        node.lastReportAt(),
                                        node.reports(),
                                        node.gaps(),
                                        node.implausible(),
                                        node.bytesLastDay()))
                        .toList();
        return new PageView<>(items, items.size() < size ? null : items.getLast().nodeId());
    }

    @GetMapping("/reports")
    @PreAuthorize(READS_ALL)
    PageView<ReportView> reports(
            @RequestParam String nodeId,
            @RequestParam(required = false) @Nullable Instant from,
            @RequestParam(required = false) @Nullable Instant to,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String after) {
        int size = QueryParameters.limit(limit);
        Span span = span(from, to);
        List<ReportView> items =
                metering
                        .reports(
                                QueryParameters.node(nodeId),
                                after == null ? Begun.before(span.from()) : begun(after),
                                span.to(),
                                size)
                        .stream()
                        .map(ReportView::of)
                        .toList();
        return new PageView<>(items, items.size() < size ? null : items.getLast().cursor());
    }

    private static Begun begun(String after) {
        var cursor = QueryParameters.cursor("after", after);
        if (cursor.id() == null) return Begun.after(cursor.at());
        String[] parts = cursor.id().split("/", -1);
        try {
            if (parts.length == 2) {
                return new Begun(cursor.at(), UUID.fromString(parts[0]), Long.parseLong(parts[1]));
            }
        } catch (IllegalArgumentException noReport) {
            // Told below.
        }
        throw QueryParameters.malformedCursor("after");
    }

    @GetMapping("/reports/{nodeId}/{bootId}/{sequence}")
    @PreAuthorize("isAuthenticated()")
    ProofView proof(
            @PathVariable String nodeId,
            @PathVariable UUID bootId,
            @PathVariable long sequence,
            Authentication authentication) {
        Proof proof =
                metering.proof(new Key(QueryParameters.node(nodeId), bootId, sequence))
                        .orElseThrow(ReportNotFound::new);
        if (!QueryParameters.readsAll(authentication) && !isOwn(proof, authentication)) {
            throw new AccessDeniedException("not about the caller alone");
        }
        return ProofView.of(proof);
    }

    private PageView<PartView> curve(
            @Nullable List<AttachmentId> attachments,
            @Nullable NodeId nodeId,
            Span span,
            StepParameter step) {
        List<Part> parts =
                switch (step) {
                    case window ->
                            metering.windows(
                                    attachments, nodeId, span.from(), span.to(), STEPS_MAX);
                    case hour -> hours(attachments, nodeId, span, UsageHours.Step.HOUR);
                    case day -> hours(attachments, nodeId, span, UsageHours.Step.DAY);
                };
        // The next page begins where this one ends: at the start of its last step.
        String next = parts.size() < STEPS_MAX ? null : parts.getLast().to().toString();
        return new PageView<>(parts.stream().map(PartView::of).toList(), next);
    }

    private List<Part> hours(
            @Nullable List<AttachmentId> attachments,
            @Nullable NodeId nodeId,
            Span span,
            UsageHours.Step step) {
        if (attachments != null) {
            return metering.curve(attachments, span.from(), span.to(), step, STEPS_MAX);
        }
        return nodeId == null
                ? List.of()
                : metering.curve(nodeId, span.from(), span.to(), step, STEPS_MAX);
    }

    private List<AttachmentId> attachments(List<SiteId> sites, Span span) {
        var attachments = new ArrayList<AttachmentId>();
        for (SiteId site : sites) {
            payers.attachmentsOf(site, span.from(), span.to()).stream()
                    .map(AttachmentId::new)
                    .forEach(attachments::add);
        }
        return attachments;
    }

    /** The report speaks of the caller's attachments, and neither it nor those that come with it of anybody else's. */
    private boolean isOwn(Proof proof, Authentication authentication) {
        return !proof.kept().report().attachments().isEmpty()
                && Stream.concat(Stream.of(proof.kept()), proof.rest().stream())
                        .allMatch(kept -> namesNoOthers(kept.report(), authentication));
    }

    private boolean namesNoOthers(UsageReport report, Authentication authentication) {
        var span = new Span(report.startedAt(), report.endedAt());
        return report.attachments().stream()
                .allMatch(usage -> holds(usage.attachment().value(), span, authentication));
    }

    private boolean holds(UUID attachment, Span span, Authentication authentication) {
        return payers.siteOf(attachment, clock.instant())
                .or(() -> payers.siteOf(attachment, span.to()))
                .or(() -> payers.siteOf(attachment, span.from()))
                .filter(site -> answersFor(site, authentication))
                .isPresent();
    }

    private boolean answersFor(SiteId site, Authentication authentication) {
        return payers.isConstituted()
                && payers.memberOf(site, clock.instant())
                        .equals(Optional.of(Caller.of(authentication).member()));
    }

    private record Span(Instant from, Instant to) {}

    private Span span(@Nullable Instant from, @Nullable Instant to) {
        Instant end = to == null ? clock.instant() : to;
        Instant start = from == null ? end.minus(DEFAULT_SPAN) : from;
        if (!start.isBefore(end)) throw new MalformedQuery("to", "must be after from");
        return new Span(start, end);
    }
}
