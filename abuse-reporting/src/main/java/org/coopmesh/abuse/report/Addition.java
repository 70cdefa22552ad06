package org.coopmesh.abuse.report;

import java.time.Instant;

/** What a reporter added to a complaint later. */
public record Addition(String text, Instant addedAt) {
    static final int LENGTH_MAX = 5_000;
    static final int COUNT_MAX = 20;
}
