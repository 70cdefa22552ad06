package org.coopmesh.nodeagent.collector;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.coopmesh.contracts.membership.v1.CollectedRouter;
import org.coopmesh.contracts.membership.v1.RouterFigures;
import org.coopmesh.contracts.membership.v1.RouterNeighbour;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the routers around that are too small for an agent how they are, once a minute; the door of collecting.
 *
 * <p>A round asks by multicast, then by unicast those who were known and kept silent: multicast gets lost in the air. What
 * breaks a bound is dropped and told in the log; what was known stays.
 */
public final class RouterCollector {
    /** So many routers fit one report. */
    static final int TOLD_MAX = 64;

    private static final int ANSWERS_PER_SOURCE_MAX = 8;

    /** So long may reading the answers of one time of listening keep a small processor busy. */
    private static final Duration READING_MAX = Duration.ofSeconds(1);

    /** Routers that know only the old words are looked for once in so many rounds. */
    private static final int OLD_EVERY = 10;

    private static final Logger log = LoggerFactory.getLogger(RouterCollector.class);

    private final List<String> interfaces;
    private final String ownId;
    private final Times times;
    private final LongSupplier nanos;
    private final Complaints complaints;
    private final Routers routers = new Routers();
    private int rounds;

    /**
     * How long things take.
     *
     * @param every from one round to the next
     * @param everybody for answers to multicast: routers wait up to ten seconds, so as not to speak all at once
     * @param each for answers to unicast
     */
    record Times(Duration every, Duration everybody, Duration each) {
        static final Times USUAL =
                new Times(Duration.ofMinutes(1), Duration.ofSeconds(12), Duration.ofSeconds(3));
    }

    /** Asks on {@code interfaces} for the node {@code nodeId}. */
    public RouterCollector(List<String> interfaces, String nodeId) {
        this(interfaces, nodeId, Times.USUAL, System::nanoTime);
    }

    RouterCollector(List<String> interfaces, String nodeId, Times times, LongSupplier nanos) {
        this.interfaces = List.copyOf(interfaces);
        this.ownId = Portrait.routerId(nodeId);
        this.times = times;
        this.nanos = nanos;
        this.complaints = new Complaints(nanos);
    }

    /** Asks until interrupted. */
    public void run() throws InterruptedException {
        while (true) {
            long began = System.nanoTime();
            round();
            long rest = times.every().toNanos() - (System.nanoTime() - began);
            Thread.sleep(Math.max(1, rest / 1_000_000));
        }
    }

    /** One round. */
    void round() throws InterruptedException {
        List<MeshPort> ports = MeshPort.findAll(interfaces, complaints);
        long began = nanos.getAsLong();
        try {
            try (var asking = new Asking(ports, complaints)) {
                var intake = new Intake();
                asking.everybody(rounds++ % OLD_EVERY == 0);
                asking.listen(times.everybody(), intake::take);
            }
            List<Routers.Router> silent = routers.silentSince(began);
            if (!silent.isEmpty()) {
                try (var asking = new Asking(ports, complaints)) {
                    Set<Source> asked = new HashSet<>();
                    for (Routers.Router router : silent) {
                        asked.add(router.source());
                        asking.one(router.source(), !router.combined());
                    }
                    var intake = new Intake();
                    asking.listen(
                            times.each(),
                            (source, datagram) -> {
                                // A flood of others does not keep out who was asked.
                                if (asked.contains(source)) intake.take(source, datagram);
                            });
                }
            }
        } catch (IOException failed) {
            log.atWarn().addKeyValue("why", failed.getMessage()).log("routers not asked");
        }
        routers.forgetSilent(nanos.getAsLong());
    }

    /** What comes in within one time of listening, within bounds. */
    private final class Intake {
        private final Map<Source, Integer> answers = new HashMap<>();
        private long readingNanos;

        void take(Source source, byte[] datagram) {
            boolean tooMany = answers.merge(source, 1, Integer::sum) > ANSWERS_PER_SOURCE_MAX;
            if (tooMany || readingNanos > READING_MAX.toNanos()) {
                complaints.about(Objection.ANSWERS_TOO_MANY, source.text());
                return;
            }
            long began = System.nanoTime();
            RouterCollector.this.take(source, datagram);
            readingNanos += System.nanoTime() - began;
        }
    }

    /** Takes one answer, or says why not. */
    void take(Source source, byte[] datagram) {
        try {
            Answer answer = Answer.read(datagram);
            // Agents report by themselves; a second record would be a second node.
            if (answer.agent() || answer.routerId().equals(ownId)) return;
            if (answer.cut()) complaints.about(Objection.NEIGHBOURS_TOO_MANY, source.text());
            routers.heard(source, answer, nanos.getAsLong());
        } catch (AnswerRefused refused) {
            complaints.about(refused.objection(), source.text());
        }
    }

    /** Routers heard since they were last told, as many as fit one report. */
    public List<CollectedRouter> untold() {
        Map<String, String> ids = routers.idsByAddress();
        long now = nanos.getAsLong();
        return routers.untold(TOLD_MAX).stream().map(router -> message(router, ids, now)).toList();
    }

    /** What {@link #untold} gave last has arrived. */
    public void told() {
        routers.told();
    }

    private static CollectedRouter message(
            Routers.Router router, Map<String, String> ids, long now) {
        var message =
                CollectedRouter.newBuilder()
                        .setRouterId(router.id())
                        .setHeardSecondsAgo(
                                (int) Duration.ofNanos(now - router.heardNanos()).toSeconds());
        if (router.hostname() != null) message.setHostname(router.hostname());
        Figures figures = router.figures();
        if (figures != null) {
            message.setFigures(
                    RouterFigures.newBuilder()
                            .setUptimeSeconds(figures.uptimeSeconds())
                            .setLoadMilli(figures.loadMilli())
                            .setClients(figures.clients())
                            .setRxBytes(figures.rxBytes())
                            .setTxBytes(figures.txBytes())
                            .setForwardBytes(figures.forwardBytes()));
        }
        if (router.neighbours() != null) {
            for (Neighbour neighbour : router.neighbours()) {
                message.addNeighbours(
                        RouterNeighbour.newBuilder()
                                .setRouterId(ids.getOrDefault(neighbour.address(), ""))
                                .setAddress(neighbour.address())
                                .setSource(neighbour.source())
                                .setTq(neighbour.tq())
                                .setRxCost(neighbour.rxCost())
                                .setTxCost(neighbour.txCost()));
            }
        }
        return message.build();
    }
}
