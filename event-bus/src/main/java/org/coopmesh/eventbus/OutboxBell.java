package org.coopmesh.eventbus;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wakes whoever relays, after facts were committed. It rings by NOTIFY, which every replica hears, from a transaction of its own
 * that changes nothing: many commits make one ring, and none while the relay of this process is at work anyhow. A ring that is
 * lost delays a fact until the relay next looks by itself.
 */
final class OutboxBell extends OwnThread {
    private static final Duration STOP_MAX = Duration.ofSeconds(5);
    private static final Logger log = LoggerFactory.getLogger(OutboxBell.class);

    private final DataSource dataSource;
    private final AtomicLong commits = new AtomicLong();
    private final Semaphore toRing = new Semaphore(0);
    // The relay of this process is at work and looks again before it rests.
    private volatile boolean atWork;

    OutboxBell(DataSource dataSource) {
        super("outbox-bell", STOP_MAX);
        this.dataSource = dataSource;
    }

    /** Facts were committed. Never blocks. */
    void ring() {
        commits.incrementAndGet();
        if (!atWork) {
            toRing.release();
        }
    }

    /** The relay of this process begins to look; the answer is what {@link #mayRest} asks for. */
    long looking() {
        atWork = true;
        return commits.get();
    }

    /** Whether nothing was committed since {@code looked}; from then on commits ring. */
    boolean mayRest(long looked) {
        atWork = false;
        return commits.get() == looked;
    }

    /** The relay of this process looks no more: every commit rings. */
    void gone() {
        atWork = false;
    }

    @Override
    void runUntilStopped() {
        while (isRunning()) {
            try {
                toRing.acquire();
                toRing.drainPermits();
                tellEveryReplica();
            } catch (SQLException databaseAway) {
                log.atDebug().setCause(databaseAway).log("outbox bell not heard");
            } catch (InterruptedException stopped) {
                return;
            }
        }
    }

    /** Nothing is written, so nothing needs to reach the disk. */
    private void tellEveryReplica() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "select set_config('synchronous_commit', 'off', true), pg_notify('outbox', '')");
        }
    }
}
