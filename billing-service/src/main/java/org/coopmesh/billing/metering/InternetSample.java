package org.coopmesh.billing.metering;

import java.time.Instant;

/** Internet bytes of one window of one attachment, by its own node, as signed. */
public record InternetSample(Instant startedAt, long down, long up) {}
