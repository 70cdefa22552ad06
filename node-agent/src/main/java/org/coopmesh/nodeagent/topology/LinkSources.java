package org.coopmesh.nodeagent.topology;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.coopmesh.contracts.membership.v1.Link;
import org.coopmesh.nodeagent.topology.LinkSource.Reading;
import org.coopmesh.nodeagent.topology.SourceFailed.Trouble;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The routing daemons of this machine: looked for now and then, asked in every round.
 *
 * <pre>
 * absent ──found──▶ read ⇄ in trouble ──not found any more──▶ absent
 * </pre>
 *
 * <p>One in trouble is asked less often, so that it does not hold up the others.
 */
final class LinkSources {
    private static final Logger log = LoggerFactory.getLogger(LinkSources.class);

    /**
     * How often, and how long.
     *
     * @param findEvery between two looks for what is not there
     * @param askAgain after trouble
     * @param findMax that a look may take
     * @param readMax that an answer may take
     */
    record Pace(Duration findEvery, Duration askAgain, Duration findMax, Duration readMax) {
        static final Pace USUAL =
                new Pace(
                        Duration.ofMinutes(5),
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(1),
                        Duration.ofMillis(1_500));
    }

    /**
     * What one round gave.
     *
     * @param told each source that was found, with its trouble or with {@code ""}
     */
    record Round(
            List<Link> links, Set<String> interfaces, List<String> ownAddresses, List<Told> told) {
        boolean read(String source) {
            return told.contains(new Told(source, ""));
        }
    }

    /** How a source fared. */
    record Told(String source, String trouble) {}

    private static final class Known {
        private final LinkSource source;
        private boolean found;
        private String trouble = "";
        private long findAt;
        private Duration findLate;
        private long askAt;
        private long troubleSince;

        private Known(LinkSource source, long now, Duration findLate) {
            this.source = source;
            this.findLate = findLate;
            findAt = now;
        }
    }

    private final List<Known> sources;
    private final Pace pace;
    private final LongSupplier nanos;

    LinkSources(List<LinkSource> sources, Pace pace, LongSupplier nanos) {
        this.sources =
                sources.stream()
                        .map(source -> new Known(source, nanos.getAsLong(), pace.askAgain()))
                        .toList();
        this.pace = pace;
        this.nanos = nanos;
    }

    /** Every daemon that is spoken to, where it usually is. */
    static LinkSources usual() {
        return new LinkSources(
                List.of(
                        Babeld.usual(),
                        new BatmanAdv(),
                        Olsrd.usual(),
                        Olsrd2.usual(),
                        Yggdrasil.usual(),
                        Cjdns.usual()),
                Pace.USUAL,
                System::nanoTime);
    }

    /** Looks for what is due and asks what is there. Nothing that a source does makes it fail. */
    Round round() throws InterruptedException {
        List<Link> links = new ArrayList<>();
        Set<String> interfaces = new TreeSet<>();
        List<String> ownAddresses = new ArrayList<>();
        List<Told> told = new ArrayList<>();
        for (Known known : sources) {
            if (!known.found && due(known.findAt)) look(known);
            if (!known.found) continue;
            boolean well = known.trouble.isEmpty();
            if (well || (due(known.askAt) && isStillThere(known))) {
                ask(known, links, interfaces, ownAddresses);
            }
            if (known.found) told.add(new Told(known.source.name(), known.trouble));
        }
        return new Round(links, interfaces, ownAddresses, told);
    }

    private boolean due(long at) {
        return nanos.getAsLong() - at >= 0;
    }

    private void look(Known known) throws InterruptedException {
        Duration again = pace.findEvery();
        try {
            known.found = known.source.find(Deadline.in(pace.findMax()));
        } catch (SourceFailed failed) {
            if (failed.trouble() == Trouble.LATE) {
                // Not seen in time is not the same as not there: a router has much to do when it
                // starts. Whoever never answers is somebody else, and asked less and less.
                again = known.findLate;
                Duration twice = again.multipliedBy(2);
                known.findLate = twice.compareTo(pace.findEvery()) < 0 ? twice : pace.findEvery();
            }
        } catch (IOException | RuntimeException failed) {
            stopIfInterrupted();
        }
        known.findAt = nanos.getAsLong() + again.toNanos();
        if (known.found) {
            log.atInfo().addKeyValue("source", known.source.name()).log("source of links found");
        }
    }

    /** One that is away for as long as it takes to look for others is forgotten; sooner it may be a restart. */
    private boolean isStillThere(Known known) throws InterruptedException {
        Trouble trouble = Trouble.GONE;
        try {
            if (known.source.find(Deadline.in(pace.findMax()))) return true;
        } catch (SourceFailed failed) {
            if (failed.trouble() == Trouble.LATE) trouble = Trouble.LATE;
        } catch (IOException | RuntimeException failed) {
            stopIfInterrupted();
        }
        if (trouble == Trouble.LATE) {
            fared(known, trouble.word(), "does not answer in time where it was");
            return false;
        }
        fared(known, trouble.word(), "is not where it was");
        if (nanos.getAsLong() - known.troubleSince >= pace.findEvery().toNanos()) {
            known.found = false;
            known.trouble = "";
            known.findAt = nanos.getAsLong() + pace.findEvery().toNanos();
            known.findLate = pace.askAgain();
            log.atInfo()
                    .addKeyValue("source", known.source.name())
                    .log("source of links forgotten");
        }
        return false;
    }

    private void ask(
            Known known, List<Link> links, Set<String> interfaces, List<String> ownAddresses)
            throws InterruptedException {
        try {
            Reading reading = known.source.read(Deadline.in(pace.readMax()));
            links.addAll(reading.links());
            interfaces.addAll(reading.interfaces());
            ownAddresses.addAll(reading.ownAddresses());
            fared(known, "", "");
        } catch (SourceFailed failed) {
            fared(known, failed.trouble().word(), String.valueOf(failed.getMessage()));
        } catch (IOException | RuntimeException failed) {
            stopIfInterrupted();
            fared(known, Trouble.FAILED.word(), failed.toString());
        }
    }

    /** Said once per change: the report says it every time. */
    private void fared(Known known, String trouble, String why) {
        long now = nanos.getAsLong();
        known.askAt = now + pace.askAgain().toNanos();
        if (trouble.equals(known.trouble)) return;
        if (trouble.isEmpty()) {
            log.atInfo().addKeyValue("source", known.source.name()).log("links known again");
        } else {
            log.atWarn()
                    .addKeyValue("source", known.source.name())
                    .addKeyValue("trouble", trouble)
                    .addKeyValue("why", why)
                    .log("links not known");
        }
        if (known.trouble.isEmpty()) known.troubleSince = now;
        known.trouble = trouble;
    }

    private static void stopIfInterrupted() throws InterruptedException {
        if (Thread.interrupted()) throw new InterruptedException();
    }
}
