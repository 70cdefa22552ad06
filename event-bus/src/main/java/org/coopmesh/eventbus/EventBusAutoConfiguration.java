package org.coopmesh.eventbus;

import static java.util.Objects.requireNonNull;

import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.Semaphore;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.kafka.autoconfigure.ConcurrentKafkaListenerContainerFactoryConfigurer;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.listener.AcknowledgingConsumerAwareMessageListener;
import org.springframework.kafka.listener.BatchAcknowledgingConsumerAwareMessageListener;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.kafka.listener.MessageListenerContainer;
import org.springframework.kafka.support.KafkaUtils;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.util.backoff.ExponentialBackOff;
import org.springframework.util.backoff.FixedBackOff;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;

/** Wires the event bus into any service that has it on the class path. */
@AutoConfiguration(
        before = KafkaAutoConfiguration.class,
        afterName =
                "org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.OpenTelemetryTracingAutoConfiguration")
class EventBusAutoConfiguration {
    private static final long RETRY_PAUSE_MILLIS = 500;
    private static final long RETRIES = 2;
    private static final int LISTENERS = 3;
    private static final long DATABASE_AWAY_PAUSE_MILLIS_MAX = 10_000;

    @Bean
    @ConditionalOnMissingBean(Clock.class)
    Clock clock(@Value("${coopmesh.clock.file:}") String file) {
        return file.isBlank() ? Clock.systemUTC() : new CoopClock(Path.of(file), ZoneOffset.UTC);
    }

    @Bean
    OutboxBell outboxBell(DataSource dataSource) {
        return new OutboxBell(dataSource);
    }

    @Bean
    FactTraces factTraces(ObjectProvider<Tracer> tracer, ObjectProvider<Propagator> propagator) {
        return new FactTraces(tracer.getIfAvailable(), propagator.getIfAvailable());
    }

    @Bean
    Changes serviceChanges(DataSource dataSource) {
        return new Changes(dataSource);
    }

    @Bean
    Outbox outbox(JdbcClient db, OutboxBell bell, Changes changes, FactTraces traces) {
        return new Outbox(db, bell, changes, traces);
    }

    @Bean
    Inbox inbox(JdbcClient db, Clock clock, @Value("${spring.application.name}") String service) {
        return new Inbox(db, clock, service);
    }

    @Bean
    Replay replay(JdbcClient db) {
        return new Replay(db);
    }

    @Bean
    DeadLetters deadLetters(JdbcClient db, Clock clock, KafkaListenerEndpointRegistry listeners) {
        return new DeadLetters(db, clock, listeners);
    }

    @Bean
    BusMeters busMeters(
            Outbox outbox,
            DeadLetters deadLetters,
            KafkaListenerEndpointRegistry listeners,
            Clock clock) {
        return new BusMeters(outbox, deadLetters, listeners, clock);
    }

    @Bean
    @ConditionalOnProperty(
            name = "coopmesh.event-bus.relay-enabled",
            havingValue = "true",
            matchIfMissing = true)
    OutboxRelay outboxRelay(
            DataSource dataSource,
            OutboxBell bell,
            KafkaProperties kafka,
            @Value("${spring.application.name}") String service) {
        return new OutboxRelay(dataSource, bell, kafka.buildProducerProperties(), service);
    }

    @Bean
    ConcurrentKafkaListenerContainerFactory<Object, Object> kafkaListenerContainerFactory(
            ConcurrentKafkaListenerContainerFactoryConfigurer configurer,
            KafkaProperties kafka,
            DeadLetters deadLetters,
            FactTraces traces,
            @Value("${coopmesh.event-bus.together:6}") int together,
            @Value("${spring.application.name}") String service) {
        var settings = kafka.buildConsumerProperties();
        settings.putIfAbsent(ConsumerConfig.GROUP_ID_CONFIG, service);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 250);
        settings.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, 5_000); // A new topic is met soon.
        settings.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, StringDeserializer.class);
        settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        var factory = new ConcurrentKafkaListenerContainerFactory<Object, Object>();
        configurer.configure(factory, new DefaultKafkaConsumerFactory<>(settings));
        // As many as a topic has partitions; each key is heard by one of them, in order.
        factory.setConcurrency(LISTENERS);
        factory.getContainerProperties().setAckMode(ContainerProperties.AckMode.BATCH);
        var permits = new Semaphore(together, true);
        factory.setContainerCustomizer(
                container -> container.setupMessageListener(intake(container, permits, traces)));
        factory.setCommonErrorHandler(errorHandler(deadLetters));
        return factory;
    }

    /** Puts around the method of ours that {@code container} calls how messages are handed to it. */
    @SuppressWarnings("unchecked")
    private static Intake intake(
            MessageListenerContainer container, Semaphore permits, FactTraces traces) {
        return switch (container.getContainerProperties().getMessageListener()) {
            case BatchAcknowledgingConsumerAwareMessageListener<?, ?> whole ->
                    new Together(
                            (BatchAcknowledgingConsumerAwareMessageListener<Object, Object>) whole,
                            permits);
            case AcknowledgingConsumerAwareMessageListener<?, ?> each ->
                    new Lanes(
                            (AcknowledgingConsumerAwareMessageListener<Object, Object>) each,
                            permits,
                            traces);
            case null, default ->
                    throw new IllegalStateException("no listener of ours: " + container);
        };
    }

    /** A poison message is tried three times and kept apart; while the database is away everything waits. */
    private static DefaultErrorHandler errorHandler(DeadLetters deadLetters) {
        var handler =
                new DefaultErrorHandler(
                        (message, failure) ->
                                deadLetters.keep(
                                        requireNonNull(KafkaUtils.getConsumerGroupId()),
                                        message,
                                        failure),
                        new FixedBackOff(RETRY_PAUSE_MILLIS, RETRIES));
        var untilTheDatabaseIsBack = new ExponentialBackOff(RETRY_PAUSE_MILLIS, 2);
        untilTheDatabaseIsBack.setMaxInterval(DATABASE_AWAY_PAUSE_MILLIS_MAX);
        handler.setBackOffFunction(
                (message, failure) -> databaseAway(failure) ? untilTheDatabaseIsBack : null);
        return handler;
    }

    private static boolean databaseAway(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof CannotCreateTransactionException
                    || t instanceof TransientDataAccessException
                    || t instanceof DataAccessResourceFailureException) {
                return true;
            }
        }
        return false;
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication
    @ConditionalOnClass(PreAuthorize.class)
    static class Rest {
        private static final int BEFORE_FILES = 1;

        @Bean
        DeadLetterController deadLetterController(DeadLetters deadLetters, Replay replay) {
            return new DeadLetterController(deadLetters, replay);
        }

        @Bean
        ChangeFeed changeFeed(DataSource dataSource) {
            return new ChangeFeed(dataSource);
        }

        /** Beside the controllers: it is for the gateway, and stands in no description of what browsers may ask. */
        @Bean
        SimpleUrlHandlerMapping changeStream(ChangeFeed feed) {
            return new SimpleUrlHandlerMapping(
                    Map.of(ChangeStream.PATH, new ChangeStream(feed)), BEFORE_FILES);
        }

        @Bean
        WebMvcConfigurer changesByRest(Changes changes) {
            return new WebMvcConfigurer() {
                @Override
                public void addInterceptors(InterceptorRegistry registry) {
                    registry.addInterceptor(new ChangesByRest(changes))
                            .addPathPatterns(ChangesByRest.PATHS);
                }
            };
        }
    }
}
