package org.coopmesh.membership.node;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.membership.member.Membership;
import org.coopmesh.membership.member.SiteFacts;
import org.coopmesh.membership.member.SiteId;
import org.coopmesh.membership.roster.Agreed;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Which nodes were agreed for a site, beside those that are there. */
@RestController
@PreAuthorize("hasAnyRole('network', 'board')")
class AgreedNodesController {
    private final Agreed agreed;
    private final NodeRegister register;
    private final Membership membership;

    AgreedNodesController(Agreed agreed, NodeRegister register, Membership membership) {
        this.agreed = agreed;
        this.register = register;
        this.membership = membership;
    }

    /**
     * One node of a site for which anything was agreed.
     *
     * @param nodeId where it stands in the register; null where it is in none
     * @param state {@code in-service}, {@code not-enrolled}, {@code missing}, or {@code not-agreed} for one too many
     */
    record AgreedNodeView(
            UUID siteId,
            String site,
            UUID memberId,
            String name,
            @Nullable UUID nodeId,
            String state) {}

    /**
     * All of them.
     *
     * @param missing agreed, and not in service
     * @param tooMany there, and not agreed
     */
    record AgreedNodesListView(List<AgreedNodeView> items, int missing, int tooMany) {}

    /** Sites for which nothing was agreed are left out. */
    @GetMapping("/api/nodes/agreed")
    AgreedNodesListView agreed() {
        Map<SiteId, List<String>> names = agreed.bySite();
        Map<SiteId, List<Node>> there = new HashMap<>();
        for (Node node : register.page(null, null, Integer.MAX_VALUE)) {
            if (isThere(node))
                there.computeIfAbsent(node.about().site(), site -> new ArrayList<>()).add(node);
        }
        var items = new ArrayList<AgreedNodeView>();
        names.forEach((site, wanted) -> {
            SiteFacts facts = membership.site(site).orElse(null);
            if (facts == null) return;
            var left = new ArrayList<>(there.getOrDefault(site, List.of()));
            for (String name : wanted) {
                Node found =
                        left.stream()
                                .filter(node ->
                                        Agreed.key(node.about().name()).equals(Agreed.key(name)))
                                .findFirst()
                                .orElse(null);
                if (found != null) left.remove(found);
                items.add(
                        view(
                                site,
                                facts,
                                name,
                                found,
                                found == null
                                        ? "missing"
                                        : found instanceof Node.Enrolled
                                                ? "in-service"
                                                : "not-enrolled"));
            }
            for (Node more : left) {
                items.add(view(site, facts, more.about().name(), more, "not-agreed"));
            }
        });
        return new AgreedNodesListView(
                List.copyOf(items),
                count(items, "missing") + count(items, "not-enrolled"),
                count(items, "not-agreed"));
    }

    private static boolean isThere(Node node) {
        return node instanceof Node.Pending || node instanceof Node.Enrolled;
    }

    private static AgreedNodeView view(
            SiteId site, SiteFacts facts, String name, @Nullable Node node, String state) {
        return new AgreedNodeView(
                site.value(),
                facts.name(),
                facts.memberId().value(),
                name,
                node == null ? null : node.id().value(),
                state);
    }

    private static int count(List<AgreedNodeView> items, String state) {
        return (int) items.stream().filter(item -> item.state().equals(state)).count();
    }
}
