package org.coopmesh.abuse.report;

/**
 * Where a report goes next. Cases stand to the right of reports, so that reports do not know them: this is the socket that
 * {@code casework} plugs into, in the transaction of the intake.
 */
public interface CaseOpener {
    /** Opens a case for {@code report} or folds it into one about the same thing. */
    void open(Report report);
}
