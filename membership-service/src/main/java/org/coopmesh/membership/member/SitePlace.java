package org.coopmesh.membership.member;

import org.jspecify.annotations.Nullable;

/**
 * Where a site is, for maps.
 *
 * @param zone the part of the co-op's area it is in; null if nobody said
 * @param location null if nobody said
 * @param open whether the member who answers for it lets everybody see it on maps
 */
public record SitePlace(
        SiteId id,
        String name,
        @Nullable String zone,
        Site.@Nullable Location location,
        boolean open) {}
