package org.coopmesh.billing.metering;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.coopmesh.billing.metering.QueryParameters.MalformedQuery;
import org.coopmesh.billing.subscription.Caller;
import org.coopmesh.billing.subscription.PayerRegister;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What the two ends of links say, where they disagree, and what passed through nodes. Owners see their own nodes. */
@RestController
@RequestMapping("/api/usage")
class LinkController {
    private static final Duration SPAN_MAX = Duration.ofDays(31);

    /** Of one discrepancy; the first of them are evidence enough. */
    private static final int WINDOWS_MAX = 500;

    /** An hour older than this is no load of now. */
    private static final Duration LOAD_AGE_MAX = Duration.ofHours(6);

    private static final int LOADS_MAX = 100_000;

    /** Digits of a node's id that name it on the graph of the mesh. */
    private static final int KEY_DIGITS = 12;

    private final Links links;
    private final PayerRegister register;
    private final Clock clock;

    LinkController(Links links, PayerRegister register, Clock clock) {
        this.links = links;
        this.register = register;
        this.clock = clock;
    }

    record PageView<T>(List<T> items, @Nullable String next) {}

    /** Bytes from low to high are {@code up}. Windows alone were reported by that end only and are credited to nobody. */
    record LinkView(
            Instant hour,
            String lowNodeId,
            String highNodeId,
            int windowsMatched,
            int windowsOutside,
            int windowsLowAlone,
            int windowsHighAlone,
            long lowSent,
            long highReceived,
            long upCredited,
            long highSent,
            long lowReceived,
            long downCredited) {
        static LinkView of(Links.Found found) {
            return new LinkView(
                    found.hour(),
                    found.link().low().hex(),
                    found.link().high().hex(),
                    found.matched(),
                    found.outside(),
                    found.lowAlone().windows(),
                    found.highAlone().windows(),
                    found.lowSent(),
                    found.highReceived(),
                    found.upCredited(),
                    found.highSent(),
                    found.lowReceived(),
                    found.downCredited());
        }

        private String cursor() {
            return hour + "/" + lowNodeId + "/" + highNodeId;
        }
    }

    record DiscrepancyView(
            UUID id,
            String lowNodeId,
            String highNodeId,
            Instant from,
            Instant to,
            int windowsOutside,
            Instant raisedAt) {
        static DiscrepancyView of(Links.Discrepancy found) {
            return new DiscrepancyView(
                    found.id(),
                    found.link().low().hex(),
                    found.link().high().hex(),
                    found.from(),
                    found.to(),
                    found.windowsOutside(),
                    found.raisedAt());
        }

        private String cursor() {
            return raisedAt + "/" + id;
        }
    }

    /** What one end said of the link in one window, and in which of its reports. */
    record EndView(String nodeId, String bootId, long sequence, long sent, long received) {
        static EndView of(LinkHour.End end) {
            return new EndView(
                    end.report().nodeId().hex(),
                    end.report().bootId().toString(),
                    end.report().sequence(),
                    end.sent(),
                    end.received());
        }
    }

    record OutsideView(Instant from, Instant to, EndView low, EndView high) {
        static OutsideView of(LinkHour.Outside outside) {
            return new OutsideView(
                    outside.low().startedAt(),
                    outside.low().endedAt(),
                    EndView.of(outside.low()),
                    EndView.of(outside.high()));
        }
    }

    /** {@code windows}: oldest first, at most 500; those that are older than windows are kept in full are left out. */
    record EvidenceView(DiscrepancyView discrepancy, List<OutsideView> windows) {}

    /** {@code in + originated} should be {@code out + consumed}; links and uplink together. */
    record BalanceView(
            Instant hour,
            String nodeId,
            int windows,
            long in,
            long originated,
            long out,
            long consumed,
            boolean balanced) {
        static BalanceView of(Links.Balance balance) {
            NodeHour hour = balance.hour();
            return new BalanceView(
                    hour.hour(),
                    hour.node().hex(),
                    hour.windows(),
                    hour.linkReceived() + hour.uplinkReceived(),
                    hour.originated(),
                    hour.linkSent() + hour.uplinkSent(),
                    hour.consumed(),
                    balance.balanced());
        }
    }

    /** Oldest first; the cursor is the last of a page. */
    @GetMapping("/links")
    @PreAuthorize("isAuthenticated()")
    PageView<LinkView> links(
            @RequestParam(required = false) @Nullable String nodeId,
            @RequestParam(required = false) @Nullable Instant from,
            @RequestParam(required = false) @Nullable Instant to,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(defaultValue = "100") int limit,
            Authentication authentication) {
        int size = QueryParameters.limit(limit);
        NodeId node = nodeOf(nodeId, authentication);
        Instant end = to == null ? clock.instant() : to;
        Instant start = from == null ? end.minus(Duration.ofDays(1)) : from;
        span(start, end);
        List<LinkView> items =
                links.hours(node, start, end, after == null ? null : cursor(after), size).stream()
                        .map(LinkView::of)
                        .toList();
        return new PageView<>(items, items.size() < size ? null : items.getLast().cursor());
    }

