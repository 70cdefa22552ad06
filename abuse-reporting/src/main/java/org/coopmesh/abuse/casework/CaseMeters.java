package org.coopmesh.abuse.casework;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Clock;
import org.coopmesh.watch.Reading;
import org.springframework.stereotype.Component;

/** Counts the cases that wait for a moderator. */
@Component
class CaseMeters implements MeterBinder {
    private final Cases cases;
    private final Clock clock;

    CaseMeters(Cases cases, Clock clock) {
        this.cases = cases;
        this.clock = clock;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Reading.every(Reading.USUAL, () -> cases.waiting(clock.instant()))
                .gauge(
                        registry,
                        "coopmesh.cases.waiting",
                        "Cases made of reports that no moderator has taken up",
                        Workload.Waiting::cases)
                .gauge(
                        registry,
                        "coopmesh.cases.overdue",
                        "Of these, those that should have been decided by now",
                        Workload.Waiting::overdue);
    }
}
