package org.coopmesh.membership.member;

import org.jspecify.annotations.Nullable;

/**
 * What other capabilities may know about a site.
 *
 * @param memberId the member who answers for the site
 * @param payerId who pays for it today; null when nobody is subscribed, as for an applicant's site
 * @param planCode on which plan; null exactly when {@code payerId} is
 */
public record SiteFacts(
        SiteId id,
        MemberId memberId,
        String name,
        @Nullable PayerId payerId,
        @Nullable String planCode) {}
