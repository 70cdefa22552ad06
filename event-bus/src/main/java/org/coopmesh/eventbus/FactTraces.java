package org.coopmesh.eventbus;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import java.util.HashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Carries the trace in which a fact was stated to whoever hears it, as W3C Trace Context: by the row of the outbox, then by a
 * header. Where traces are off nothing is carried.
 */
final class FactTraces {
    static final String HEADER = "traceparent";
    static final FactTraces OFF = new FactTraces(null, null);

    private final @Nullable Tracer tracer;
    private final @Nullable Propagator propagator;

    FactTraces(@Nullable Tracer tracer, @Nullable Propagator propagator) {
        this.tracer = tracer;
        this.propagator = propagator;
    }

    /** The trace that is going on; null where none is. */
    @Nullable String now() {
        if (tracer == null || propagator == null) {
            return null;
        }
        Span span = tracer.currentSpan();
        if (span == null) {
            return null;
        }
        var headers = new HashMap<String, String>();
        propagator.inject(
                span.context(), headers, (carrier, name, value) -> headers.put(name, value));
        return headers.get(HEADER);
    }

    /** Does {@code work} as a part of the trace that {@code message} came with. */
    void goOn(ConsumerRecord<?, ?> message, Runnable work) {
        if (tracer == null || propagator == null || message.headers().lastHeader(HEADER) == null) {
            work.run();
            return;
        }
        Span span =
                propagator
                        .extract(message.headers(), FactTraces::header)
                        .kind(Span.Kind.CONSUMER)
                        .name("hear " + message.topic())
                        .start();
        try (Tracer.SpanInScope scope = tracer.withSpan(span)) {
            work.run();
        } catch (RuntimeException failure) {
            // Its words may be about somebody.
            span.tag("error", failure.getClass().getSimpleName());
            throw failure;
        } finally {
            span.end();
        }
    }

    private static @Nullable String header(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        return header == null ? null : new String(header.value(), UTF_8);
    }
}
