package org.coopmesh.membership.names;

import java.time.Instant;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.node.NodeId;
import org.coopmesh.membership.node.NodeRecordId;
import org.jspecify.annotations.Nullable;

/**
 * A label that a member holds. Each state offers only the steps that are legal from it; in each the name is served.
 *
 * <pre>
 *   Held ──membership ends──▶ Lapsing ──time──▶ (free)
 *    │  ◀──membership again──┘   │
 *    └──────dispute──▶ Frozen ◀──┘ ──board keeps──▶ Held or Lapsing
 *                                  ──board releases──▶ (free, for whoever disputed it)
 * </pre>
 */
public sealed interface MeshName {
    About about();

    default NameId id() {
        return about().id();
    }

    /**
     * What is registered.
     *
     * @param key that {@code node} had when the name was last bound to it
     * @param service null where the name is the node's own
     */
    record About(
            NameId id,
            Label label,
            MemberId owner,
            NodeRecordId node,
            NodeId key,
            @Nullable MeshService service,
            Instant registeredAt) {
        About on(NodeRecordId other, NodeId itsKey, @Nullable MeshService what) {
            return new About(id, label, owner, other, itsKey, what, registeredAt);
        }

        About of(MemberId other) {
            return new About(id, label, other, node, key, service, registeredAt);
        }
    }

    /** Its owner's, to do with as they like. */
    record Held(About about) implements MeshName {
        Held with(About other) {
            return new Held(other);
        }

        Lapsing lapse(Instant freeAt) {
            return new Lapsing(about, freeAt);
        }

        Frozen freeze(DisputeId dispute) {
            return new Frozen(about, dispute, null);
        }
    }

    /** Its owner is no member any more; it is kept for them until {@code freeAt}. */
    record Lapsing(About about, Instant freeAt) implements MeshName {
        Held revive() {
            return new Held(about);
        }

        Frozen freeze(DisputeId dispute) {
            return new Frozen(about, dispute, freeAt);
        }
    }

    /**
     * Disputed: it stays as it is until the board decides.
     *
     * @param freeAt null unless its owner is no member any more
     */
    record Frozen(About about, DisputeId dispute, @Nullable Instant freeAt) implements MeshName {
        MeshName thaw() {
            return freeAt == null ? new Held(about) : new Lapsing(about, freeAt);
        }

        Frozen lapse(Instant at) {
            return new Frozen(about, dispute, at);
        }

        Frozen revive() {
            return new Frozen(about, dispute, null);
        }
    }
}
