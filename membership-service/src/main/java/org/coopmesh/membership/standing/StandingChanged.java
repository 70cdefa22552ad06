package org.coopmesh.membership.standing;

import java.util.Set;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.member.PayerId;

/** Facts behind some standings have changed; heard inside the transaction that changed them. */
public record StandingChanged(Set<MemberId> members, Set<PayerId> payers) {
    public StandingChanged {
        members = Set.copyOf(members);
        payers = Set.copyOf(payers);
    }

    static StandingChanged of(MemberId member) {
        return new StandingChanged(Set.of(member), Set.of());
    }

    static StandingChanged of(PayerId payer) {
        return new StandingChanged(Set.of(), Set.of(payer));
    }
}
