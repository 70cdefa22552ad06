package org.coopmesh.billing;

import java.util.Objects;
import java.util.function.Supplier;
import org.coopmesh.quickstart.Servers;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.support.TransactionTemplate;

/** A migrated database on the real PostgreSQL, without a Spring context around it. */
public record TestDatabase(JdbcClient db, TransactionTemplate transaction) {
    public static TestDatabase fresh() {
        return at(Servers.freshDatabase("billing"));
    }

    /** The database at {@code url}, migrated. */
    public static TestDatabase at(String url) {
        var source = new DriverManagerDataSource(url);
        Flyway.configure()
                .dataSource(source)
                .locations("classpath:db/eventbus", "classpath:db/migration")
                .load()
                .migrate();
        return new TestDatabase(
                JdbcClient.create(source),
                new TransactionTemplate(new DataSourceTransactionManager(source)));
    }

    /** In the transactions of {@link #commit} too. */
    public JdbcTemplate jdbc() {
        var manager = (DataSourceTransactionManager) transaction.getTransactionManager();
        return new JdbcTemplate(Objects.requireNonNull(manager).getDataSource());
    }

    public void commit(Runnable act) {
        transaction.executeWithoutResult(status -> act.run());
    }

    public <T> T commit(Supplier<T> act) {
        return transaction.execute(status -> act.get());
    }
}
