package org.coopmesh.abuse.outside;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.coopmesh.abuse.subject.Prefix;

/** What stood in a list: entries in its order, each once, and how many were left out for what reason. */
final class Reading {
    private final boolean whole;
    private final Map<Prefix, Optional<Duration>> entries = new LinkedHashMap<>();
    private final Set<Prefix> gone = new LinkedHashSet<>();
    private final Map<String, Integer> leftOut = new TreeMap<>();

    /** @param whole all that is on the list, rather than what changed */
    Reading(boolean whole) {
        this.whole = whole;
    }

    boolean whole() {
        return whole;
    }

    /** The entries, and how long each holds where the list says so. */
    Map<Prefix, Optional<Duration>> entries() {
        return entries;
    }

    /** What is on the list no longer; says something only where it is not the whole. */
    Set<Prefix> gone() {
        return gone;
    }

    Map<String, Integer> leftOut() {
        return leftOut;
    }

    void add(Prefix prefix, Optional<Duration> holds) {
        gone.remove(prefix);
        entries.merge(prefix, holds, (one, other) -> longer(one, other) ? one : other);
    }

    void remove(Prefix prefix) {
        gone.add(prefix);
    }

    void leaveOut(String why) {
        leftOut.merge(why, 1, Integer::sum);
    }

    void leaveOut(Prefix prefix, String why) {
        if (entries.remove(prefix) != null) {
            leaveOut(why);
        }
    }

    private static boolean longer(Optional<Duration> one, Optional<Duration> other) {
        return one.isEmpty() || other.isPresent() && one.get().compareTo(other.get()) >= 0;
    }
}
