package org.coopmesh.membership.access;

import java.net.URI;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.coopmesh.membership.member.MemberFacts;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.member.Membership;
import org.coopmesh.membership.member.SiteFacts;
import org.coopmesh.membership.member.SiteId;
import org.coopmesh.membership.node.Attachment;
import org.coopmesh.membership.node.Node;
import org.coopmesh.membership.node.NodeId;
import org.coopmesh.membership.node.NodeNotFound;
import org.coopmesh.membership.node.NodeRecordId;
import org.coopmesh.membership.node.NodeRegister;
import org.coopmesh.membership.node.Prefix;
import org.coopmesh.membership.topology.Link;
import org.coopmesh.membership.topology.LinkEnds;
import org.coopmesh.membership.topology.NodeStatus;
import org.coopmesh.membership.topology.Topology;
import org.coopmesh.privacy.ViewFilter;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Pages about nodes: register, telemetry, list and rules beside each other. They stand here because nothing to the left knows
 * all four; what is done with nodes stands in node.
 *
 * <p>Addresses are shown to the owner and to network operators only. Whoever else sees all nodes sees whose they are, and would
 * learn whose an address is past the look-up that is written down.
 */
@RestController
@RequestMapping("/api/nodes")
@PreAuthorize("isAuthenticated()")
class NodePages {
    private static final int LIMIT_MAX = 200;

    private final NodeRegister register;
    private final Topology topology;
    private final Membership membership;
    private final AccessLists lists;
    private final Receipts receipts;

    NodePages(
            NodeRegister register,
            Topology topology,
            Membership membership,
            AccessLists lists,
            Receipts receipts) {
        this.register = register;
        this.topology = topology;
        this.membership = membership;
        this.lists = lists;
        this.receipts = receipts;
    }

    record Page(List<NodeView> items, @Nullable String next) {}

    record NodeView(
            UUID id,
            @Nullable String nodeId,
            @Nullable String shortName,
            String name,
            String state,
            UUID ownerId,
            @Nullable String ownerName,
            UUID siteId,
            @Nullable String siteName,
            boolean gateway,
            @Nullable Instant certificateUntil,
            @Nullable Instant lastSeenAt,
            String live,
            @Nullable String agentVersion,
            ListView accessList,
            @Nullable TelemetryView telemetry,
            List<LinkView> links,
            List<LinkSourceView> linkSources,
            List<AttachmentView> attachments) {}

    record ListView(
            @Nullable Long version,
            long wanted,
            @Nullable Instant appliedAt,
            @Nullable Long applyMillis,
            @Nullable String failure) {}

    record TelemetryView(
            Instant observedAt,
            long uptimeSeconds,
            long loadMilli,
            long memoryTotalBytes,
            long memoryAvailableBytes,
            long clients,
            long spoolBytes,
            long spoolWindows) {}

    record LinkView(
            @Nullable String neighbourNodeId,
            @Nullable String neighbourName,
            String interfaceName,
            @Nullable String neighbourAddress,
            String source,
            @Nullable Long rxCost,
            @Nullable Long txCost,
            @Nullable String costText,
            @Nullable Boolean up,
            @Nullable Boolean used,
            @Nullable LinkEndView seenBack) {}

    /** The same link as the neighbour tells it. */
    record LinkEndView(
            String interfaceName,
            @Nullable Long rxCost,
            @Nullable Long txCost,
            @Nullable String costText,
            @Nullable Boolean up,
            @Nullable Boolean used) {
        static LinkEndView of(Link link) {
            return new LinkEndView(
                    link.interfaceName(),
                    orNull(link.rxCost()),
                    orNull(link.txCost()),
                    orNull(link.costText()),
                    link.up(),
                    link.used());
        }
    }

    /** Where links come from; those of a source in trouble are unknown. */
    record LinkSourceView(String source, @Nullable String trouble) {}

    /** Without an id and addresses, which the list of rules is asked by, for whoever may not see them. */
    record AttachmentView(
            @Nullable UUID id,
            UUID siteId,
            @Nullable String siteName,
            @Nullable UUID memberId,
            @Nullable String prefixV4,
            @Nullable String prefixV6,
            @Nullable String routerV4,
            @Nullable String routerV6,
            @Nullable String rule,
            @Nullable Integer slowLaneKbit,
            @Nullable String why,
            Instant since) {}

