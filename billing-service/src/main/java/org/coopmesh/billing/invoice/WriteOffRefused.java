package org.coopmesh.billing.invoice;

/** Nobody may decide alone, or about what they owe themselves, that it is given up. */
final class WriteOffRefused extends RuntimeException {
    private final String rule;

    WriteOffRefused(String rule, String message) {
        super(message);
        this.rule = rule;
    }

    String rule() {
        return rule;
    }
}
