package org.coopmesh.membership.member;

import java.util.Optional;
import org.coopmesh.mail.MailSender;
import org.springframework.stereotype.Component;

/** Mails come from the co-op, once it is constituted; from which address, a setting says. */
@Component
class CoopSender implements MailSender {
    private final Coops coops;

    CoopSender(Coops coops) {
        this.coops = coops;
    }

    @Override
    public Optional<From> from() {
        return coops.find().map(coop -> new From(coop.name(), null));
    }
}
