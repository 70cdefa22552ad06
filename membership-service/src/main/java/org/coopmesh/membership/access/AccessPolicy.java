package org.coopmesh.membership.access;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.coopmesh.membership.member.MemberFacts;
import org.coopmesh.membership.standing.Sanction;
import org.coopmesh.membership.standing.Standing;
import org.jspecify.annotations.Nullable;

/**
 * What follows from a standing, as the co-op has set it. A pure function; days of grace are in the standing already.
 *
 * @param slowLaneKbit of the slow lane for who owes
 * @param wallAfterDays from slow lane to walled garden
 * @param failMode what nodes do when the list has ended and no newer one came
 * @param listLifetime how long a list counts without the servers
 */
public record AccessPolicy(
        int slowLaneKbit, int wallAfterDays, FailMode failMode, Duration listLifetime) {
    private static final int SLOW_LANE_KBIT_MIN = 16;
    private static final int SLOW_LANE_KBIT_MAX = 10_000_000;
    private static final int WALL_AFTER_DAYS_MAX = 365;
    private static final Duration LIST_LIFETIME_MIN = Duration.ofMinutes(1);
    private static final Duration LIST_LIFETIME_MAX = Duration.ofDays(365);

    /** What a node does when its list has ended. */
    public enum FailMode {
        KEEP,
        OPEN
    }

    public AccessPolicy {
        if (slowLaneKbit < SLOW_LANE_KBIT_MIN || slowLaneKbit > SLOW_LANE_KBIT_MAX) {
            throw new IllegalArgumentException("slowLaneKbit is 16 to 10000000");
        }
        if (wallAfterDays < 0 || wallAfterDays > WALL_AFTER_DAYS_MAX) {
            throw new IllegalArgumentException("wallAfterDays is 0 to 365");
        }
        if (listLifetime.compareTo(LIST_LIFETIME_MIN) < 0
                || listLifetime.compareTo(LIST_LIFETIME_MAX) > 0) {
            throw new IllegalArgumentException("listLifetime is one minute to one year");
        }
    }

    /**
     * What an attachment's rule depends on.
     *
     * @param state of the member who answers for the site; null when nobody does
     * @param standings of the site: everything that applies
     * @param nodeRevoked whether the node was lost or stolen
     * @param nodeBannedUntil bans of the node in force, by their end; null for a permanent one
     */
    record AttachmentFacts(
            MemberFacts.@Nullable State state,
            List<Standing> standings,
            boolean nodeRevoked,
            List<NodeBan> nodeBans) {}

    /** A ban of a whole node. */
    record NodeBan(@Nullable Instant until) {}

    /** The strictest of what every fact asks for; of equals the first gives the reason, what is owed before the state. */
    Verdict verdict(AttachmentFacts facts, ZoneId zone, Instant now) {
        var verdicts = new ArrayList<Verdict>();
        if (facts.nodeRevoked()) {
            verdicts.add(new Verdict(new AccessRule.Drop(), "node revoked", null));
        }
        for (NodeBan ban : facts.nodeBans()) {
            verdicts.add(new Verdict(new AccessRule.Drop(), "node banned", ban.until()));
        }
        LocalDate today = LocalDate.ofInstant(now, zone);
        facts.standings().forEach(standing -> verdicts.add(ofStanding(standing, zone, today)));
        verdicts.add(ofState(facts.state()));
        return Verdict.strictest(verdicts);
    }

    private static Verdict ofState(MemberFacts.@Nullable State state) {
        if (state == null) {
            return new Verdict(new AccessRule.WalledGarden(), "nobody answers for the site", null);
        }
        return switch (state) {
            case ACTIVE -> new Verdict(new AccessRule.Full(), "good standing", null);
            case APPLICANT -> wall("not approved yet");
            case PAUSED -> wall("membership paused");
            case LEFT -> wall("membership ended");
            case REFUSED -> wall("application refused");
        };
    }

    private static Verdict wall(String why) {
        return new Verdict(new AccessRule.WalledGarden(), why, null);
    }

    private Verdict ofStanding(Standing standing, ZoneId zone, LocalDate today) {
        return switch (standing) {
            case Standing.Good _ -> new Verdict(new AccessRule.Full(), "good standing", null);
            case Standing.Grace grace ->
                    new Verdict(
                            new AccessRule.Full(),
                            "overdue since " + grace.since() + ", in grace",
                            grace.until().atStartOfDay(zone).toInstant());
            case Standing.Overdue overdue -> {
                LocalDate wallFrom = overdue.from().plusDays(wallAfterDays);
                String why = "overdue since " + overdue.since();
                yield today.isBefore(wallFrom)
                        ? new Verdict(
                                new AccessRule.SlowLane(slowLaneKbit),
                                why,
                                wallFrom.atStartOfDay(zone).toInstant())
                        : wall(why);
            }
            case Standing.Limited limited ->
                    new Verdict(
                            new AccessRule.SlowLane(slowLaneKbit),
                            limited.limit().kind().words(),
                            null);
            case Standing.Sanctioned sanctioned ->
                    new Verdict(
                            ofMeasure(sanctioned.measure()),
                            "sanction: " + sanctioned.measure().word(),
                            sanctioned.until());
        };
    }

    private static AccessRule ofMeasure(Sanction.Measure measure) {
        return switch (measure) {
            case Sanction.Measure.Warning _ -> new AccessRule.Full();
            case Sanction.Measure.SlowLane(int kbit) -> new AccessRule.SlowLane(kbit);
            case Sanction.Measure.Suspension _ -> new AccessRule.WalledGarden();
            case Sanction.Measure.Ban _ -> new AccessRule.Drop();
        };
    }
}
