package org.coopmesh.eventbus;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears what {@link Changes} of all replicas tell, on a connection of its own while anybody listens, and hands it on. */
final class ChangeFeed extends OwnThread {
    /** One for each replica of the gateway, and some that are just going. */
    static final int LISTENERS_MAX = 16;

    private static final Duration STOP_MAX = Duration.ofSeconds(5);
    private static final Duration RETRY_AFTER_FAILURE = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final Duration CHECKED_EVERY = Duration.ofSeconds(30);
    private static final int CHECK_SECONDS_MAX = 5;
    private static final Logger log = LoggerFactory.getLogger(ChangeFeed.class);

    private final DataSource dataSource;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final Object arrivals = new Object();

    ChangeFeed(DataSource dataSource) {
        super("change-feed", STOP_MAX);
        this.dataSource = dataSource;
    }

    /** What somebody was not told yet. Holds each word once, so it never grows beyond them. */
    static final class Listener {
        private final Set<String> words = new TreeSet<>();
        private boolean over;

        private synchronized void tell(String word) {
            words.add(word);
            notifyAll();
        }

        private synchronized void end() {
            over = true;
            notifyAll();
        }

        /**
         * Waits for words.
         *
         * @return none if none came within {@code patience}; empty when nothing will come any more
         */
        synchronized Optional<Set<String>> take(Duration patience) throws InterruptedException {
            long until = System.nanoTime() + patience.toNanos();
            while (words.isEmpty() && !over) {
                long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
                if (left <= 0) {
                    break;
                }
                wait(left);
            }
            if (over) {
                return Optional.empty();
            }
            Set<String> taken = Set.copyOf(words);
            words.clear();
            return Optional.of(taken);
        }
    }

    /** Empty where {@link #LISTENERS_MAX} listen already, or while the service stops. Whoever goes says {@link #leave}. */
    Optional<Listener> join() {
        var listener = new Listener();
        synchronized (arrivals) {
            if (!isRunning() || listeners.size() >= LISTENERS_MAX) {
                return Optional.empty();
            }
            listeners.add(listener);
            arrivals.notifyAll();
        }
        return Optional.of(listener);
    }

    void leave(Listener listener) {
        listeners.remove(listener);
    }

    @Override
    void runUntilStopped() {
        while (isRunning()) {
            try {
                awaitSomebody();
                listen();
            } catch (SQLException databaseAway) {
                log.atDebug().setCause(databaseAway).log("changes not heard, tries again");
                if (!pause()) {
                    return;
                }
            } catch (InterruptedException stopped) {
                return;
            }
        }
    }

    @Override
    public synchronized void stop() {
        super.stop();
        synchronized (arrivals) {
            listeners.forEach(Listener::end);
            listeners.clear();
        }
    }

    private void awaitSomebody() throws InterruptedException {
        synchronized (arrivals) {
            while (listeners.isEmpty()) {
                arrivals.wait();
            }
        }
    }

    private void listen() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            try {
                connection.setAutoCommit(true);
                try (Statement statement = connection.createStatement()) {
                    statement.execute("listen " + Changes.CHANNEL);
                }
                // What was told before nobody here heard.
                tell(Changes.ANYTHING);
                hear(connection);
            } finally {
                letGo(connection);
            }
        }
    }

    private void hear(Connection connection) throws SQLException {
        PGConnection ear = connection.unwrap(PGConnection.class);
        long checkedNanos = System.nanoTime();
        while (isRunning() && !listeners.isEmpty()) {
            PGNotification[] heard = ear.getNotifications((int) PATIENCE.toMillis());
            for (int i = 0; heard != null && i < heard.length; i++) {
                for (String word : heard[i].getParameter().split(" ")) {
                    tell(word);
                }
            }
            if (System.nanoTime() - checkedNanos > CHECKED_EVERY.toNanos()) {
                checkedNanos = System.nanoTime();
                if (!connection.isValid(CHECK_SECONDS_MAX)) {
                    throw new SQLException("connection is gone");
                }
            }
        }
    }

    private void tell(String word) {
        listeners.forEach(listener -> listener.tell(word));
    }

    /** The connection goes back to a pool: it must not take the subscription with it. */
    private static void letGo(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("unlisten " + Changes.CHANNEL);
        } catch (SQLException unknownState) {
            connection.abort(Runnable::run);
        }
    }

    private static boolean pause() {
        try {
            Thread.sleep(RETRY_AFTER_FAILURE);
            return true;
        } catch (InterruptedException stopped) {
            return false;
        }
    }
}
