package org.coopmesh.rollout;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayConfigurationCustomizer;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What the word {@code migrate} does, as the first on the command line of a service. */
public final class Migration {
    private static final String WORD = "migrate";

    /** A migration that waits longer than this for a table gives up: all who come after it would wait too. */
    private static final String LOCK_WAIT_MAX = "10s";

    private static final Set<MigrationState> OF_ANOTHER_VERSION =
            EnumSet.of(
                    MigrationState.FUTURE_SUCCESS,
                    MigrationState.FUTURE_FAILED,
                    MigrationState.MISSING_SUCCESS,
                    MigrationState.MISSING_FAILED);

    private Migration() {}

    /**
     * Starts {@code service}, or, where the first of {@code words} is {@code migrate}, brings the database that its settings name
     * to its schema and ends the process: with 0, or with 1 and the reason as the last line of standard error. Then no port is
     * opened, no fact heard and no job run. May be repeated, and by several at once: the second finds nothing to do.
     */
    public static void orStart(Class<?> service, String[] words) {
        if (words.length == 0 || !words[0].equals(WORD)) {
            SpringApplication.run(service, words);
            return;
        }
        System.exit(migrate(Arrays.copyOfRange(words, 1, words.length)));
    }

    private static int migrate(String[] settings) {
        var application = new SpringApplication(OnlyTheDatabase.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.setBannerMode(Banner.Mode.OFF);
        try (var context = application.run(settings)) {
            Flyway flyway = context.getBean(Flyway.class);
            refuseNewer(flyway);
            int done = flyway.migrate().migrationsExecuted;
            System.out.println("migrated: " + done + " new");
            return 0;
        } catch (RuntimeException failed) {
            System.err.println("not migrated: " + reason(failed));
            return 1;
        }
    }

    /** A service that meets a newer schema runs, for schemas only grow; whoever migrates to an older one has mistaken the version. */
    private static void refuseNewer(Flyway flyway) {
        List<String> unknown =
                Arrays.stream(flyway.info().applied())
                        .filter(applied -> OF_ANOTHER_VERSION.contains(applied.getState()))
                        .map(Migration::name)
                        .toList();
        if (!unknown.isEmpty()) {
            throw new IllegalStateException(
                    "the database is newer than this version, which does not know " + unknown);
        }
    }

    private static String name(MigrationInfo migration) {
        return migration.getVersion() == null
                ? migration.getDescription()
                : "V" + migration.getVersion();
    }

    private static String reason(Throwable failed) {
        Throwable first = failed;
        for (Throwable cause = first.getCause(); cause != null; cause = cause.getCause()) {
            first = cause;
        }
        String told = failed.getMessage() + (first == failed ? "" : ": " + first.getMessage());
        return told.strip().replaceAll("\\s+", " ");
    }

    /** The little of a service that migrating takes; settings come from where the service has them. */
    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({DataSourceAutoConfiguration.class, FlywayAutoConfiguration.class})
    static class OnlyTheDatabase {
        @Bean
        FlywayMigrationStrategy notYet() {
            return flyway -> {};
        }

        @Bean
        FlywayConfigurationCustomizer giveUpOnBusyTables() {
            return flyway -> flyway.initSql("set lock_timeout = '" + LOCK_WAIT_MAX + "'");
        }
    }
}