    /**
     * Bytes of the newest whole hour that both ends agree on, in columns: what stands at one position belongs together.
     *
     * @param hour null where no link was counted lately
     * @param low the first 12 digits of the lower end's id
     * @param up bytes from low to high
     */
    record LoadView(
            @Nullable Instant hour,
            int seconds,
            List<String> low,
            List<String> high,
            List<Long> up,
            List<Long> down) {
        static LoadView of(List<Links.Load> loads) {
            return new LoadView(
                    loads.isEmpty() ? null : loads.getFirst().hour(),
                    (int) Duration.ofHours(1).toSeconds(),
                    loads.stream().map(load -> key(load.link().low())).toList(),
                    loads.stream().map(load -> key(load.link().high())).toList(),
                    loads.stream().map(Links.Load::up).toList(),
                    loads.stream().map(Links.Load::down).toList());
        }

        private static String key(NodeId node) {
            return node.hex().substring(0, KEY_DIGITS);
        }
    }

    /** How much passes every link now, for the graph of the mesh. A leaf's link tells what one household uses. */
    @GetMapping("/links/load")
    @PreAuthorize("hasAnyRole('treasurer', 'network', 'board')")
    LoadView load() {
        Instant hour = clock.instant().truncatedTo(ChronoUnit.HOURS);
        return LoadView.of(links.newest(hour.minus(LOAD_AGE_MAX), hour, LOADS_MAX));
    }

    private static Links.Cursor cursor(String after) {
        String[] parts = after.split("/", -1);
        try {
            return new Links.Cursor(
                    Instant.parse(parts[0]),
                    new LinkHour.LinkId(new NodeId(parts[1]), new NodeId(parts[2])));
        } catch (DateTimeParseException
                | IllegalArgumentException
                | ArrayIndexOutOfBoundsException e) {
            throw new MalformedQuery("after", "must be what a page before gave as next");
        }
    }

    /** Newest first; the cursor is the last of a page, a bare time all that was raised before it. */
    @GetMapping("/discrepancies")
    @PreAuthorize("isAuthenticated()")
    PageView<DiscrepancyView> discrepancies(
            @RequestParam(required = false) @Nullable String nodeId,
            @RequestParam(required = false) @Nullable String before,
            @RequestParam(defaultValue = "50") int limit,
            Authentication authentication) {
        int size = QueryParameters.limit(limit);
        NodeId node = nodeOf(nodeId, authentication);
        Links.Raised end =
                before == null
                        ? Links.Raised.before(clock.instant().plusSeconds(1))
                        : raised(before);
        List<DiscrepancyView> items =
                links.discrepancies(end, node, size).stream().map(DiscrepancyView::of).toList();
        return new PageView<>(items, items.size() < size ? null : items.getLast().cursor());
    }

    /** The windows in which the ends disagree, with what each said and the report in which it said so. */
    @GetMapping("/discrepancies/{id}")
    @PreAuthorize("isAuthenticated()")
    EvidenceView discrepancy(@PathVariable UUID id, Authentication authentication) {
        Links.Discrepancy found = links.discrepancy(id).orElseThrow(DiscrepancyNotFound::new);
        if (!QueryParameters.readsAll(authentication)
                && !owns(found.link().low(), authentication)
                && !owns(found.link().high(), authentication)) {
            throw new DiscrepancyNotFound();
        }
        return new EvidenceView(
                DiscrepancyView.of(found),
                links.outside(found.link(), found.from(), found.to(), WINDOWS_MAX).stream()
                        .map(OutsideView::of)
                        .toList());
    }

    /** None by this id, or none that the caller may see. */
    static class DiscrepancyNotFound extends RuntimeException {
        private static final long serialVersionUID = 1L;

        DiscrepancyNotFound() {
            super("no such discrepancy");
        }
    }

    private static Links.Raised raised(String before) {
        var cursor = QueryParameters.cursor("before", before);
        if (cursor.id() == null) return Links.Raised.before(cursor.at());
        try {
            return new Links.Raised(cursor.at(), UUID.fromString(cursor.id()));
        } catch (IllegalArgumentException noId) {
            throw QueryParameters.malformedCursor("before");
        }
    }

    /** Hours of one node, or of all where they do not balance, oldest first. */
    @GetMapping("/balances")
    @PreAuthorize("isAuthenticated()")
    PageView<BalanceView> balances(
            @RequestParam(required = false) @Nullable String nodeId,
            @RequestParam(required = false) @Nullable Instant from,
            @RequestParam(required = false) @Nullable Instant to,
            @RequestParam(defaultValue = "100") int limit,
            Authentication authentication) {
        int size = QueryParameters.limit(limit);
        NodeId node = nodeOf(nodeId, authentication);
        Instant end = to == null ? clock.instant() : to;
        Instant start = from == null ? end.minus(Duration.ofDays(1)) : from;
        span(start, end);
        List<BalanceView> items =
                links.balances(node, start, end, size).stream().map(BalanceView::of).toList();
        return new PageView<>(items, null);
    }

    private @Nullable NodeId nodeOf(@Nullable String nodeId, Authentication authentication) {
        if (nodeId == null) {
            if (!QueryParameters.readsAll(authentication)) {
                throw new AccessDeniedException("name one of your nodes");
            }
            return null;
        }
        NodeId node = QueryParameters.node(nodeId);
        if (!QueryParameters.readsAll(authentication) && !owns(node, authentication)) {
            throw new AccessDeniedException("not a node of the caller");
        }
        return node;
    }

    private boolean owns(NodeId node, Authentication authentication) {
        var place = register.placesOf(List.of(node.hex())).get(node.hex());
        return place != null && place.owner().equals(Caller.of(authentication).member());
    }

    private static void span(Instant from, Instant to) {
        if (!from.isBefore(to)) throw new MalformedQuery("to", "must be after from");
        if (Duration.between(from, to).compareTo(SPAN_MAX) > 0) {
            throw new MalformedQuery("from", "at most " + SPAN_MAX.toDays() + " days before to");
        }
    }
}
