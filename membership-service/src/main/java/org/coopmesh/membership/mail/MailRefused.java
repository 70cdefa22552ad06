package org.coopmesh.membership.mail;

/** A step that the mail does not take as it stands, and the rule against it. */
class MailRefused extends RuntimeException {
    private final String rule;

    MailRefused(String rule, String message) {
        super(message);
        this.rule = rule;
    }

    /** For instance {@code over}. */
    String rule() {
        return rule;
    }
}
