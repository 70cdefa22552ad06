package org.coopmesh.membership.member;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A place that is connected, and the member who answers for it.
 *
 * @param zone the part of the co-op's area it is in; null if nobody said
 * @param publicSince since when it may be on public maps, by the word of that member; null if it may not
 */
public record Site(
        SiteId id,
        MemberId memberId,
        String name,
        String address,
        @Nullable Location location,
        @Nullable String zone,
        @Nullable Instant publicSince) {
    public Site(
            SiteId id,
            MemberId memberId,
            String name,
            String address,
            @Nullable Location location) {
        this(id, memberId, name, address, location, null, null);
    }

    /** A point on the Earth in degrees (WGS 84). */
    public record Location(double latitude, double longitude) {
        public Location {
            if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180))
                throw new IllegalArgumentException("not a point on the Earth");
        }
    }

    public Site {
        if (name.isBlank()) throw new IllegalArgumentException("a site needs a name");
    }
}
