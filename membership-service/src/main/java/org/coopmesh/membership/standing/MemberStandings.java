package org.coopmesh.membership.standing;

import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.member.Membership;
import org.coopmesh.membership.member.StandingLookup;
import org.springframework.stereotype.Component;

/** Shows member pages how members stand. */
@Component
class MemberStandings implements StandingLookup {
    private final StandingReview review;
    private final Membership membership;

    MemberStandings(StandingReview review, Membership membership) {
        this.review = review;
        this.membership = membership;
    }

    @Override
    public Map<MemberId, StandingSummary> standings(Set<MemberId> members) {
        var summaries = new HashMap<MemberId, StandingSummary>();
        review.of(members).forEach((member, standing) -> summaries.put(member, summary(standing)));
        return summaries;
    }

    private StandingSummary summary(Standing standing) {
        return switch (standing) {
            case Standing.Good good -> new StandingSummary(good.level(), null, null, null);
            case Standing.Grace grace ->
                    new StandingSummary(
                            grace.level(),
                            start(grace.since()),
                            start(grace.until()),
                            "overdue since " + grace.since());
            case Standing.Overdue overdue ->
                    new StandingSummary(
                            overdue.level(),
                            start(overdue.since()),
                            null,
                            "overdue since " + overdue.since());
            case Standing.Limited(SpendLimit limit) ->
                    new StandingSummary(
                            standing.level(), limit.since(), null, limit.kind().words());
            case Standing.Sanctioned sanctioned ->
                    new StandingSummary(
                            sanctioned.level(),
                            sanctioned.since(),
                            sanctioned.until(),
                            sanctioned.measure().word());
        };
    }

    private Instant start(LocalDate day) {
        return day.atStartOfDay(membership.coop().zone()).toInstant();
    }
}
