package org.coopmesh.billing.metering;

import java.time.Instant;

/** The hours that begin in [{@code from}, {@code to}), for one attachment. */
public record Stretch(AttachmentId attachment, Instant from, Instant to) {}
