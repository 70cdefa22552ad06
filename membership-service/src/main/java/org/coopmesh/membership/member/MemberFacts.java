package org.coopmesh.membership.member;

import java.util.Set;

/** What other capabilities may know about a member. */
public record MemberFacts(MemberId id, String name, State state, Set<PayerId> payers) {
    /** Where a member is in the life-cycle; each is a record of {@link Member}. */
    public enum State {
        APPLICANT,
        ACTIVE,
        PAUSED,
        LEFT,
        REFUSED
    }

    public MemberFacts {
        payers = Set.copyOf(payers);
    }
}
