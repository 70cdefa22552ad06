package org.coopmesh.billing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.coopmesh.billing.subscription.Facts;
import org.coopmesh.quickstart.Servers;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.DynamicPropertyRegistry;

/** The whole service on real servers, with a clock that stands until a test moves it. */
@TestConfiguration
@Import(Facts.class)
public class BillingContext {
    /** A clock that stands until it is moved. */
    public static final class StandingClock extends Clock {
        private volatile Instant now = Instant.parse("2026-10-01T08:00:00Z");

        public void set(String instant) {
            now = Instant.parse(instant);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    @Bean
    StandingClock clock() {
        return new StandingClock();
    }

    /** A database of its own; nothing runs by itself and no broker is needed. */
    public static void alone(DynamicPropertyRegistry registry) {
        database(registry);
        registry.add("spring.kafka.listener.auto-startup", () -> "false");
        registry.add("coopmesh.event-bus.relay-enabled", () -> "false");
        registry.add("coopmesh.metering.sum-interval", () -> "PT1H");
        registry.add("coopmesh.invoice.check-interval", () -> "PT1H");
        registry.add("coopmesh.document.check-interval", () -> "PT1H");
        registry.add("coopmesh.mail.check-interval", () -> "PT1H");
        registry.add("coopmesh.dunning.check-interval", () -> "PT1H");
        registry.add("coopmesh.instalment.check-interval", () -> "PT1H");
        registry.add("coopmesh.direct-debit.check-interval", () -> "PT1H");
        registry.add("coopmesh.autopay.check-interval", () -> "PT1H");
        registry.add("coopmesh.spend.check-interval", () -> "PT1H");
        registry.add("coopmesh.webhook.check-interval", () -> "PT1H");
        registry.add("coopmesh.costshare.trial-interval", () -> "PT1H");
    }

    /** With a broker, and jobs that look often. */
    public static void alive(DynamicPropertyRegistry registry) {
        database(registry);
        registry.add("spring.kafka.bootstrap-servers", Servers::kafka);
        registry.add("coopmesh.invoice.check-interval", () -> "PT0.2S");
    }

    private static void database(DynamicPropertyRegistry registry) {
        String url = Servers.freshDatabase("billing");
        registry.add("spring.datasource.url", () -> url);
        registry.add("spring.datasource.username", () -> "postgres");
        registry.add("spring.datasource.password", () -> "postgres");
        registry.add("spring.grpc.server.port", () -> "0");
        registry.add("coopmesh.keys-dir", BillingContext::emptyDirectory);
    }

    private static String emptyDirectory() {
        try {
            return Files.createTempDirectory("billing-keys").toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it outside of Spring's test support, alone as in {@link #alone}, with {@code more} arguments; the clock stands. */
    public static ConfigurableApplicationContext start(String... more) {
        var settings =
                new HashMap<>(
                        Map.of(
                                "spring.datasource.url", Servers.freshDatabase("billing"),
                                "spring.datasource.username", "postgres",
                                "spring.datasource.password", "postgres",
                                "spring.kafka.listener.auto-startup", "false",
                                "coopmesh.event-bus.relay-enabled", "false",
                                "coopmesh.invoice.check-interval", "PT1H",
                                "coopmesh.spend.check-interval", "PT1H",
                                "coopmesh.keys-dir", emptyDirectory(),
                                "spring.grpc.server.port", "0",
                                "server.port", "0"));
        settings.put("coopmesh.metering.sum-interval", "PT1H");
        settings.put("coopmesh.document.check-interval", "PT1H");
        settings.put("coopmesh.mail.check-interval", "PT1H");
        settings.put("coopmesh.dunning.check-interval", "PT1H");
        settings.put("coopmesh.instalment.check-interval", "PT1H");
        settings.put("coopmesh.direct-debit.check-interval", "PT1H");
        settings.put("coopmesh.webhook.check-interval", "PT1H");
        settings.put("coopmesh.autopay.check-interval", "PT1H");
        settings.put("coopmesh.costshare.trial-interval", "PT1H");
        return new SpringApplicationBuilder(BillingService.class, BillingContext.class)
                .run(
                        Stream.concat(
                                        settings.entrySet().stream()
                                                .map(setting ->
                                                        "--"
                                                                + setting.getKey()
                                                                + "="
                                                                + setting.getValue()),
                                        Stream.of(more))
                                .toArray(String[]::new));
    }
}
