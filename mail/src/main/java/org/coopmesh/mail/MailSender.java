package org.coopmesh.mail;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Knows who the mails of a service come from. */
public interface MailSender {
    /** Empty while nobody has said who that is; mails wait until then. */
    Optional<From> from();

    /**
     * Who a mail comes from.
     *
     * @param name in words
     * @param address where answers go; mails come from there too, unless {@code coopmesh.mail.sender} says otherwise
     */
    record From(String name, @Nullable String address) {}
}
