package org.coopmesh.membership.member;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.coopmesh.membership.identity.AccountId;
import org.coopmesh.membership.identity.Contacts;
import org.springframework.stereotype.Component;

/** A member is reached at their own address, and where those are written to who pay for them. */
@Component
class MemberContacts implements Contacts {
    private final Members members;
    private final Payers payers;

    MemberContacts(Members members, Payers payers) {
        this.members = members;
        this.payers = payers;
    }

    @Override
    public Set<String> emails(AccountId account) {
        var id = new MemberId(account.value());
        var emails = new HashSet<String>();
        members.find(id).ifPresent(member -> emails.add(member.person().email()));
        payers.of(List.of(id)).forEach(payer -> emails.add(payer.email()));
        return emails;
    }
}
