package org.coopmesh.nodeagent.spool;

import java.time.Instant;

/**
 * One closed window as it waits on disk: the report that tells it and the counters it was computed from, one record so that a
 * crash can never part them.
 *
 * @param index position in the spool; grows by one per window and is never used twice for something that may have been sent
 * @param report serialised UsageReport, kept as these bytes
 * @param snapshot absolute counters after this window, in the meter's own encoding
 */
@SuppressWarnings("ArrayRecordComponent") // Bytes are passed on, never compared as values.
public record SpooledWindow(
        long index, Instant startedAt, Instant endedAt, byte[] report, byte[] snapshot) {}
