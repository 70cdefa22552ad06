package org.coopmesh.billing.metering;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.stereotype.Component;

/** Counts what became of the reports that nodes handed over. */
@Component
class UsageMeters {
    /** Why a whole request was not taken. */
    enum Refusal {
        /** Not what a node of ours would say. */
        MALFORMED,
        /** Of a node that speaks for another one. */
        FOREIGN,
        /** Of a node whose key counts no more. */
        REVOKED,
        /** Comes again. */
        BUSY
    }

    private final Counter kept;
    private final Counter setAside;
    private final Map<Refusal, Counter> refused = new EnumMap<>(Refusal.class);

    UsageMeters(MeterRegistry registry) {
        kept = reports("kept", registry);
        setAside = reports("set-aside", registry);
        for (Refusal why : Refusal.values()) {
            refused.put(
                    why,
                    Counter.builder("coopmesh.usage.refused")
                            .description("Requests with usage reports that were not taken, by why")
                            .tag("why", why.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
    }

    private static Counter reports(String outcome, MeterRegistry registry) {
        return Counter.builder("coopmesh.usage.reports")
                .description(
                        "Usage reports that were made durable, repeated ones too: kept to be billed, or set aside")
                .tag("outcome", outcome)
                .register(registry);
    }

    void durable(Arrival arrival, List<Receipt> receipts) {
        int aside = receipts.stream().mapToInt(receipt -> receipt.setAside().size()).sum();
        setAside.increment(aside);
        kept.increment(arrival.size() - aside);
    }

    void refused(Refusal why) {
        requireNonNull(refused.get(why)).increment();
    }
}
