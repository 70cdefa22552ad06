package org.coopmesh.billing.metering;

/** What a node sent breaks a rule of the wire: the field and the rule, never the content. */
class MalformedReport extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    MalformedReport(String field, String rule) {
        super(field + ": " + rule);
    }
}
