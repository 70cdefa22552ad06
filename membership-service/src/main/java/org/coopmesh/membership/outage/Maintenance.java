package org.coopmesh.membership.outage;

import java.time.Instant;
import java.util.UUID;
import org.coopmesh.membership.node.NodeRecordId;
import org.jspecify.annotations.Nullable;

/**
 * Work that was announced: who is silent because of it is no fault.
 *
 * @param node null for all nodes
 * @param endsAt after {@code startsAt}; both on the co-op's clock
 */
record Maintenance(
        UUID id,
        @Nullable NodeRecordId node,
        Instant startsAt,
        Instant endsAt,
        String reason,
        UUID createdBy,
        Instant createdAt) {

    boolean covers(NodeRecordId record) {
        return node == null || node.equals(record);
    }

    boolean isOn(Instant now) {
        return !now.isBefore(startsAt) && now.isBefore(endsAt);
    }
}