    /** All nodes for who runs the network; for everybody else their own. */
    @GetMapping
    Page list(
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable UUID after,
            Authentication caller) {
        int count = Math.clamp(limit, 1, LIMIT_MAX);
        MemberId owner = seesAll(caller) ? null : new MemberId(UUID.fromString(caller.getName()));
        List<Node> found =
                register.page(owner, after == null ? null : new NodeRecordId(after), count + 1);
        boolean more = found.size() > count;
        List<Node> nodes = more ? found.subList(0, count) : found;
        return new Page(views(nodes, caller), more ? nodes.getLast().id().toString() : null);
    }

    @GetMapping("/{id}")
    NodeView show(@PathVariable UUID id, Authentication caller) {
        Node node = register.find(new NodeRecordId(id));
        if (!seesAll(caller) && !caller.getName().equals(node.about().owner().toString())) {
            throw new AccessDeniedException("only the owner, or who runs the network");
        }
        return views(List.of(node), caller).getFirst();
    }

    private static boolean seesAddresses(Node node, Authentication caller) {
        return AccessController.isNetwork(caller)
                || caller.getName().equals(node.about().owner().toString())
                        && !ViewFilter.isView(caller);
    }

    private static boolean seesAll(Authentication caller) {
        return caller.getAuthorities().stream()
                .anyMatch(authority ->
                        "ROLE_network".equals(authority.getAuthority())
                                || "ROLE_board".equals(authority.getAuthority())
                                || "ROLE_moderator".equals(authority.getAuthority()));
    }

    private List<NodeView> views(List<Node> nodes, Authentication caller) {
        var ids =
                nodes.stream().flatMap(node -> node.nodeId().stream()).collect(Collectors.toSet());
        Map<NodeId, NodeStatus> statuses = topology.statusOf(ids);
        Map<NodeId, Receipt> applied = receipts.of(ids);
        long wanted = lists.head().version();
        Map<NodeRecordId, List<Attachment>> attachments =
                register.attachmentsOf(nodes.stream().map(Node::id).toList()).stream()
                        .collect(Collectors.groupingBy(Attachment::node));
        Map<String, AccessLists.Shown> rules =
                lists.shown(
                        attachments.values().stream()
                                .flatMap(List::stream)
                                .map(attachment -> ListEntry.keyOf(attachment.id()))
                                .toList());
        var names = new Names(nodes, attachments.values());
        return nodes.stream()
                .map(node -> {
                    NodeStatus status = node.nodeId().map(statuses::get).orElse(NodeStatus.NEVER);
                    Receipt receipt = node.nodeId().map(applied::get).orElse(null);
                    return view(
                            node,
                            status == null ? NodeStatus.NEVER : status,
                            receipt,
                            wanted,
                            attachments.getOrDefault(node.id(), List.of()),
                            rules,
                            names,
                            seesAddresses(node, caller));
                })
                .toList();
    }

    private NodeView view(
            Node node,
            NodeStatus status,
            @Nullable Receipt receipt,
            long wanted,
            List<Attachment> attachments,
            Map<String, AccessLists.Shown> rules,
            Names names,
            boolean addresses) {
        Node.Credential credential =
                switch (node) {
                    case Node.Pending _ -> null;
                    case Node.Enrolled enrolled -> enrolled.credential();
                    case Node.Retired retired -> retired.credential();
                    case Node.Revoked revoked -> revoked.credential();
                };
        String state =
                switch (node) {
                    case Node.Pending _ -> "pending";
                    case Node.Enrolled _ -> "enrolled";
                    case Node.Retired _ -> "retired";
                    case Node.Revoked _ -> "revoked";
                };
        return new NodeView(
                node.id().value(),
                node.nodeId().map(NodeId::hex).orElse(null),
                node.nodeId().map(NodeId::shortName).orElse(null),
                node.about().name(),
                state,
                node.about().owner().value(),
                names.member(node.about().owner()),
                node.about().site().value(),
                names.site(node.about().site()),
                node.about().gateway(),
                credential == null ? null : credential.certificateUntil(),
                status.lastSeenAt(),
                status.live().name().toLowerCase(Locale.ROOT),
                status.telemetry()
                        .map(told -> told.agentVersion())
                        .orElse(credential == null ? null : credential.agentVersion()),
                new ListView(
                        receipt == null ? null : receipt.version(),
                        wanted,
                        receipt == null ? null : receipt.appliedAt(),
                        receipt == null ? null : receipt.applyMillis(),
                        receipt == null || receipt.failure().isEmpty() ? null : receipt.failure()),
                status.telemetry()
                        .map(told ->
                                new TelemetryView(
                                        told.observedAt(),
                                        told.uptimeSeconds(),
                                        told.loadMilli(),
                                        told.memoryTotalBytes(),
                                        told.memoryAvailableBytes(),
                                        told.clients(),
                                        told.spoolBytes(),
                                        told.spoolWindows()))
                        .orElse(null),
                status.links().stream().map(link -> view(link, names, addresses)).toList(),
                status.sources().stream()
                        .map(source -> new LinkSourceView(source.name(), orNull(source.trouble())))
                        .toList(),
                attachments.stream()
                        .map(attachment ->
                                view(
                                        attachment,
                                        rules.get(ListEntry.keyOf(attachment.id())),
                                        names,
                                        addresses))
                        .toList());
    }

