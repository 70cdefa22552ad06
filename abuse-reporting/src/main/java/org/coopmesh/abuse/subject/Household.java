package org.coopmesh.abuse.subject;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.coopmesh.abuse.subject.Target.OfAddress;
import org.coopmesh.abuse.subject.Target.OfMember;
import org.coopmesh.abuse.subject.Target.OfNode;
import org.jspecify.annotations.Nullable;

/**
 * A member and everybody who shares a payer with them, with their nodes and the prefixes they hold and held. Asked by a member of
 * themselves it tells nothing about anybody else, so it is no look-up.
 *
 * @param nodes that one of them owns or is attached to
 */
public record Household(Set<MemberId> members, Set<NodeId> nodes, List<Held> held) {
    /** What one of them held for a span of time; {@code detachedAt} null: holds still. */
    record Held(
            @Nullable Prefix prefixV4,
            @Nullable Prefix prefixV6,
            Instant attachedAt,
            @Nullable Instant detachedAt) {
        private boolean overlaps(Prefix prefix) {
            return (prefixV4 != null && prefixV4.overlaps(prefix))
                    || (prefixV6 != null && prefixV6.overlaps(prefix));
        }

        private boolean at(Instant moment) {
            return !attachedAt.isAfter(moment)
                    && (detachedAt == null || detachedAt.isAfter(moment));
        }
    }

    public Household {
        members = Set.copyOf(members);
        nodes = Set.copyOf(nodes);
        held = List.copyOf(held);
    }

    public boolean includes(MemberId member) {
        return members.contains(member);
    }

    /** Whether the address was theirs at that moment. */
    public boolean held(Prefix address, Instant at) {
        return held.stream().anyMatch(h -> h.at(at) && h.overlaps(address));
    }

    /** Whether a ban of {@code target} hits one of them at present. */
    public boolean isHitBy(Target target) {
        return switch (target) {
            case OfMember m -> includes(m.member());
            case OfNode n -> nodes.contains(n.node());
            case OfAddress a ->
                    held.stream().anyMatch(h -> h.detachedAt() == null && h.overlaps(a.prefix()));
        };
    }
}
