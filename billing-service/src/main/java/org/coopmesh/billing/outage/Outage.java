package org.coopmesh.billing.outage;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.SiteId;
import org.jspecify.annotations.Nullable;

/**
 * What one attachment went without, from {@code beganAt} up to, not including, {@code endedAt}.
 *
 * @param faultNode what broke; null where that is not known
 * @param reckonedUntil up to when it was looked at for a credit; null while it never was
 */
record Outage(
        UUID attachment,
        String node,
        SiteId site,
        MemberId member,
        @Nullable String faultNode,
        Instant beganAt,
        Instant endedAt,
        @Nullable Instant reckonedUntil) {
    Outage {
        if (!endedAt.isAfter(beganAt)) {
            throw new IllegalArgumentException("an outage lasts: " + attachment + " " + beganAt);
        }
    }

    Duration lasted() {
        return Duration.between(beganAt, endedAt);
    }

    Stretch whole() {
        return new Stretch(beganAt, endedAt);
    }
}