    private static LinkView view(LinkEnds ends, Names names, boolean addresses) {
        Link link = ends.here();
        Link back = ends.there();
        return new LinkView(
                orNull(ends.neighbour()),
                names.node(ends.neighbour()),
                link.interfaceName(),
                addresses ? link.address() : null,
                link.source(),
                orNull(link.rxCost()),
                orNull(link.txCost()),
                orNull(link.costText()),
                link.up(),
                link.used(),
                back == null ? null : LinkEndView.of(back));
    }

    private static AttachmentView view(
            Attachment attachment,
            AccessLists.@Nullable Shown rule,
            Names names,
            boolean addresses) {
        Prefix v4 = addresses ? attachment.prefixV4() : null;
        Prefix v6 = addresses ? attachment.prefixV6() : null;
        return new AttachmentView(
                addresses ? attachment.id().value() : null,
                attachment.site().value(),
                names.site(attachment.site()),
                names.answersFor(attachment.site()),
                v4 == null ? null : v4.toString(),
                v6 == null ? null : v6.toString(),
                addresses ? orNull(attachment.routerV4()) : null,
                addresses ? orNull(attachment.routerV6()) : null,
                rule == null ? null : AccessController.ruleName(rule.rule()),
                rule == null ? null : rule.slowLaneKbit(),
                rule == null ? null : rule.why(),
                attachment.since());
    }

    /** A cost of zero is one that the source does not tell. */
    private static @Nullable Long orNull(long cost) {
        return cost == 0 ? null : cost;
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }

    /** Names for one page, looked up together. */
    private final class Names {
        private final Map<MemberId, MemberFacts> members;
        private final Map<SiteId, SiteFacts> sites;
        private final Map<String, String> nodes = new HashMap<>();

        Names(List<Node> shown, Collection<List<Attachment>> attached) {
            members =
                    membership.facts(
                            shown.stream()
                                    .map(node -> node.about().owner())
                                    .collect(Collectors.toSet()));
            sites =
                    membership.sites(
                            Stream.concat(
                                            shown.stream().map(node -> node.about().site()),
                                            attached.stream()
                                                    .flatMap(List::stream)
                                                    .map(Attachment::site))
                                    .collect(Collectors.toSet()));
        }

        @Nullable String member(MemberId id) {
            MemberFacts found = members.get(id);
            return found == null ? null : found.name();
        }

        @Nullable String site(SiteId id) {
            SiteFacts found = sites.get(id);
            return found == null ? null : found.name();
        }

        @Nullable UUID answersFor(SiteId id) {
            SiteFacts found = sites.get(id);
            return found == null ? null : found.memberId().value();
        }

        @Nullable String node(String hex) {
            if (hex.length() != 64) {
                return null;
            }
            return orNull(
                    nodes.computeIfAbsent(
                            hex,
                            key ->
                                    register.find(new NodeId(key))
                                            .map(node -> node.about().name())
                                            .orElse("")));
        }
    }

    @ExceptionHandler
    ProblemDetail notFound(NodeNotFound e) {
        var problem = ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/node-not-found"));
        return problem;
    }
}
