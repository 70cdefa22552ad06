package org.coopmesh.membership.node;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What counts from {@code since} on, until the next.
 *
 * @param blocks absent: from here on ports say nothing
 */
public record PortBlockEpoch(Instant since, @Nullable PortBlocks blocks) {}
