package org.coopmesh.nodeagent.usage;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;

/** Invented traffic: a household's rate by the hour of the day, noisy, under its lane. Lives as long as the process. */
final class SimulatedCounters implements Counters {

    private static final double PEAK_KBIT = 2_000;
    private static final int PACKET_BYTES = 900;
    private static final double[] SHARES = {0.70, 0.12, 0.14, 0.04}; // In the order of Way.
    private static final Duration STEP_MAX = Duration.ofDays(31);

    private final String epoch = "simulated:" + UUID.randomUUID();
    private final Supplier<List<Simulated>> attachments;
    private final InstantSource clock;
    private final Random random;
    private final Map<Key, Figure> figures = new LinkedHashMap<>();
    private Instant readAt;

    SimulatedCounters(Supplier<List<Simulated>> attachments, InstantSource clock, long seed) {
        this.attachments = attachments;
        this.clock = clock;
        this.random = new Random(seed);
        this.readAt = clock.instant();
    }

    @Override
    public synchronized Reading read() {
        Instant now = clock.instant();
        Duration step = Duration.between(readAt, now);
        double seconds =
                step.isNegative() ? 0 : Math.min(step.toMillis(), STEP_MAX.toMillis()) / 1e3;
        readAt = now;
        figures.replaceAll((key, f) -> new Figure(key, 1, f.bytes(), f.packets(), false));
        for (Simulated attachment : attachments.get()) {
            double kbit =
                    Math.min(attachment.kbit(), PEAK_KBIT * appetite(now) * random.nextDouble());
            double bytes = kbit * 125 * seconds;
            for (Way way : Way.values()) {
                long more = (long) (bytes * SHARES[way.ordinal()]);
                figures.merge(
                        new Key(attachment.attachmentId(), true, way),
                        new Figure(
                                new Key(attachment.attachmentId(), true, way),
                                1,
                                more,
                                more / PACKET_BYTES,
                                true),
                        (was, add) ->
                                new Figure(
                                        was.key(),
                                        1,
                                        was.bytes() + add.bytes(),
                                        was.packets() + add.packets(),
                                        true));
            }
        }
        return new Reading(epoch, new ArrayList<>(figures.values()), Optional.empty());
    }

    /** Low at four in the morning, high in the evening; between 0.05 and 1. */
    private static double appetite(Instant now) {
        double hour = now.atOffset(ZoneOffset.UTC).toLocalTime().toSecondOfDay() / 3600.0;
        return 0.525 - 0.475 * Math.cos((hour - 4) / 24 * 2 * Math.PI);
    }

    @Override
    public synchronized void forget(Collection<Key> retired) {
        retired.forEach(figures::remove);
    }

    @Override
    public void close() {}
}
