package org.coopmesh.membership.access;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.coopmesh.membership.node.Node;
import org.coopmesh.membership.node.NodeRegister;
import org.coopmesh.membership.node.Prefix;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The access list for people: how far it has come, and why something is blocked. */
@RestController
@RequestMapping("/api/access")
@PreAuthorize("hasAnyRole('board', 'network', 'moderator')")
class AccessController {
    private static final int LIMIT_MAX = 200;

    private final AccessLists lists;
    private final Receipts receipts;
    private final NodeRegister nodes;

    AccessController(AccessLists lists, Receipts receipts, NodeRegister nodes) {
        this.lists = lists;
        this.receipts = receipts;
        this.nodes = nodes;
    }

    record ListView(
            long version,
            @Nullable Instant issuedAt,
            @Nullable Instant notAfter,
            long entries,
            ByRule byRule,
            NodesView nodes) {}

    record ByRule(long full, long slowLane, long walledGarden, long drop, long bans, long garden) {}

    record NodesView(
            int total, int current, @Nullable Long slowestMillis, List<Coverage.Lagging> lagging) {}

    /** Of an attachment without what leads to its member, for whoever does not run the network. */
    record AccessEntryView(
            String key,
            String kind,
            String rule,
            @Nullable Integer slowLaneKbit,
            String why,
            @Nullable String prefixV4,
            @Nullable String prefixV6,
            @Nullable Instant until,
            @Nullable Long sinceVersion,
            @Nullable Instant since,
            @JsonProperty("node") @Nullable UUID node,
            @Nullable UUID siteId) {
        static AccessEntryView of(AccessLists.Shown shown, Authentication caller) {
            return shown.node() == null || isNetwork(caller) ? whole(shown) : withoutHolder(shown);
        }

        private static AccessEntryView withoutHolder(AccessLists.Shown shown) {
            return new AccessEntryView(
                    shown.kind(),
                    shown.kind(),
                    ruleName(shown.rule()),
                    shown.slowLaneKbit(),
                    "follows from how the member behind it stands",
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null);
        }

        private static AccessEntryView whole(AccessLists.Shown shown) {
            return new AccessEntryView(
                    shown.key(),
                    shown.kind(),
                    ruleName(shown.rule()),
                    shown.slowLaneKbit(),
                    shown.why(),
                    shown.prefixV4(),
                    shown.prefixV6(),
                    shown.until(),
                    shown.sinceVersion(),
                    shown.since(),
                    shown.node(),
                    shown.site());
        }
    }

    record Page(List<AccessEntryView> items, @Nullable String next) {}

    record CoverageView(
            String key,
            boolean present,
            @Nullable Long sinceVersion,
            int onNodes,
            int ofNodes,
            @Nullable Long slowestMillis,
            List<Coverage.Lagging> lagging) {}

    /** "slow lane" is slowLane on the wire. */
    static String ruleName(String word) {
        return switch (word) {
            case "slow lane" -> "slowLane";
            case "walled garden" -> "walledGarden";
            default -> word;
        };
    }

    @GetMapping("/list")
    ListView list() {
        AccessLists.Head head = lists.head();
        Map<String, Long> counts = lists.countByRule();
        Coverage coverage = coverage(head.version(), head);
        return new ListView(
                head.version(),
                head.issuedAt(),
                head.notAfter(),
                head.entries(),
                new ByRule(
                        counts.getOrDefault("full", 0L),
                        counts.getOrDefault("slow lane", 0L),
                        counts.getOrDefault("walled garden", 0L),
                        counts.getOrDefault("drop", 0L),
                        counts.getOrDefault("ban", 0L),
                        counts.getOrDefault("garden", 0L)),
                new NodesView(
                        coverage.of(),
                        coverage.on(),
                        coverage.slowestMillis(),
                        coverage.lagging()));
    }

    /**
     * Entries that share an address with {@code q} (an address or prefix), or the attachment with that id; all without it. Of
     * attachments only network operators are told which: others ask who held an address where that is written down.
     */
    @GetMapping("/entries")
    Page entries(
            @RequestParam(defaultValue = "") String q,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String after,
            Authentication caller) {
        String asked = q.strip();
        if (asked.length() == 36 && asked.indexOf('-') == 8) {
            UUID id = id(asked);
            return new Page(
                    lists.shown("attachment:" + id).stream()
                            .map(shown -> AccessEntryView.of(shown, caller))
                            .toList(),
                    null);
        }
        int count = Math.clamp(limit, 1, LIMIT_MAX);
        Prefix touching = asked.isEmpty() ? null : prefix(asked);
        List<AccessLists.Shown> found = lists.page(touching, after, count + 1);
        boolean more = found.size() > count;
        List<AccessLists.Shown> shown = more ? found.subList(0, count) : found;
        return new Page(
                shown.stream().map(one -> AccessEntryView.of(one, caller)).toList(),
                more ? shown.getLast().key() : null);
    }

    static boolean isNetwork(Authentication caller) {
        return caller.getAuthorities().stream()
                .anyMatch(authority -> "ROLE_network".equals(authority.getAuthority()));
    }

    /** How many nodes enforce the entry of {@code key} as it is now; for one that is gone, how many have let go of it. */
    @GetMapping("/coverage")
    CoverageView coverage(@RequestParam String key) {
        String canonical = canonical(key);
        AccessLists.Head head = lists.head();
        var shown = lists.shown(canonical);
        Long since =
                shown.map(AccessLists.Shown::sinceVersion)
                        .or(() -> lists.lastChange(canonical))
                        .orElse(null);
        if (since == null) {
            return new CoverageView(
                    canonical, false, null, 0, nodes.inService().size(), null, List.of());
        }
        Coverage coverage = coverage(since, head);
        return new CoverageView(
                canonical,
                shown.isPresent(),
                since,
                coverage.on(),
                coverage.of(),
                coverage.slowestMillis(),
                coverage.lagging());
    }

    private Coverage coverage(long version, AccessLists.Head head) {
        List<Node> inService = nodes.inService();
        return Coverage.of(
                version,
                head,
                inService,
                receipts.of(
                        inService.stream()
                                .flatMap(node -> node.nodeId().stream())
                                .collect(Collectors.toSet())));
    }

    private static String canonical(String key) {
        if (key.startsWith("ban:")) {
            return ListEntry.banKey(prefix(key.substring("ban:".length())));
        }
        if (key.startsWith("garden:")) {
            return ListEntry.gardenKey(prefix(key.substring("garden:".length())));
        }
        if (key.startsWith("attachment:")) {
            return "attachment:" + id(key.substring("attachment:".length()));
        }
        throw new NotAKey("key is attachment:<id>, ban:<prefix> or garden:<prefix>");
    }

    private static UUID id(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw new NotAKey("not an attachment id: " + text);
        }
    }

    private static Prefix prefix(String text) {
        try {
            return Prefix.parse(text);
        } catch (IllegalArgumentException e) {
            throw new NotAKey("not an address or prefix: " + text);
        }
    }

    /** What was asked for is neither an address nor a key. */
    static class NotAKey extends RuntimeException {
        NotAKey(String message) {
            super(message);
        }
    }

    @ExceptionHandler
    ProblemDetail notAKey(NotAKey e) {
        var problem = ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/not-a-key"));
        return problem;
    }
}
