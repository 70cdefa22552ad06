package org.coopmesh.nodeagent.collector;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says what was not taken, each code at most once a minute, so that nobody on the link can fill a disk. */
final class Complaints {
    static final Duration EVERY = Duration.ofMinutes(1);
    private static final Logger log = LoggerFactory.getLogger(Complaints.class);

    private final LongSupplier nanos;
    private final Map<Objection, Said> said = new EnumMap<>(Objection.class);

    private record Said(long nanos, long unsaid) {}

    Complaints(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /**
     * Tells, or only counts.
     *
     * @param where address or interface; never anything that a stranger wrote
     * @return whether a line was written
     */
    synchronized boolean about(Objection objection, String where) {
        long now = nanos.getAsLong();
        Said before = said.get(objection);
        if (before != null && now - before.nanos() < EVERY.toNanos()) {
            said.put(objection, new Said(before.nanos(), before.unsaid() + 1));
            return false;
        }
        said.put(objection, new Said(now, 0));
        log.atWarn()
                .addKeyValue("code", objection.code())
                .addKeyValue("where", where)
                .addKeyValue("unsaid", before == null ? 0 : before.unsaid())
                .log("respondd: not taken");
        return true;
    }
}
