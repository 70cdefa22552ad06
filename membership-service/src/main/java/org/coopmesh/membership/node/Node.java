package org.coopmesh.membership.node;

import java.time.Instant;
import java.util.Optional;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.member.SiteId;
import org.jspecify.annotations.Nullable;

/**
 * One piece of mesh hardware. Each state offers only the steps that are legal from it.
 *
 * <pre>
 *   Pending ──enrol──▶ Enrolled ──retire──▶ Retired ──enrol──▶ Enrolled
 *                         │                    │
 *                         └─────revoke─────────┴──▶ Revoked (for good)
 * </pre>
 */
public sealed interface Node {
    About about();

    default NodeRecordId id() {
        return about().id();
    }

    /** The node's key, once it has shown one. */
    Optional<NodeId> nodeId();

    /** What people say about a node. */
    record About(
            NodeRecordId id,
            MemberId owner,
            SiteId site,
            String name,
            boolean gateway,
            Instant createdAt) {
        private static final int NAME_LENGTH_MAX = 80;

        public About {
            name = name.strip();
            if (name.isEmpty() || name.length() > NAME_LENGTH_MAX) {
                throw new IllegalArgumentException("a node's name has 1 to 80 characters");
            }
        }

        /** The same record of the register, but owned, placed and named like {@code other}. */
        About like(About other) {
            return new About(id, other.owner, other.site, other.name, other.gateway, createdAt);
        }
    }

    /** Registered; its key is not known yet. */
    record Pending(About about) implements Node {
        @Override
        public Optional<NodeId> nodeId() {
            return Optional.empty();
        }

        Enrolled enrol(Credential credential, Instant now) {
            return new Enrolled(about, credential, now);
        }
    }

    /** In service: its certificate opens the node port. */
    record Enrolled(About about, Credential credential, Instant enrolledAt) implements Node {
        @Override
        public Optional<NodeId> nodeId() {
            return Optional.of(credential.nodeId());
        }

        /** A later certificate for the same key, or a new key for the same hardware. */
        Enrolled with(Credential later) {
            return new Enrolled(about, later, enrolledAt);
        }

        Retired retire(Instant now, String reason) {
            return new Retired(about, credential, now, reason);
        }

        Revoked revoke(Instant now, String reason) {
            return new Revoked(about, credential, now, reason);
        }
    }

    /** Taken out of service; with a new code it may come back as the same node. */
    record Retired(About about, Credential credential, Instant endedAt, String reason)
            implements Node {
        @Override
        public Optional<NodeId> nodeId() {
            return Optional.of(credential.nodeId());
        }

        Enrolled enrol(Credential later, Instant now) {
            return new Enrolled(about, later, now);
        }

        Revoked revoke(Instant now, String why) {
            return new Revoked(about, credential, now, why);
        }
    }

    /** Lost or stolen: its key never speaks for a node again, and nothing passes from what is attached to it. */
    record Revoked(About about, Credential credential, Instant endedAt, String reason)
            implements Node {
        @Override
        public Optional<NodeId> nodeId() {
            return Optional.of(credential.nodeId());
        }
    }

    /** The key a node proved to hold, and until when its certificate is good (wall clock). */
    record Credential(NodeId nodeId, Instant certificateUntil, @Nullable String agentVersion) {}
}
