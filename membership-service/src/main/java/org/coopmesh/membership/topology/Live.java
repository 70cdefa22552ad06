package org.coopmesh.membership.topology;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Whether a node is there, judged by when it last called. */
public enum Live {
    NEVER,
    UP,
    LATE,
    DOWN;

    /** {@code lastSeen} is null for a node that has never called. Both times are the wall clock's. */
    static Live of(
            @Nullable Instant lastSeen, Instant now, Duration lateAfter, Duration downAfter) {
        if (lastSeen == null) {
            return NEVER;
        }
        Duration silence = Duration.between(lastSeen, now);
        if (silence.compareTo(downAfter) > 0) {
            return DOWN;
        }
        return silence.compareTo(lateAfter) > 0 ? LATE : UP;
    }
}
