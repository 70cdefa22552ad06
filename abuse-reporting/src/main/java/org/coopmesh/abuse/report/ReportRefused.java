package org.coopmesh.abuse.report;

import java.util.List;

/** A report that cannot be taken in as it stands; names each field that is wrong, the rule and why. */
class ReportRefused extends RuntimeException {
    private final List<Wrong> wrongs;

    /** One wrong field: which, by which rule, and why in words. */
    record Wrong(String field, String rule, String message) {}

    ReportRefused(String field, String message) {
        this(List.of(new Wrong(field, "refused", message)));
    }

    /** @param wrongs one at least */
    ReportRefused(List<Wrong> wrongs) {
        super(wrongs.getFirst().message());
        this.wrongs = List.copyOf(wrongs);
    }

    List<Wrong> wrongs() {
        return wrongs;
    }

    String field() {
        return wrongs.getFirst().field();
    }
}
