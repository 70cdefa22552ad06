package org.coopmesh.billing.mail;

/** There is no such mail. */
final class MailNotFound extends RuntimeException {
    MailNotFound(long id) {
        super("no mail " + id);
    }
}
