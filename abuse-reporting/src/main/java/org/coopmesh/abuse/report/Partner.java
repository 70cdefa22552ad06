package org.coopmesh.abuse.report;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Somebody whose programs report with a key: another network's abuse desk, a honeypot, a mail provider.
 *
 * @param trusted true where a moderator vouches for them; shown beside their reports, decides nothing
 * @param reportsPerHour their allowance, 1 to 100000
 */
record Partner(
        PartnerId id,
        String name,
        boolean trusted,
        int reportsPerHour,
        UUID addedBy,
        Instant addedAt,
        @Nullable Instant endedAt) {}
