package org.coopmesh.membership.standing;

import java.util.List;
import org.coopmesh.membership.member.MemberFacts;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.member.PayerId;
import org.coopmesh.membership.member.SiteId;
import org.jspecify.annotations.Nullable;

/**
 * How a site stands: what its payer owes, and what is imposed on the member who answers for it.
 *
 * @param payer null when nobody pays for it
 * @param standings everything that applies
 */
public record SiteStanding(
        SiteId site,
        MemberId member,
        @Nullable PayerId payer,
        MemberFacts.State state,
        List<Standing> standings) {
    public SiteStanding {
        standings = List.copyOf(standings);
    }
}
