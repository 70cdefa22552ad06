package org.coopmesh.membership.names;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Which names there can be.
 *
 * @param zone that names are in, without a dot at its end: "village.mesh"; empty: members hold no names
 * @param perMemberMax names that one member may hold at once
 * @param grace for so long a name is kept for who was a member, and for who won a dispute about it
 * @param reserved labels that nobody may hold, beside those that never are
 */
@ConfigurationProperties("coopmesh.names")
record NamesSettings(
        @DefaultValue("") String zone,
        @DefaultValue("5") int perMemberMax,
        @DefaultValue("P30D") Duration grace,
        @DefaultValue List<String> reserved) {
    private static final int ZONE_LENGTH_MAX = 100;
    private static final int PER_MEMBER_MOST = 1_000;
    private static final Duration GRACE_MOST = Duration.ofDays(3_650);
    private static final Pattern ZONE =
            Pattern.compile(
                    "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+");

    public NamesSettings {
        if (!zone.isEmpty() && (zone.length() > ZONE_LENGTH_MAX || !ZONE.matcher(zone).matches())) {
            throw new IllegalArgumentException(
                    "coopmesh.names.zone is two labels or more in lower case, as village.mesh");
        }
        if (perMemberMax < 1 || perMemberMax > PER_MEMBER_MOST) {
            throw new IllegalArgumentException(
                    "coopmesh.names.per-member-max is 1 to " + PER_MEMBER_MOST);
        }
        if (grace.isNegative() || grace.compareTo(GRACE_MOST) > 0) {
            throw new IllegalArgumentException("coopmesh.names.grace is 0 to 3650 days");
        }
        reserved = List.copyOf(reserved);
    }

    boolean off() {
        return zone.isEmpty();
    }
}
