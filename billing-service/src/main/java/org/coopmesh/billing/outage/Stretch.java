package org.coopmesh.billing.outage;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Time from a moment up to, not including, a later one. */
record Stretch(Instant from, Instant to) {
    Stretch {
        if (!from.isBefore(to)) {
            throw new IllegalArgumentException("no time: " + from + " " + to);
        }
    }

    /** Whole seconds. */
    long seconds() {
        return Duration.between(from, to).toSeconds();
    }

    /** What of it lies in {@code other}. */
    Optional<Stretch> within(Stretch other) {
        Instant start = from.isAfter(other.from) ? from : other.from;
        Instant end = to.isBefore(other.to) ? to : other.to;
        return start.isBefore(end) ? Optional.of(new Stretch(start, end)) : Optional.empty();
    }

    /** What of it lies in none of {@code others}, in order. */
    List<Stretch> without(Collection<Stretch> others) {
        List<Stretch> left = List.of(this);
        for (Stretch other : others) {
            var next = new ArrayList<Stretch>();
            for (Stretch each : left) {
                if (each.within(other).isEmpty()) {
                    next.add(each);
                    continue;
                }
                if (each.from.isBefore(other.from)) next.add(new Stretch(each.from, other.from));
                if (other.to.isBefore(each.to)) next.add(new Stretch(other.to, each.to));
            }
            left = next;
        }
        return List.copyOf(left);
    }
}
