package org.coopmesh.abuse.report;

import java.util.ArrayList;
import java.util.List;

/** What was found wrong, as far as it is worth telling. */
final class Wrongs {
    private static final int TOLD_MAX = 20;

    private final List<ReportRefused.Wrong> found = new ArrayList<>();

    void add(String field, String rule, String message) {
        if (found.size() < TOLD_MAX) found.add(new ReportRefused.Wrong(field, rule, message));
    }

    List<ReportRefused.Wrong> found() {
        return List.copyOf(found);
    }
}
