package org.coopmesh.billing.mail;

/** Words that cannot stand in a mail, or a step that its state does not allow; names the field and the rule. */
final class MailRefused extends RuntimeException {
    private final String field;
    private final String rule;

    MailRefused(String field, String rule, String message) {
        super(message);
        this.field = field;
        this.rule = rule;
    }

    String field() {
        return field;
    }

    String rule() {
        return rule;
    }
}
