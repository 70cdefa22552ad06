package org.coopmesh.billing.metering;

import ch.qos.logback.classic.Level;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import javax.sql.DataSource;
import org.coopmesh.billing.subscription.PayerRegister;
import org.coopmesh.eventbus.Changes;
import org.coopmesh.eventbus.Outbox;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;

/**
 * The intake of the service with its node port and its database, and nothing around it: starts in a moment, so that a test can
 * kill it as often as it likes. As a process of its own it says its port, and ends when its input does.
 */
final class IntakeServer implements AutoCloseable {
    private static final int CONNECTIONS = 12;
    private static final long CONNECTION_MILLIS_MAX = 5_000;

    private final AnnotationConfigApplicationContext context;
    private final Server server;

    private IntakeServer(AnnotationConfigApplicationContext context, Server server) {
        this.context = context;
        this.server = server;
    }

    /** Arguments: the JDBC URL of a migrated database, and the folder with the keys of the node port. */
    static void main(String[] arguments) throws IOException {
        try (var server = start(arguments[0], Path.of(arguments[1]))) {
            System.out.println("PORT " + server.port());
            while (System.in.read() >= 0) {}
        }
        System.exit(0);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement(proxyTargetClass = true)
    static class Transactions {}

    static IntakeServer start(String url, Path keysDirectory) {
        if (LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)
                instanceof ch.qos.logback.classic.Logger root) {
            root.setLevel(Level.ERROR);
        }
        var context = new AnnotationConfigApplicationContext();
        var pool = new HikariConfig();
        pool.setJdbcUrl(url);
        pool.setMaximumPoolSize(CONNECTIONS);
        pool.setConnectionTimeout(CONNECTION_MILLIS_MAX);
        var keys = new NodePortKeys(keysDirectory);
        context.registerBean(DataSource.class, () -> new HikariDataSource(pool));
        context.registerBean(Clock.class, () -> Clock.fixed(MeteringContext.START, ZoneOffset.UTC));
        context.registerBean(NodePortKeys.class, () -> keys);
        context.registerBean(MeterRegistry.class, () -> new SimpleMeterRegistry());
        context.registerBean(
                MeteringSettings.class,
                () ->
                        new Binder(new MapConfigurationPropertySource(Map.of()))
                                .bindOrCreate("coopmesh.metering", MeteringSettings.class));
        context.registerBean(
                JdbcTemplate.class, () -> new JdbcTemplate(context.getBean(DataSource.class)));
        context.registerBean(
                JdbcClient.class, () -> JdbcClient.create(context.getBean(JdbcTemplate.class)));
        context.registerBean(
                DataSourceTransactionManager.class,
                () -> new DataSourceTransactionManager(context.getBean(DataSource.class)));
        for (Class<?> part :
                List.of(
                        Transactions.class,
                        hidden("org.coopmesh.eventbus.OutboxBell"),
                        Changes.class,
                        hidden("org.coopmesh.eventbus.FactTraces"),
                        Outbox.class,
                        hidden("org.coopmesh.billing.subscription.Subscriptions"),
                        hidden("org.coopmesh.billing.subscription.Attachments"),
                        PayerRegister.class,
                        Roster.class,
                        UsageReports.class,
                        UsageHours.class,
                        UsageSums.class,
                        UsageDays.class,
                        Links.class,
                        Carriages.class,
                        Certificates.class,
                        Evidences.class,
                        Intake.class,
                        GroupCommit.class,
                        Metering.class,
                        NodeCertificate.class,
                        UsageMeters.class,
                        UsageEndpoint.class)) {
            context.registerBean(part);
        }
        context.refresh();
        try {
            Server server =
                    NettyServerBuilder.forAddress(
                                    new InetSocketAddress("127.0.0.1", 0),
                                    TlsServerCredentials.newBuilder()
                                            .keyManager(keys.keyManager())
                                            .trustManager(keys.trustManager())
                                            .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
                                            .build())
                            .executor(Executors.newVirtualThreadPerTaskExecutor())
                            .addService(
                                    ServerInterceptors.intercept(
                                            context.getBean(UsageEndpoint.class),
                                            context.getBean(NodeCertificate.class)))
                            .build()
                            .start();
            return new IntakeServer(context, server);
        } catch (IOException e) {
            context.close();
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return server.getPort();
    }

    private static Class<?> hidden(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.shutdownNow();
        context.close();
    }
}
