package org.coopmesh.mail;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.coopmesh.watch.Reading;
import org.jspecify.annotations.Nullable;

/** Counts the mails that did not leave. */
final class MailMeters implements MeterBinder {
    private final Mails mails;
    private final Clock clock;

    MailMeters(Mails mails, Clock clock) {
        this.mails = mails;
        this.clock = clock;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Reading.every(Reading.USUAL, mails::backlog)
                .gauge(
                        registry,
                        "coopmesh.mails.waiting",
                        "Mails that wait for their turn or for a server",
                        Mails.Backlog::waiting)
                .gauge(
                        registry,
                        "coopmesh.mails.failed",
                        "Mails that a server refused or that were given up",
                        Mails.Backlog::failed)
                .gauge(
                        registry,
                        "coopmesh.mails.doubtful",
                        "Mails of which nobody knows whether a server took them",
                        Mails.Backlog::doubtful)
                .gauge(
                        registry,
                        "coopmesh.mails.oldest.seconds",
                        "How long the mail has waited that came first; 0 where none waits",
                        backlog -> age(backlog.oldest()));
    }

    private double age(@Nullable Instant oldest) {
        return oldest == null
                ? 0
                : Math.max(0, Duration.between(oldest, clock.instant()).toMillis() / 1_000.0);
    }
}
