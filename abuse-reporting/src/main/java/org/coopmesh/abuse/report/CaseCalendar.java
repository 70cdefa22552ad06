package org.coopmesh.abuse.report;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** Where the intake asks which cases are long over. Cases stand to the right of reports: {@code casework} plugs in here. */
public interface CaseCalendar {
    /** A report whose case was closed, and when. */
    record Closed(ReportId report, Instant closedAt) {}

    /**
     * Reports whose case was closed up to {@code until}, by when and then by id, from behind {@code after} and {@code afterReport}
     * on; at most {@code limit}.
     */
    List<Closed> closed(Instant after, UUID afterReport, Instant until, int limit);
}
