package org.coopmesh.membership.outage;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.node.Node;
import org.coopmesh.membership.node.NodeId;
import org.coopmesh.membership.node.NodeNotFound;
import org.coopmesh.membership.node.NodeRecordId;
import org.coopmesh.membership.node.NodeRegister;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Outages: all for who runs the network, for everybody else what hit them. */
@RestController
@RequestMapping("/api/outages")
@PreAuthorize("isAuthenticated()")
class OutageController {
    private static final int COVERED_MAX = 500;
    private static final int WORK_REASON_MAX = 500;

    private final Outages outages;
    private final NodeRegister register;

    OutageController(Outages outages, NodeRegister register) {
        this.outages = outages;
        this.register = register;
    }

    /**
     * An alert. Whom it hit is shown to who runs the network; others see that it hit them, and the name of a node only where it
     * is their own.
     *
     * @param kind "node", "everywhere", or "watch" for a time when nobody looked
     * @param node the topmost silent node's place in the register
     * @param relapses how often it came back soon after it had ended
     */
    record OutageView(
            UUID id,
            String kind,
            @Nullable UUID node,
            @Nullable String nodeName,
            Instant beganAt,
            @Nullable Instant recoveringSince,
            @Nullable Instant endedAt,
            @Nullable String endCause,
            @Nullable UUID mergedInto,
            int relapses,
            @Nullable Integer nodes,
            @Nullable Integer members,
            @Nullable Instant acknowledgedAt,
            @Nullable UUID acknowledgedBy,
            @Nullable String note) {}

    record CoveredView(
            @Nullable UUID node,
            @Nullable String nodeName,
            Instant silentSince,
            @Nullable Instant endedAt,
            @Nullable Integer members) {}

    record OutageDetails(OutageView outage, List<CoveredView> covered) {}

    /** @param silent whether nobody has looked for so long that nodes are not watched now */
    record WatchView(@Nullable Instant lookedAt, boolean silent) {}

    record OutagesView(List<OutageView> items, @Nullable String next, WatchView watch) {}

    record Acknowledgement(@NotNull @Size(max = 500) String note) {}

    record MaintenanceRequest(
            @Nullable UUID node,
            @NotNull Instant startsAt,
            @NotNull Instant endsAt,
            @NotBlank @Size(max = WORK_REASON_MAX) String reason) {}

    record MaintenanceView(
            UUID id,
            @Nullable UUID node,
            @Nullable String nodeName,
            Instant startsAt,
            Instant endsAt,
            String reason,
            UUID createdBy) {}

    record MaintenancesView(List<MaintenanceView> items, @Nullable String next) {}

    @GetMapping
    OutagesView list(
            @RequestParam(defaultValue = "open") @Pattern(regexp = "open|ended") String state,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            @RequestParam(required = false) @Nullable UUID after,
            Authentication caller) {
        MemberId member = seesAll(caller) ? null : id(caller);
        List<Faults.Line> found =
                state.equals("open")
                        ? outages.open(member, limit)
                        : outages.ended(member, after, limit + 1);
        List<Faults.Line> shown = found.stream().limit(limit).toList();
        var names = new Names(shown);
        Outages.Looked looked = outages.looked();
        return new OutagesView(
                shown.stream().map(line -> view(line, names, member)).toList(),
                found.size() > limit ? shown.getLast().id().toString() : null,
                new WatchView(looked.at(), looked.silent()));
    }

    @GetMapping("/{id}")
    OutageDetails show(@PathVariable UUID id, Authentication caller) {
        MemberId member = seesAll(caller) ? null : id(caller);
        Faults.Line line = outages.find(id);
        List<Faults.Covered> covered = outages.covered(id, member, COVERED_MAX);
        // Whether there is an outage that did not hit them is nobody's business.
        if (member != null && covered.isEmpty()) {
            throw new OutageRefused(OutageRefused.Why.OUTAGE_NOT_FOUND, "no such outage: " + id);
        }
        var records =
                register.all(covered.stream().map(Faults.Covered::record).distinct().toList());
        var byRecord = new HashMap<NodeRecordId, Node>();
        records.forEach(node -> byRecord.put(node.id(), node));
        return new OutageDetails(
                view(line, new Names(List.of(line)), member),
                covered.stream()
                        .map(each -> covered(each, byRecord.get(each.record()), member))
                        .toList());
    }

    private static CoveredView covered(
            Faults.Covered covered, @Nullable Node node, @Nullable MemberId member) {
        Node named = node == null ? null : shown(node, member);
        return new CoveredView(
                named == null ? null : named.id().value(),
                named == null ? null : named.about().name(),
                covered.since(),
                covered.endedAt(),
                member == null ? covered.members() : null);
    }

    /** A node if {@code member}, or who runs the network (null), may know which it is. */
    private static @Nullable Node shown(Node node, @Nullable MemberId member) {
        return member == null || node.about().owner().equals(member) ? node : null;
    }

