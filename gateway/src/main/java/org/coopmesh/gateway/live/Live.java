package org.coopmesh.gateway.live;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.coopmesh.gateway.routing.Part;
import org.springframework.stereotype.Component;

/**
 * Who listens, and what each kind's last change was. A stream is open only while every part is heard: a page that is told nothing asks
 * by itself, as it would without a stream. Streams end with the sign-in they belong to.
 */
@Component
class Live {
    /** A page that comes without having listened may have read what it shows this long ago. */
    private static final Duration READ_BEFORE_MAX = Duration.ofMinutes(1);

    private final LiveSettings settings;
    private final String life = UUID.randomUUID().toString().substring(0, 8);
    private final List<LiveStream> streams = new ArrayList<>();
    private final Set<Part> heard = EnumSet.noneOf(Part.class);
    private final Map<Kind, Change> last = new EnumMap<>(Kind.class);
    private long changes;
    private boolean stopped;

    private record Change(long number, long atNanos) {}

    Live(LiveSettings settings) {
        this.settings = settings;
    }

    /** Why nobody may listen now. */
    enum Why {
        /** This sign-in has {@code streams-per-session-max} streams. */
        SESSION_FULL,
        /** This replica has {@code streams-max} streams. */
        FULL,
        /** A part is not heard. */
        NOT_HEARING
    }

    /** Nobody may listen now. */
    static final class LiveRefused extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final Why why;

        LiveRefused(Why why) {
            super(why.name());
            this.why = why;
        }

        Why why() {
            return why;
        }
    }

    /**
     * A stream for a page; what changed since it last heard is told at once.
     *
     * @param seen the {@link #id} of what it heard last; empty for a page that comes for the first time
     * @throws LiveRefused if too many listen, or not every part is heard
     */
    synchronized LiveStream open(String session, Set<Kind> readable, String seen) {
        if (stopped || heard.size() < Part.values().length) {
            throw new LiveRefused(Why.NOT_HEARING);
        }
        if (streams.size() >= settings.streamsMax()) {
            throw new LiveRefused(Why.FULL);
        }
        long ofSession = streams.stream().filter(one -> one.session().equals(session)).count();
        if (ofSession >= settings.streamsPerSessionMax()) {
            throw new LiveRefused(Why.SESSION_FULL);
        }
        var stream = new LiveStream(session, readable);
        stream.tell(missedSince(seen), changes);
        streams.add(stream);
        return stream;
    }

    synchronized void close(LiveStream stream) {
        streams.remove(stream);
    }

    /** By which whoever comes back is told what came after change {@code number}. */
    String id(long number) {
        return life + "-" + number;
    }

    private Set<Kind> missedSince(String seen) {
        if (seen.isEmpty()) {
            long since = System.nanoTime() - READ_BEFORE_MAX.toNanos();
            return missed(change -> change.atNanos() - since > 0);
        }
        String mine = life + "-";
        if (!seen.startsWith(mine) || !seen.substring(mine.length()).matches("\\d{1,18}")) {
            // Of another replica, or of one that has ended.
            return EnumSet.allOf(Kind.class);
        }
        long number = Long.parseLong(seen.substring(mine.length()));
        return missed(change -> change.number() > number);
    }

    private Set<Kind> missed(Predicate<Change> counts) {
        Set<Kind> missed = EnumSet.noneOf(Kind.class);
        last.forEach((kind, change) -> {
            if (counts.test(change)) {
                missed.add(kind);
            }
        });
        return missed;
    }

    /** Tells all who may read it. */
    synchronized void changed(Set<Kind> kinds) {
        if (kinds.isEmpty()) {
            return;
        }
        long number = changes + 1;
        long atNanos = System.nanoTime();
        kinds.forEach(kind -> last.put(kind, new Change(number, atNanos)));
        streams.forEach(stream -> stream.tell(kinds, number));
        changes = number;
    }

    /** From now on what changes in {@code part} is heard; what changed before is not known. */
    synchronized void hears(Part part) {
        heard.add(part);
        changed(EnumSet.allOf(Kind.class));
    }

    /** What changes in {@code part} is heard no more: pages ask by themselves. */
    synchronized void lost(Part part) {
        if (heard.remove(part)) {
            endAll();
        }
    }

    /** The sessions that listen. */
    synchronized Set<String> sessions() {
        return streams.stream().map(LiveStream::session).collect(Collectors.toUnmodifiableSet());
    }

    /** Ends the streams of {@code session}. */
    synchronized void end(String session) {
        streams.stream().filter(one -> one.session().equals(session)).forEach(LiveStream::end);
    }

    /** Nobody may listen any more. */
    synchronized void stop() {
        stopped = true;
        endAll();
    }

    private void endAll() {
        streams.forEach(LiveStream::end);
    }
}
