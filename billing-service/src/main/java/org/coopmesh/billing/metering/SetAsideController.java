package org.coopmesh.billing.metering;

import com.google.protobuf.ByteString;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.coopmesh.billing.metering.Decisions.Decision;
import org.coopmesh.billing.metering.SetAsideQueue.Item;
import org.coopmesh.billing.metering.UsageReport.AttachmentUsage;
import org.coopmesh.billing.metering.UsageReport.Key;
import org.coopmesh.billing.metering.UsageReports.Place;
import org.coopmesh.billing.metering.UsageReports.SetAsideReport;
import org.coopmesh.billing.subscription.Caller;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Reports that are kept but not billed: the queue, the decisions, and what a member sees of their own. */
@RestController
@RequestMapping("/api/usage")
class SetAsideController {
    /** How far back a member sees what was set aside. */
    private static final Duration MINE_SINCE = Duration.ofDays(35);

    private final SetAsideQueue queue;
    private final PayerRegister register;
    private final Clock clock;

    SetAsideController(SetAsideQueue queue, PayerRegister register, Clock clock) {
        this.queue = queue;
        this.register = register;
        this.clock = clock;
    }

    record PageView<T>(List<T> items, @Nullable String next) {}

    record ClaimView(
            UUID attachmentId,
            boolean own,
            long internetDown,
            long internetUp,
            long localDown,
            long localUp) {
        static ClaimView of(AttachmentUsage usage) {
            return new ClaimView(
                    usage.attachment().value(),
                    usage.own(),
                    usage.internetDown(),
                    usage.internetUp(),
                    usage.localDown(),
                    usage.localUp());
        }
    }

    record DecisionView(boolean accepted, String reason, Instant decidedAt, UUID decidedBy) {
        static DecisionView of(Decision decision) {
            return new DecisionView(
                    decision.accepted(),
                    decision.why(),
                    decision.decidedAt(),
                    decision.decidedBy().value());
        }
    }

    /** {@code limitBytes} each way is the most that an attachment can use in the window; {@code claims} is what was said. */
    record ImplausibleView(
            String nodeId,
            UUID bootId,
            long sequence,
            Instant startedAt,
            Instant endedAt,
            String reason,
            Instant receivedAt,
            List<ClaimView> claims,
            long limitBytes,
            boolean acceptable,
            @Nullable DecisionView decision) {
        static ImplausibleView of(Item item) {
            UsageReport report = item.report().report();
            return new ImplausibleView(
                    report.nodeId().hex(),
                    report.bootId(),
                    report.sequence(),
                    report.startedAt(),
                    report.endedAt(),
                    item.report().reason().told(),
                    item.report().receivedAt(),
                    report.attachments().stream().map(ClaimView::of).toList(),
                    item.limitBytes(),
                    item.acceptable() && item.decision().isEmpty(),
                    item.decision().map(DecisionView::of).orElse(null));
        }

        /** What one member may see: nothing of others' bytes, and not who decided. */
        ImplausibleView forHolderOf(Set<UUID> attachments) {
            return new ImplausibleView(
                    nodeId,
                    bootId,
                    sequence,
                    startedAt,
                    endedAt,
                    reason,
                    receivedAt,
                    claims.stream()
                            .filter(claim -> attachments.contains(claim.attachmentId()))
                            .toList(),
                    limitBytes,
                    false,
                    decision);
        }
    }

    /** Why is told to the member. */
    record DecisionRequest(
            @NotNull @Nullable Boolean accept,
            @NotBlank @Size(max = 1000) @Nullable String reason) {}

    /** Newest first; the cursor is the last of a page, a bare time all that was received before it. */
    @GetMapping("/implausible")
    @PreAuthorize(QueryParameters.READS_ALL)
    PageView<ImplausibleView> implausible(
            @RequestParam(required = false) @Nullable String nodeId,
            @RequestParam(defaultValue = "false") boolean decided,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String after) {
        int size = QueryParameters.limit(limit);
        List<Item> items =
                queue.items(
                        after == null ? null : place(after),
                        nodeId == null ? null : QueryParameters.node(nodeId),
                        decided,
                        size);
        return new PageView<>(
                items.stream().map(ImplausibleView::of).toList(),
                items.size() < size ? null : cursor(items.getLast().report()));
    }

    private static String cursor(SetAsideReport last) {
        return last.receivedAt() + "/" + UsageReports.hex(last.report().hash());
    }

    private static Place place(String after) {
        var cursor = QueryParameters.cursor("after", after);
        if (cursor.id() == null) return Place.before(cursor.at());
        try {
            return new Place(
                    cursor.at(), ByteString.copyFrom(HexFormat.of().parseHex(cursor.id())));
        } catch (IllegalArgumentException noHash) {
            throw QueryParameters.malformedCursor("after");
        }
    }

    @PostMapping("/implausible/{nodeId}/{bootId}/{sequence}/decision")
    @PreAuthorize("hasAnyRole('network', 'treasurer')")
    DecisionView decide(
            @PathVariable String nodeId,
            @PathVariable UUID bootId,
            @PathVariable long sequence,
            @Valid @RequestBody DecisionRequest request,
            Authentication authentication) {
        return DecisionView.of(
                queue.decide(
                        new Key(QueryParameters.node(nodeId), bootId, sequence),
                        Boolean.TRUE.equals(request.accept()),
                        String.valueOf(request.reason()),
                        Caller.of(authentication).member()));
    }

    /** What was set aside lately of reports that name an attachment of the caller's sites, newest first. */
    @GetMapping("/mine/implausible")
    @PreAuthorize("isAuthenticated()")
    List<ImplausibleView> mine(
            @RequestParam(defaultValue = "50") int limit, Authentication authentication) {
        int size = QueryParameters.limit(limit);
        MemberId member = Caller.of(authentication).member();
        Instant now = clock.instant();
        Instant since = now.minus(MINE_SINCE);
        Set<UUID> attachments =
                register.sitesOf(member).stream()
                        .filter(site ->
                                register.isConstituted()
                                        && register.memberOf(site, now)
                                                .filter(member::equals)
                                                .isPresent())
                        .flatMap(site -> register.attachmentsOf(site, since, now).stream())
                        .collect(Collectors.toSet());
        Set<NodeId> nodes =
                register.nodesOf(attachments).values().stream()
                        .flatMap(Set::stream)
                        .map(NodeId::new)
                        .collect(Collectors.toSet());
        return queue.itemsOf(nodes, since, size).stream()
                .map(item -> ImplausibleView.of(item).forHolderOf(attachments))
                .filter(view -> !view.claims().isEmpty())
                .toList();
    }
}
