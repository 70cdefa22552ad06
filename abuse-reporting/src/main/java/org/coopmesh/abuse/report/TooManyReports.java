package org.coopmesh.abuse.report;

import java.time.Duration;

/** One side has used up what it may send. */
class TooManyReports extends RuntimeException {
    private final Duration retryAfter;

    TooManyReports(Duration retryAfter) {
        super("Too many reports of this from here; try later");
        this.retryAfter = retryAfter;
    }

    Duration retryAfter() {
        return retryAfter;
    }
}
