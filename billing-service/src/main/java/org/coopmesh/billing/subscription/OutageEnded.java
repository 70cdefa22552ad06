package org.coopmesh.billing.subscription;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An attachment was out from {@code beganAt} to {@code endedAt}; told in the transaction that hears it.
 *
 * @param member who answered for the site when it began
 * @param faultNode the topmost node that was silent; null where that is not known
 */
public record OutageEnded(
        UUID attachment,
        String node,
        SiteId site,
        MemberId member,
        @Nullable String faultNode,
        Instant beganAt,
        Instant endedAt) {}
