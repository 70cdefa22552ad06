/**
 * Who belongs: the co-op itself, its members and their life-cycle, payers, sites, and who pays for which site on which
 * plan.
 *
 * <p>Upstream: identity (accounts and roles). May import: identity. The door is {@link
 * org.coopmesh.membership.member.Membership}. Whoever must know inside the same transaction that something changed hears
 * {@link org.coopmesh.membership.member.MemberChanged}, {@link org.coopmesh.membership.member.SiteChanged} or {@link
 * org.coopmesh.membership.member.CoopConstituted}. What a member page shows from capabilities to the right of this one
 * arrives through {@link org.coopmesh.membership.member.StandingLookup} and {@link
 * org.coopmesh.membership.member.NodeLookup}, which those implement.
 */
@NullMarked
package org.coopmesh.membership.member;

import org.jspecify.annotations.NullMarked;
