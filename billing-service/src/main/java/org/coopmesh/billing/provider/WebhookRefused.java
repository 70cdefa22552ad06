package org.coopmesh.billing.provider;

/** What came is no webhook of this provider. */
class WebhookRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String rule;

    WebhookRefused(String rule, String why) {
        super(why);
        this.rule = rule;
    }

    String rule() {
        return rule;
    }
}
