package org.coopmesh.membership.node;

import static java.util.Objects.requireNonNullElse;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Wakes every replica when one of them has committed something (LISTEN and NOTIFY, on one connection), and every second
 * anyway, so that a lost notification costs a second and nothing more.
 */
@Component
public class Bell implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Bell.class);
    private static final Duration RING_ANYWAY = Duration.ofSeconds(1);
    private static final Duration RETRY_DELAY = Duration.ofSeconds(1);

    private final DataSource dataSource;
    private final JdbcClient db;
    private final Map<String, Consumer<String>> hearers = new ConcurrentHashMap<>();
    private volatile boolean running;
    private @Nullable Thread thread;

    Bell(DataSource dataSource, JdbcClient db) {
        this.dataSource = dataSource;
        this.db = db;
    }

    /**
     * Calls {@code hearer} with the text of each ring of {@code name}, and with "" each second. To be said before the start;
     * {@code name} is a plain word.
     */
    public void onRing(String name, Consumer<String> hearer) {
        hearers.put(name, hearer);
    }

    /** Rings when, and only when, the caller's transaction commits. */
    public void ring(String name, String text) {
        db.sql("select pg_notify(:name, :text)")
                .param("name", "coopmesh_" + name)
                .param("text", text)
                .query((row, number) -> true)
                .single();
    }

    @Override
    public void start() {
        running = true;
        thread = Thread.ofPlatform().daemon().name("bell").start(this::listenForEver);
    }

    private void listenForEver() {
        while (running) {
            try (Connection connection = dataSource.getConnection()) {
                listen(connection);
            } catch (SQLException | RuntimeException e) {
                if (!running) {
                    return;
                }
                log.atWarn().setCause(e).log("bell lost its connection");
                try {
                    Thread.sleep(RETRY_DELAY);
                } catch (InterruptedException stopped) {
                    return;
                }
            }
        }
    }

    private void listen(Connection connection) throws SQLException {
        connection.setAutoCommit(true);
        try (Statement statement = connection.createStatement()) {
            for (String name : hearers.keySet()) {
                statement.execute("listen coopmesh_" + name);
            }
        }
        PGConnection postgres = connection.unwrap(PGConnection.class);
        while (running) {
            PGNotification[] notes = postgres.getNotifications((int) RING_ANYWAY.toMillis());
            if (notes == null || notes.length == 0) {
                hearers.forEach((name, hearer) -> tell(name, hearer, ""));
                continue;
            }
            for (PGNotification note : notes) {
                String name = note.getName().substring("coopmesh_".length());
                Consumer<String> hearer = hearers.get(name);
                if (hearer != null) {
                    tell(name, hearer, requireNonNullElse(note.getParameter(), ""));
                }
            }
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("unlisten *"); // The connection goes back to the pool.
        }
    }

    private static void tell(String name, Consumer<String> hearer, String text) {
        try {
            hearer.accept(text);
        } catch (RuntimeException e) {
            log.atWarn().setCause(e).addKeyValue("name", name).log("nobody could act on the bell");
        }
    }

    @Override
    public void stop() {
        running = false;
        Thread listening = thread;
        if (listening != null) {
            listening.interrupt();
            try {
                listening.join(RING_ANYWAY.plus(RETRY_DELAY));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
