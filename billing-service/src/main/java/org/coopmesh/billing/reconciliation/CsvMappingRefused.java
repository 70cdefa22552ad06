package org.coopmesh.billing.reconciliation;

/** A mapping of columns that cannot be; names the field. */
public class CsvMappingRefused extends RuntimeException {
    private final String field;

    CsvMappingRefused(String field, String rule) {
        super(field + ": " + rule);
        this.field = field;
    }

    /** The field as the request names it. */
    public String field() {
        return field;
    }
}
