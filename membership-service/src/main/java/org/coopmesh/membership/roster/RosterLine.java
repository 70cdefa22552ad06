package org.coopmesh.membership.roster;

import java.time.LocalDate;
import org.coopmesh.membership.member.Site;
import org.jspecify.annotations.Nullable;

/**
 * One person of a file, with at most one place of theirs; several places are several lines with one e-mail address.
 *
 * @param at where it stands: the line of a CSV, or {@code installs[3]}
 * @param joinedOn null where the file does not say
 */
record RosterLine(
        String at,
        String name,
        String email,
        @Nullable String phone,
        @Nullable LocalDate joinedOn,
        @Nullable Place place,
        @Nullable PaidBy paidBy) {

    /** A place to connect, and the plan it is on. */
    record Place(String name, String address, Site.@Nullable Location location, String planCode) {}

    /** Who pays for the place, where it is not the member. */
    record PaidBy(String name, String email, String address) {}
}
