package org.coopmesh.membership.names;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.security.Principal;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.coopmesh.membership.member.MemberFacts;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.member.Membership;
import org.coopmesh.membership.node.Attachment;
import org.coopmesh.membership.node.Node;
import org.coopmesh.membership.node.NodeId;
import org.coopmesh.membership.node.NodeRecordId;
import org.coopmesh.membership.node.NodeRegister;
import org.coopmesh.membership.topology.Live;
import org.coopmesh.membership.topology.NodeStatus;
import org.coopmesh.membership.topology.Topology;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.prepost.PreAuthorize;
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

/** Names over REST: one's own, the directory of the village, disputes. The directory tells nobody whose a name is. */
@RestController
@RequestMapping("/api/names")
class NameController {
    private static final int LIMIT_MAX = 200;
    private static final int DISPUTES_MAX = 200;

    private final NameRegister register;
    private final NodeRegister nodes;
    private final Topology topology;
    private final Membership membership;

    NameController(
            NameRegister register, NodeRegister nodes, Topology topology, Membership membership) {
        this.register = register;
        this.nodes = nodes;
        this.topology = topology;
        this.membership = membership;
    }

    /** @param hosts addresses behind the node; none: the node's own */
    record NameServiceRequest(
            @NotBlank @Size(max = 15) String type,
            @Nullable @Pattern(regexp = "tcp|udp") String transport,
            @NotNull Integer port,
            @Nullable @Size(max = 2) List<@NotBlank @Size(max = 45) String> hosts,
            @Nullable @Size(max = 200) String path) {
        MeshService service() {
            return new MeshService(
                    type.strip().toLowerCase(Locale.ROOT),
                    transport == null ? "tcp" : transport,
                    port,
                    hosts == null ? List.of() : hosts,
                    path == null ? "" : path.strip());
        }
    }

    record NewName(
            @NotBlank @Size(max = 200) String label,
            @NotNull UUID nodeId,
            @Nullable @Valid NameServiceRequest service) {}

    record NameChange(@NotNull UUID nodeId, @Nullable @Valid NameServiceRequest service) {}

    record NameTakeover(@NotBlank @Size(max = 100) String code, @NotNull UUID nodeId) {}

    record DisputeReason(@NotBlank @Size(max = 1_000) String reason) {}

    record NameDecisionRequest(
            @NotNull @Pattern(regexp = "keep|release") String outcome,
            @NotBlank @Size(max = 1_000) String reason) {}

    record NameServiceView(
            String type, String transport, int port, List<String> hosts, @Nullable String path) {
        static @Nullable NameServiceView of(@Nullable MeshService service) {
            return service == null
                    ? null
                    : new NameServiceView(
                            service.type(),
                            service.transport(),
                            service.port(),
                            service.hosts(),
                            service.path().isEmpty() ? null : service.path());
        }
    }

    /**
     * A name in the directory.
     *
     * @param name in full, as DNS has it
     * @param display in full, as people read it
     * @param port of the service; null with {@code type} where the name is a node's own
     * @param live of its node: "up", "late", "down", "never", or "out" of service
     */
    record NameEntryView(
            UUID id,
            String name,
            String display,
            @Nullable String type,
            @Nullable String transport,
            @Nullable Integer port,
            @Nullable String path,
            String live,
            @Nullable Instant lastSeenAt,
            boolean mine) {}

    record NameDirectoryView(String zone, List<NameEntryView> items, @Nullable String next) {}

    /** @param state "held", "lapsing" or "frozen" */
    record OwnNameView(
            UUID id,
            String name,
            String display,
            UUID nodeId,
            @Nullable String nodeName,
            @Nullable String nodeKey,
            String live,
            @Nullable NameServiceView service,
            List<String> addresses,
            String state,
            @Nullable Instant freeAt,
            @Nullable Instant offeredUntil,
            Instant registeredAt) {}

    /** @param zone empty where this co-op has no names */
    record OwnNamesView(String zone, int limit, List<OwnNameView> items) {}

