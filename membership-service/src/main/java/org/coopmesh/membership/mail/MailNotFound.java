package org.coopmesh.membership.mail;

/** There is no such mail, or it was forgotten. */
class MailNotFound extends RuntimeException {
    MailNotFound(long id) {
        super("no mail " + id);
    }
}
