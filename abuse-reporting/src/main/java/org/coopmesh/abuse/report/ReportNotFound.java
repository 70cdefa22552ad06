package org.coopmesh.abuse.report;

/** There is no such report, or the token is wrong: which of the two is not told. */
public class ReportNotFound extends RuntimeException {
    ReportNotFound() {
        super("no report with this id and token");
    }
}