    record NameOfferView(String code, Instant until) {}

    record NameDisputeView(
            UUID id,
            String name,
            String display,
            UUID ownerId,
            @Nullable String ownerName,
            UUID openedBy,
            @Nullable String openedByName,
            String reason,
            Instant openedAt,
            @Nullable String outcome,
            @Nullable String decidedWhy,
            @Nullable UUID decidedBy,
            @Nullable Instant decidedAt,
            @Nullable Instant keptUntil) {}

    record NameDisputesView(List<NameDisputeView> items, @Nullable String next) {}

    record NameDisputeOpenedView(UUID id, String name, Instant openedAt) {}

    record NameEventView(
            long id,
            String label,
            String kind,
            UUID ownerId,
            @Nullable UUID by,
            String detail,
            Instant at) {}

    record NameEventsView(List<NameEventView> items, @Nullable String next) {}

    /** Names and services of the village and how their nodes are; not whose they are. */
    @GetMapping
    @PreAuthorize("isAuthenticated()")
    NameDirectoryView directory(
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(defaultValue = "") @Size(max = 63) String after,
            @RequestParam(required = false) @Nullable @Size(max = 15) String type,
            Principal caller) {
        int count = Math.clamp(limit, 1, LIMIT_MAX);
        List<MeshName> found = register.page(after, type, count + 1);
        boolean more = found.size() > count;
        List<MeshName> page = more ? found.subList(0, count) : found;
        var seen = new Seen(page);
        MemberId me = member(caller);
        return new NameDirectoryView(
                register.zone(),
                page.stream().map(name -> entry(name, seen, me)).toList(),
                more ? page.getLast().about().label().ascii() : null);
    }

    private NameEntryView entry(MeshName name, Seen seen, MemberId me) {
        MeshName.About about = name.about();
        MeshService service = about.service();
        return new NameEntryView(
                about.id().value(),
                full(about.label().ascii()),
                full(about.label().display()),
                service == null ? null : service.type(),
                service == null ? null : service.transport(),
                service == null ? null : service.port(),
                service == null || service.path().isEmpty() ? null : service.path(),
                seen.live(about),
                seen.lastSeenAt(about),
                about.owner().equals(me));
    }

    /** The caller's names, and how many they may hold. */
    @GetMapping("/mine")
    @PreAuthorize("isAuthenticated()")
    OwnNamesView mine(Principal caller) {
        List<MeshNames.Own> own = register.of(member(caller));
        var seen = new Seen(own.stream().map(MeshNames.Own::name).toList());
        return new OwnNamesView(
                register.zone(),
                register.perMemberMax(),
                own.stream().map(each -> view(each.name(), each.offeredUntil(), seen)).toList());
    }

    /** Takes a label for a node of one's own, or for a service behind it; first come, first served. */
    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize("hasRole('member')")
    OwnNameView register(@Valid @RequestBody NewName wanted, Principal caller) {
        NameServiceRequest service = wanted.service();
        return view(
                register.register(
                        wanted.label(),
                        new NodeRecordId(wanted.nodeId()),
                        service == null ? null : service.service(),
                        member(caller)));
    }

    /** Binds a name of one's own to another node or service. */
    @PutMapping("/{id}")
    @PreAuthorize("hasRole('member')")
    OwnNameView change(
            @PathVariable UUID id, @Valid @RequestBody NameChange wanted, Principal caller) {
        NameServiceRequest service = wanted.service();
        return view(
                register.change(
                        new NameId(id),
                        new NodeRecordId(wanted.nodeId()),
                        service == null ? null : service.service(),
                        member(caller)));
    }

    /** Gives a name up. */
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @PreAuthorize("hasRole('member')")
    void release(@PathVariable UUID id, Principal caller) {
        register.release(new NameId(id), member(caller));
    }

    /** Offers a name to whoever is handed the code, which is readable this once. */
    @PostMapping("/{id}/transfer")
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize("hasRole('member')")
    NameOfferView offer(@PathVariable UUID id, Principal caller) {
        NameRegister.Offer offer = register.offer(new NameId(id), member(caller));
        return new NameOfferView(offer.code().text(), offer.until());
    }

