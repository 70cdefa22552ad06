package org.coopmesh.membership.topology;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a node's state now.
 *
 * @param lastSeenAt null exactly when it has never called
 * @param reported null until it has reported for the first time
 * @param sources that its links come from; the links of one in trouble are unknown
 */
public record NodeStatus(
        Live live,
        @Nullable Instant lastSeenAt,
        @Nullable Telemetry reported,
        List<LinkEnds> links,
        List<LinkSource> sources) {
    /** A node that has never called. */
    public static final NodeStatus NEVER =
            new NodeStatus(Live.NEVER, null, null, List.of(), List.of());

    public NodeStatus {
        links = List.copyOf(links);
        sources = List.copyOf(sources);
    }

    public Optional<Telemetry> telemetry() {
        return Optional.ofNullable(reported);
    }
}
