package org.coopmesh.billing.subscription;

import java.time.LocalDate;

/**
 * Consecutive days on which one payer paid for one site on one plan.
 *
 * @param member the member who answers for the site
 * @param from the first day
 * @param to the day after the last
 * @param active false where the member paused: such days cost no dues
 */
public record SubscribedDays(
        SiteId site,
        MemberId member,
        PayerId payer,
        String planCode,
        LocalDate from,
        LocalDate to,
        boolean active) {
    public SubscribedDays {
        if (!from.isBefore(to)) {
            throw new IllegalArgumentException("days end before they start: " + from + " " + to);
        }
    }

    boolean continues(SubscribedDays before) {
        return before.to.equals(from)
                && before.site.equals(site)
                && before.member.equals(member)
                && before.payer.equals(payer)
                && before.planCode.equals(planCode)
                && before.active == active;
    }
}