    /** Takes an offer back. */
    @DeleteMapping("/{id}/transfer")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @PreAuthorize("hasRole('member')")
    void withdraw(@PathVariable UUID id, Principal caller) {
        register.withdraw(new NameId(id), member(caller));
    }

    /** Takes over the name that is offered by a code, for a node of one's own. */
    @PostMapping("/transfers")
    @PreAuthorize("hasRole('member')")
    OwnNameView accept(@Valid @RequestBody NameTakeover takeover, Principal caller) {
        return view(
                register.accept(
                        TransferCode.parse(takeover.code()),
                        new NodeRecordId(takeover.nodeId()),
                        member(caller)));
    }

    /** Says that a name is not its holder's; it is frozen until the board decides. */
    @PostMapping("/{id}/disputes")
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize("hasRole('member')")
    NameDisputeOpenedView dispute(
            @PathVariable UUID id, @Valid @RequestBody DisputeReason reason, Principal caller) {
        Dispute opened = register.dispute(new NameId(id), reason.reason(), member(caller));
        return new NameDisputeOpenedView(
                opened.id().value(), full(opened.label().ascii()), opened.openedAt());
    }

    /** Disputes, open ones first; older ones than 200 are kept and not shown. */
    @GetMapping("/disputes")
    @PreAuthorize("hasRole('board')")
    NameDisputesView disputes() {
        return new NameDisputesView(
                register.disputes(DISPUTES_MAX).stream().map(this::view).toList(), null);
    }

    /** Decides a dispute, for good. */
    @PostMapping("/disputes/{id}/decision")
    @PreAuthorize("hasRole('board')")
    NameDisputeView decide(
            @PathVariable UUID id,
            @Valid @RequestBody NameDecisionRequest wanted,
            Principal caller) {
        return view(
                register.decide(
                        new DisputeId(id),
                        Dispute.Outcome.valueOf(wanted.outcome().toUpperCase(Locale.ROOT)),
                        wanted.reason(),
                        member(caller)));
    }

    /** What happened to names, newest first. */
    @GetMapping("/events")
    @PreAuthorize("hasRole('board')")
    NameEventsView events(
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable Long before) {
        int count = Math.clamp(limit, 1, LIMIT_MAX);
        List<NameEvents.Event> found =
                register.events(before == null ? Long.MAX_VALUE : before, count + 1);
        boolean more = found.size() > count;
        List<NameEvents.Event> page = more ? found.subList(0, count) : found;
        return new NameEventsView(
                page.stream()
                        .map(event ->
                                new NameEventView(
                                        event.id(),
                                        event.label(),
                                        event.kind(),
                                        event.owner(),
                                        event.by(),
                                        event.detail(),
                                        event.at()))
                        .toList(),
                more ? Long.toString(page.getLast().id()) : null);
    }

    private OwnNameView view(MeshName name) {
        return view(name, null, new Seen(List.of(name)));
    }

    private OwnNameView view(MeshName name, @Nullable Instant offeredUntil, Seen seen) {
        MeshName.About about = name.about();
        Node node = seen.node(about);
        Instant freeAt =
                switch (name) {
                    case MeshName.Held _ -> null;
                    case MeshName.Lapsing lapsing -> lapsing.freeAt();
                    case MeshName.Frozen frozen -> frozen.freeAt();
                };
        String state =
                switch (name) {
                    case MeshName.Held _ -> "held";
                    case MeshName.Lapsing _ -> "lapsing";
                    case MeshName.Frozen _ -> "frozen";
                };
        return new OwnNameView(
                about.id().value(),
                full(about.label().ascii()),
                full(about.label().display()),
                about.node().value(),
                node == null ? null : node.about().name(),
                node == null ? null : about.key().shortName(),
                seen.live(about),
                NameServiceView.of(about.service()),
                seen.addresses(name),
                state,
                freeAt,
                offeredUntil,
                about.registeredAt());
    }

