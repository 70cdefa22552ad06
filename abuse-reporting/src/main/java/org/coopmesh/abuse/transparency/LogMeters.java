package org.coopmesh.abuse.transparency;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.coopmesh.watch.Reading;
import org.springframework.stereotype.Component;

/** Counts how far the public log has come, and how far those who watch it. */
@Component
class LogMeters implements MeterBinder {
    /** More that wait are as good as this many. */
    private static final int COUNTED_MAX = 10_000;

    private final Entries entries;
    private final Witnesses witnesses;

    LogMeters(Entries entries, Witnesses witnesses) {
        this.entries = entries;
        this.witnesses = witnesses;
    }

    private record Look(long size, int waiting, long witnessed, int refusals) {}

    @Override
    public void bindTo(MeterRegistry registry) {
        Reading.every(Reading.USUAL, this::look)
                .gauge(
                        registry,
                        "coopmesh.log.size",
                        "Entries of the public log under its newest checkpoint",
                        Look::size)
                .gauge(
                        registry,
                        "coopmesh.log.waiting",
                        "Facts that wait for their place in the public log",
                        Look::waiting)
                .gauge(
                        registry,
                        "coopmesh.log.witnessed",
                        "The largest size of the public log that a node has cosigned",
                        Look::witnessed)
                .gauge(
                        registry,
                        "coopmesh.log.refusals",
                        "Words of nodes against a checkpoint of the public log; they never go away",
                        Look::refusals);
    }

    private Look look() {
        return new Look(
                entries.newest().map(Entries.Published::size).orElse(0L),
                entries.countWaiting(COUNTED_MAX),
                witnesses.largestSeen(),
                witnesses.refusals());
    }
}
