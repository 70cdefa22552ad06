package org.coopmesh.abuse.subject;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Prefixes given to one site behind one node, from a moment on. The routers are the node's own addresses within them. */
record Attachment(
        AttachmentId id,
        NodeId node,
        SiteId site,
        MemberId member,
        @Nullable Prefix prefixV4,
        @Nullable Prefix prefixV6,
        @Nullable Prefix routerV4,
        @Nullable Prefix routerV6,
        Instant attachedAt) {}
