package org.coopmesh.watch;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one question that costs something, for as many figures as are taken from it. It is asked when somebody reads a
 * figure and the last answer is older than {@code every}, so it costs the same whoever reads how often, and nothing where nobody
 * does. Who reads waits for it {@link #PATIENCE} at most: while a database is away figures are not a number, and the reading of
 * the others goes on.
 */
public final class Reading<T extends Object> {
    /** How old an answer may be where nothing else is wanted. */
    public static final Duration USUAL = Duration.ofSeconds(15);

    static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Duration every;
    private final Supplier<T> question;
    private final LongSupplier nanos;
    private @Nullable CompletableFuture<T> asked;
    private long askedAtNanos;

    private Reading(Duration every, Supplier<T> question, LongSupplier nanos) {
        this.every = every;
        this.question = question;
        this.nanos = nanos;
    }

    /** Asks {@code question}, of which one at a time is under way, no more often than once in {@code every}. */
    public static <T extends Object> Reading<T> every(Duration every, Supplier<T> question) {
        return new Reading<>(every, question, System::nanoTime);
    }

    static <T extends Object> Reading<T> every(
            Duration every, Supplier<T> question, LongSupplier nanos) {
        return new Reading<>(every, question, nanos);
    }

    /** Registers a figure that is taken from the answer. */
    public Reading<T> gauge(
            MeterRegistry registry,
            String name,
            String description,
            ToDoubleFunction<? super T> figure) {
        Gauge.builder(name, this, reading -> reading.figure(figure))
                .description(description)
                .strongReference(true)
                .register(registry);
        return this;
    }

    /** What {@code figure} takes from the newest answer; not a number where there is none, because asking failed or takes too long. */
    double figure(ToDoubleFunction<? super T> figure) {
        T answer = answer();
        return answer == null ? Double.NaN : figure.applyAsDouble(answer);
    }

    private @Nullable T answer() {
        CompletableFuture<T> current;
        long waitedNanos;
        synchronized (this) {
            long now = nanos.getAsLong();
            if (asked == null || asked.isDone() && now - askedAtNanos >= every.toNanos()) {
                askedAtNanos = now;
                asked = new CompletableFuture<>();
                Thread.startVirtualThread(ask(asked));
            }
            current = asked;
            waitedNanos = now - askedAtNanos;
        }
        try {
            return current.get(Math.max(0, PATIENCE.toNanos() - waitedNanos), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException none) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private Runnable ask(CompletableFuture<T> answer) {
        return () -> {
            try {
                answer.complete(question.get());
            } catch (RuntimeException failed) {
                answer.completeExceptionally(failed);
            }
        };
    }
}
