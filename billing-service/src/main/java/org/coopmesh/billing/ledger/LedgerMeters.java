package org.coopmesh.billing.ledger;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import org.coopmesh.watch.Reading;
import org.springframework.stereotype.Component;

/** Says whether the book balances. The database refuses what does not; so if this is ever not 0, somebody went round it. */
@Component
class LedgerMeters implements MeterBinder {
    /** It takes one pass over the whole book. */
    private static final Duration EVERY = Duration.ofHours(1);

    private final Entries entries;

    LedgerMeters(Entries entries) {
        this.entries = entries;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Reading.every(EVERY, entries::imbalance)
                .gauge(
                        registry,
                        "coopmesh.ledger.imbalance.micro",
                        "By how much the book is off, in micro-units; 0 always",
                        Long::doubleValue);
    }
}
