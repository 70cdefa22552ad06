package org.coopmesh.membership.identity;

import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.coopmesh.mail.Mails;
import org.coopmesh.mail.Told;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Takes down what was done about the proofs of an account, and tells its owner by mail. */
@Service
class Changes {
    private final IdentityEvents events;
    private final Notices notices;
    private final Accounts accounts;
    private final Mails mails;
    private final Clock clock;

    Changes(IdentityEvents events, Notices notices, Accounts accounts, Mails mails, Clock clock) {
        this.events = events;
        this.notices = notices;
        this.accounts = accounts;
        this.mails = mails;
        this.clock = clock;
    }

    /**
     * Something was done; what a notice is there for is told.
     *
     * @param detail what it was done with, such as the name of a passkey
     * @param address the network address it was done from
     */
    @Transactional
    void note(AccountId account, String what, String detail, String address) {
        events.add(account, clock.instant(), what, detail, address);
        Notice.about(what)
                .ifPresent(notice ->
                        accounts.find(account)
                                .ifPresent(owner ->
                                        tell(account, notice, detail, List.of(owner.email()))));
    }

    /** Tells the account's owner at each of {@code emails}. */
    @Transactional
    void tell(AccountId account, Notice notice, String detail, Collection<String> emails) {
        Instant at = clock.instant();
        for (String email : emails) {
            var telling =
                    new Notices.Telling(UUID.randomUUID(), account, notice, detail, email, at);
            notices.add(telling);
            mails.queue(List.of(new Told(notice.tag(), telling.id(), account.value())), at);
        }
    }
}
