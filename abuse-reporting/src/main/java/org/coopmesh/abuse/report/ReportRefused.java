package org.coopmesh.abuse.report;

/** A report that cannot be taken in as it stands; names the field that is wrong. */
class ReportRefused extends RuntimeException {
    private final String field;

    ReportRefused(String field, String message) {
        super(message);
        this.field = field;
    }

    String field() {
        return field;
    }
}
