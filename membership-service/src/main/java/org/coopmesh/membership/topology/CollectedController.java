package org.coopmesh.membership.topology;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.coopmesh.membership.node.NodeId;
import org.coopmesh.membership.node.NodeRegister;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Routers too small for an agent, for who runs the network. */
@RestController
@RequestMapping("/api/nodes/collected")
@PreAuthorize("hasAnyRole('network', 'board')")
class CollectedController {
    private static final int LIMIT_MAX = 200;

    private final Topology topology;
    private final NodeRegister register;

    CollectedController(Topology topology, NodeRegister register) {
        this.topology = topology;
        this.register = register;
    }

    record CollectedPage(List<CollectedRouterView> items, @Nullable String next) {}

    /** {@code signed} is false, always: a router told this to a node, and nobody can be held to it. */
    record CollectedRouterView(
            String routerId,
            @Nullable String hostname,
            String live,
            Instant heardAt,
            boolean signed,
            @Nullable RouterFiguresView figures,
            List<RouterNeighbourView> neighbours,
            List<CollectorView> collectors) {}

    record RouterFiguresView(
            long uptimeSeconds,
            long loadMilli,
            long clients,
            long rxBytes,
            long txBytes,
            long forwardBytes) {}

    record RouterNeighbourView(
            @Nullable String routerId,
            String address,
            String source,
            long tq,
            long rxCost,
            long txCost) {}

    /** {@code newest}: the figures are what this one was told. */
    record CollectorView(String nodeId, @Nullable String name, Instant heardAt, boolean newest) {}

    @GetMapping
    CollectedPage collected(
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(defaultValue = "") String after) {
        int count = Math.clamp(limit, 1, LIMIT_MAX);
        List<SeenRouter> found = topology.smallRouters(after, count + 1);
        boolean more = found.size() > count;
        List<SeenRouter> routers = more ? found.subList(0, count) : found;
        var names = new HashMap<NodeId, String>();
        return new CollectedPage(
                routers.stream().map(router -> view(router, names)).toList(),
                more ? routers.getLast().id() : null);
    }

    private CollectedRouterView view(SeenRouter router, Map<NodeId, String> names) {
        SmallRouter.Figures figures = router.figures();
        return new CollectedRouterView(
                router.id(),
                orNull(router.hostname()),
                router.live().name().toLowerCase(Locale.ROOT),
                router.heardAt(),
                false,
                figures == null
                        ? null
                        : new RouterFiguresView(
                                figures.uptimeSeconds(),
                                figures.loadMilli(),
                                figures.clients(),
                                figures.rxBytes(),
                                figures.txBytes(),
                                figures.forwardBytes()),
                router.neighbours().stream()
                        .map(neighbour ->
                                new RouterNeighbourView(
                                        orNull(neighbour.routerId()),
                                        neighbour.address(),
                                        neighbour.source(),
                                        neighbour.tq(),
                                        neighbour.rxCost(),
                                        neighbour.txCost()))
                        .toList(),
                router.seenBy().entrySet().stream()
                        .sorted(Comparator.comparing(seen -> seen.getKey().hex()))
                        .map(seen ->
                                new CollectorView(
                                        seen.getKey().hex(),
                                        orNull(names.computeIfAbsent(seen.getKey(), this::name)),
                                        seen.getValue(),
                                        seen.getKey().equals(router.toldBy())))
                        .toList());
    }

    private String name(NodeId node) {
        return register.find(node).map(found -> found.about().name()).orElse("");
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