    private static OutageView view(Faults.Line line, Names names, @Nullable MemberId member) {
        Node node = names.of(line.node());
        Node named = node == null ? null : shown(node, member);
        return new OutageView(
                line.id(),
                line.kind(),
                named == null ? null : named.id().value(),
                named == null ? null : named.about().name(),
                line.beganAt(),
                line.recoveringSince(),
                line.endedAt(),
                line.endCause(),
                line.mergedInto(),
                line.relapses(),
                member == null ? line.nodes() : null,
                member == null ? line.members() : null,
                line.acknowledgedAt(),
                member == null ? line.acknowledgedBy() : null,
                line.note());
    }

    /** Says that somebody knows of it. Whom it hit reads the note. */
    @PutMapping("/{id}/acknowledgement")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @PreAuthorize("hasAnyRole('network', 'board')")
    void acknowledge(
            @PathVariable UUID id,
            @RequestBody @Valid Acknowledgement request,
            Authentication caller) {
        outages.acknowledge(id, id(caller).value(), request.note());
    }

    @GetMapping("/maintenance")
    @PreAuthorize("hasAnyRole('network', 'board')")
    MaintenancesView works() {
        List<Maintenance> works = outages.works();
        var byRecord = new HashMap<NodeRecordId, Node>();
        var ids = new HashSet<NodeRecordId>();
        for (Maintenance work : works) {
            NodeRecordId id = work.node();
            if (id != null) ids.add(id);
        }
        register.all(ids).forEach(node -> byRecord.put(node.id(), node));
        return new MaintenancesView(
                works.stream()
                        .map(work -> {
                            NodeRecordId id = work.node();
                            return view(work, id == null ? null : byRecord.get(id));
                        })
                        .toList(),
                null);
    }

    @PostMapping("/maintenance")
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize("hasRole('network')")
    MaintenanceView announce(
            @RequestBody @Valid MaintenanceRequest request, Authentication caller) {
        NodeRecordId node = request.node() == null ? null : new NodeRecordId(request.node());
        Maintenance work =
                outages.announce(
                        node,
                        request.startsAt(),
                        request.endsAt(),
                        request.reason(),
                        id(caller).value());
        return view(work, node == null ? null : register.find(node));
    }

    @DeleteMapping("/maintenance/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @PreAuthorize("hasRole('network')")
    void endWork(@PathVariable UUID id) {
        outages.endWork(id);
    }

    private static MaintenanceView view(Maintenance work, @Nullable Node node) {
        return new MaintenanceView(
                work.id(),
                node == null ? null : node.id().value(),
                node == null ? null : node.about().name(),
                work.startsAt(),
                work.endsAt(),
                work.reason(),
                work.createdBy());
    }

    private static boolean seesAll(Authentication caller) {
        return caller.getAuthorities().stream()
                .anyMatch(authority ->
                        "ROLE_network".equals(authority.getAuthority())
                                || "ROLE_board".equals(authority.getAuthority()));
    }

    private static MemberId id(Authentication caller) {
        return new MemberId(UUID.fromString(caller.getName()));
    }

    /** The nodes that a page of faults names, looked up at once. */
    private final class Names {
        private final Map<NodeId, Node> nodes = new HashMap<>();

        Names(List<Faults.Line> lines) {
            var ids = new HashSet<NodeId>();
            for (Faults.Line line : lines) {
                NodeId id = line.node();
                if (id != null) ids.add(id);
            }
            for (Node node : register.withKeys(ids)) {
                node.nodeId().ifPresent(id -> nodes.put(id, node));
            }
        }

        @Nullable Node of(@Nullable NodeId id) {
            return id == null ? null : nodes.get(id);
        }
    }

    @ExceptionHandler
    ProblemDetail refused(OutageRefused e) {
        return switch (e.why()) {
            case OUTAGE_NOT_FOUND -> problem(HttpStatus.NOT_FOUND, "outage-not-found", e);
            case MAINTENANCE_NOT_FOUND -> problem(HttpStatus.NOT_FOUND, "maintenance-not-found", e);
            case TIMES_WRONG -> {
                var problem = problem(HttpStatus.UNPROCESSABLE_CONTENT, "times-wrong", e);
                problem.setProperty(
                        "errors",
                        List.of(
                                Map.of(
                                        "field",
                                        "endsAt",
                                        "rule",
                                        "times-wrong",
                                        "message",
                                        e.getMessage())));
                yield problem;
            }
            case TOO_MUCH_WORK -> problem(HttpStatus.CONFLICT, "too-much-maintenance", e);
        };
    }

    @ExceptionHandler
    ProblemDetail unknown(NodeNotFound e) {
        return problem(HttpStatus.UNPROCESSABLE_CONTENT, "node-not-found", e);
    }

    private static ProblemDetail problem(HttpStatus status, String slug, RuntimeException e) {
        var problem = ProblemDetail.forStatusAndDetail(status, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return problem;
    }
}
