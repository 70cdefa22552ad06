package org.coopmesh.membership.node;

import java.time.Instant;
import org.coopmesh.membership.member.SiteId;
import org.jspecify.annotations.Nullable;

/**
 * An address prefix of a node's clients, given to one site for a span of time. Ended ones are kept: they turn "address and
 * time" into a member.
 */
public record Attachment(
        AttachmentId id,
        NodeRecordId node,
        SiteId site,
        @Nullable Prefix prefixV4,
        @Nullable Prefix prefixV6,
        Instant since,
        @Nullable Instant until) {
    public Attachment {
        if (prefixV4 == null && prefixV6 == null) {
            throw new IllegalArgumentException("attachment without a prefix: " + id);
        }
    }

    /** The node's own address within the IPv4 prefix, or "". */
    public String routerV4() {
        return prefixV4 == null ? "" : prefixV4.firstAddress();
    }

    /** The node's own address within the IPv6 prefix, or "". */
    public String routerV6() {
        return prefixV6 == null ? "" : prefixV6.firstAddress();
    }
}