    private NameDisputeView view(Dispute dispute) {
        Dispute.Decision decided = dispute.decided();
        return new NameDisputeView(
                dispute.id().value(),
                full(dispute.label().ascii()),
                full(dispute.label().display()),
                dispute.owner().value(),
                nameOf(dispute.owner()),
                dispute.openedBy().value(),
                nameOf(dispute.openedBy()),
                dispute.reason(),
                dispute.openedAt(),
                decided == null ? null : decided.outcome().name().toLowerCase(Locale.ROOT),
                decided == null ? null : decided.why(),
                decided == null ? null : decided.by().value(),
                decided == null ? null : decided.at(),
                decided == null ? null : decided.keptUntil());
    }

    private @Nullable String nameOf(MemberId member) {
        return membership.facts(member).map(MemberFacts::name).orElse(null);
    }

    private String full(String label) {
        return register.zone().isEmpty() ? label : label + "." + register.zone();
    }

    private static MemberId member(Principal caller) {
        return new MemberId(UUID.fromString(caller.getName()));
    }

    /** What is known of the nodes of a page of names, asked once. */
    private final class Seen {
        private final Map<NodeRecordId, Node> byRecord;
        private final Map<NodeId, NodeStatus> statuses;
        private final Map<NodeRecordId, List<Attachment>> attachments;

        Seen(Collection<MeshName> names) {
            List<NodeRecordId> ids =
                    names.stream().map(name -> name.about().node()).distinct().toList();
            byRecord =
                    nodes.all(ids).stream()
                            .collect(Collectors.toMap(Node::id, Function.identity()));
            statuses =
                    topology.statusOf(
                            byRecord.values().stream()
                                    .flatMap(node -> node.nodeId().stream())
                                    .collect(Collectors.toSet()));
            attachments =
                    nodes.attachmentsOf(ids).stream()
                            .collect(Collectors.groupingBy(Attachment::node));
        }

        @Nullable Node node(MeshName.About about) {
            return byRecord.get(about.node());
        }

        /** A node that changed hands serves nobody's name but its owner's. */
        private NodeStatus status(MeshName.About about) {
            Node node = node(about);
            if (!(node instanceof Node.Enrolled enrolled)
                    || !node.about().owner().equals(about.owner())) {
                return NodeStatus.NEVER;
            }
            return statuses.getOrDefault(enrolled.credential().nodeId(), NodeStatus.NEVER);
        }

        String live(MeshName.About about) {
            Node node = node(about);
            boolean serves =
                    node instanceof Node.Enrolled && node.about().owner().equals(about.owner());
            Live live = status(about).live();
            return serves ? live.name().toLowerCase(Locale.ROOT) : "out";
        }

        @Nullable Instant lastSeenAt(MeshName.About about) {
            return status(about).lastSeenAt();
        }

        List<String> addresses(MeshName name) {
            return Behind.addresses(name, attachments.getOrDefault(name.about().node(), List.of()));
        }
    }

    @ExceptionHandler
    ProblemDetail refused(NameRefused e) {
        var problem = problem(HttpStatus.UNPROCESSABLE_CONTENT, "name-refused", e);
        problem.setProperty(
                "errors",
                List.of(
                        Map.of(
                                "field",
                                e.field(),
                                "rule",
                                e.rule(),
                                "message",
                                String.valueOf(e.getMessage()))));
        return problem;
    }

    @ExceptionHandler
    ProblemDetail notFound(NameNotFound e) {
        return problem(HttpStatus.NOT_FOUND, e.noun() + "-not-found", e);
    }

    @ExceptionHandler
    ProblemDetail notLegal(StepNotLegal e) {
        return problem(HttpStatus.CONFLICT, e.slug(), e);
    }

    private static ProblemDetail problem(HttpStatus status, String slug, RuntimeException e) {
        var problem = ProblemDetail.forStatusAndDetail(status, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return problem;
    }
}
