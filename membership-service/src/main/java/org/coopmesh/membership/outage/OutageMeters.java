package org.coopmesh.membership.outage;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Clock;
import java.time.Duration;
import org.coopmesh.watch.Reading;
import org.springframework.stereotype.Component;

/** Counts the nodes that fell silent, and whether anybody looks for them. */
@Component
class OutageMeters implements MeterBinder {
    private final Faults faults;
    private final Clock wallClock = Clock.systemUTC();

    OutageMeters(Faults faults) {
        this.faults = faults;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Reading.every(Reading.USUAL, faults::now)
                .gauge(
                        registry,
                        "coopmesh.outages.open",
                        "Alerts about silent nodes that are open",
                        Faults.Now::open)
                .gauge(
                        registry,
                        "coopmesh.outages.unacknowledged",
                        "Of these, those that nobody acknowledged",
                        Faults.Now::unacknowledged)
                .gauge(
                        registry,
                        "coopmesh.nodes.silent",
                        "Nodes in service that are silent, each counted once",
                        Faults.Now::silent);
        Reading.every(Reading.USUAL, faults::watch)
                .gauge(
                        registry,
                        "coopmesh.outages.looked.seconds",
                        "How long ago it was last looked for silent nodes",
                        watch ->
                                watch.map(last ->
                                                Duration.between(
                                                                        last.checkedAt(),
                                                                        wallClock.instant())
                                                                .toMillis()
                                                        / 1_000.0)
                                        .orElse(Double.NaN));
    }
}
