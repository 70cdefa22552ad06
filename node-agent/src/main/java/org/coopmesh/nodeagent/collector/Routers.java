package org.coopmesh.nodeagent.collector;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The small routers that answer: one router, one record, the newest wins.
 *
 * <p>A router belongs to the address that it was first heard from, for as long as that one goes on answering: whoever claims its
 * id from elsewhere is refused and changes nothing. Times are monotonic nanoseconds.
 */
final class Routers {
    static final int ROUTERS_MAX = 256;

    /** For so long an address that fell silent keeps its id. */
    static final Duration HELD = Duration.ofMinutes(3);

    /** For so long a router that fell silent is kept. */
    static final Duration KEPT = Duration.ofMinutes(10);

    private final Map<String, Router> routers = new LinkedHashMap<>();
    private final Map<Source, String> idOf = new HashMap<>();
    private final Map<String, Long> handedOut = new HashMap<>();

    /** What is known of one router; parts that no answer told yet are null. */
    record Router(
            String id,
            Source source,
            long heardNanos,
            @Nullable String hostname,
            @Nullable Figures figures,
            @Nullable List<Neighbour> neighbours,
            Set<String> own,
            boolean combined,
            boolean told) {
        private Router(Source source, long now, Answer answer) {
            this(
                    answer.routerId(),
                    source,
                    now,
                    answer.hostname(),
                    answer.figures(),
                    answer.neighbours(),
                    answer.own(),
                    answer.combined(),
                    false);
        }

        private Router and(Source from, long now, Answer answer) {
            Set<String> addresses = new HashSet<>(answer.own());
            // Each of the old questions is answered on its own; a part that is missing stays.
            if (!answer.combined()) addresses.addAll(own);
            return new Router(
                    id,
                    from,
                    now,
                    answer.hostname() == null ? hostname : answer.hostname(),
                    answer.figures() == null ? figures : answer.figures(),
                    answer.neighbours() == null ? neighbours : answer.neighbours(),
                    addresses,
                    combined || answer.combined(),
                    false);
        }

        private Router asTold() {
            return new Router(
                    id, source, heardNanos, hostname, figures, neighbours, own, combined, true);
        }

        private boolean silentFor(Duration time, long now) {
            return now - heardNanos > time.toNanos();
        }
    }

    /**
     * Takes an answer.
     *
     * @throws AnswerRefused if the id is another address's, the address another id's, or there is no room
     */
    synchronized void heard(Source source, Answer answer, long now) throws AnswerRefused {
        Router known = routers.get(answer.routerId());
        if (known != null && !known.source().equals(source) && !known.silentFor(HELD, now)) {
            // A router that is heard on two interfaces, or in two scopes, answers for each: the
            // first way counts.
            if (!known.source().isSameWay(source)) return;
            throw new AnswerRefused(Objection.ID_TAKEN);
        }
        String spokeFor = idOf.get(source);
        if (spokeFor != null && !spokeFor.equals(answer.routerId())) {
            Router other = routers.get(spokeFor);
            if (other != null && !other.silentFor(HELD, now)) {
                throw new AnswerRefused(Objection.SOURCE_TAKEN);
            }
            // The same address under a new id: a router that was exchanged or set up anew.
            forget(spokeFor);
        }
        if (known == null) {
            if (routers.size() >= ROUTERS_MAX) forgetSilent(now);
            if (routers.size() >= ROUTERS_MAX) {
                throw new AnswerRefused(Objection.ROUTERS_TOO_MANY);
            }
            routers.put(answer.routerId(), new Router(source, now, answer));
        } else {
            idOf.remove(known.source());
            routers.put(answer.routerId(), known.and(source, now, answer));
        }
        idOf.put(source, answer.routerId());
    }

    /** Forgets who has been silent for too long. */
    synchronized void forgetSilent(long now) {
        List<String> silent =
                routers.values().stream()
                        .filter(router -> router.silentFor(KEPT, now))
                        .map(Router::id)
                        .toList();
        silent.forEach(this::forget);
    }

    private void forget(String id) {
        Router gone = routers.remove(id);
        if (gone != null) idOf.remove(gone.source());
    }

    /** Who has not been heard since {@code nanos}. */
    synchronized List<Router> silentSince(long nanos) {
        return routers.values().stream().filter(router -> router.heardNanos() < nanos).toList();
    }

    /** Heard since they were last told, the longest untold first. */
    synchronized List<Router> untold(int most) {
        List<Router> untold =
                routers.values().stream()
                        .filter(router -> !router.told())
                        .sorted(Comparator.comparingLong(Router::heardNanos))
                        .limit(most)
                        .toList();
        handedOut.clear();
        untold.forEach(router -> handedOut.put(router.id(), router.heardNanos()));
        return untold;
    }

    /** What {@link #untold} gave last has arrived; who was heard again meanwhile is told again. */
    synchronized void told() {
        handedOut.forEach((id, nanos) ->
                routers.computeIfPresent(
                        id,
                        (key, router) -> router.heardNanos() == nanos ? router.asTold() : router));
        handedOut.clear();
    }

    /** Whose an address is; not those that two routers call their own. */
    synchronized Map<String, String> idsByAddress() {
        Map<String, String> ids = new HashMap<>();
        for (Router router : routers.values()) {
            for (String address : router.own()) {
                ids.merge(address, router.id(), (one, other) -> one.equals(other) ? one : "");
            }
        }
        return ids;
    }
}
