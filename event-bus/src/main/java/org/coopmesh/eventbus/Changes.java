package org.coopmesh.eventbus;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Tells open pages that something of a kind has changed, by one word: not what, not whose. What states a fact or came by REST tells by
 * itself ({@link Outbox}, {@link ChangesByRest}); only work of the clock says so. Every replica hears it, by NOTIFY from a
 * transaction of its own, after the commit. What a crash takes is seen when the page next asks by itself.
 */
public final class Changes extends OwnThread {
    /** Stands for all words: something was told that nobody heard. */
    static final String ANYTHING = "*";

    static final String CHANNEL = "changes";

    /** Different words between two rings; more become {@link #ANYTHING}. NOTIFY takes 8,000 bytes. */
    static final int WORDS_MAX = 64;

    private static final Pattern WORD = Pattern.compile("[a-z][a-z-]{0,39}");
    private static final Duration STOP_MAX = Duration.ofSeconds(5);
    private static final Duration RETRY_AFTER_FAILURE = Duration.ofSeconds(1);
    // A run that tells a thousand times rings five times a second.
    private static final Duration GATHERED = Duration.ofMillis(200);
    private static final Logger log = LoggerFactory.getLogger(Changes.class);

    private final DataSource dataSource;
    // One for all that a transaction tells with one word.
    private final Map<String, TransactionSynchronization> afterCommit = new ConcurrentHashMap<>();
    private final Set<String> toTell = new TreeSet<>();
    private final Semaphore told = new Semaphore(0);

    Changes(DataSource dataSource) {
        super("changes", STOP_MAX);
        this.dataSource = dataSource;
    }

    /**
     * Tells that something called {@code word} changed: after the caller's transaction has committed, and only then; at once without
     * one. Never blocks. Telling twice is telling once.
     *
     * @param word small letters and dashes, 40 at most, from the code and never from outside
     * @throws IllegalArgumentException if it is not such a word
     */
    public void tell(String word) {
        if (!WORD.matcher(word).matches()) {
            throw new IllegalArgumentException("not a word for a change: " + word);
        }
        if (TransactionSynchronizationManager.isSynchronizationActive()) {
            TransactionSynchronizationManager.registerSynchronization(
                    afterCommit.computeIfAbsent(word, this::telling));
        } else {
            committed(word);
        }
    }

    /** Tells of a fact by what its topic calls it: "invoice" of "coopmesh.billing.invoice.v1". */
    void stated(String topic) {
        String[] parts = topic.split("\\.");
        tell(parts.length < 2 ? topic : parts[parts.length - 2]);
    }

    private TransactionSynchronization telling(String word) {
        return new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                committed(word);
            }
        };
    }

    private void committed(String word) {
        synchronized (toTell) {
            toTell.add(toTell.size() < WORDS_MAX ? word : ANYTHING);
        }
        told.release();
    }

    @Override
    void runUntilStopped() {
        while (isRunning()) {
            try {
                told.acquire();
                Thread.sleep(GATHERED);
                told.drainPermits();
                tellEveryReplica();
            } catch (InterruptedException stopped) {
                return;
            }
        }
    }

    private void tellEveryReplica() throws InterruptedException {
        Set<String> words;
        synchronized (toTell) {
            words = Set.copyOf(toTell);
            toTell.clear();
        }
        if (words.isEmpty()) {
            return;
        }
        try (Connection connection = dataSource.getConnection();
                PreparedStatement notify =
                        connection.prepareStatement(
                                "select set_config('synchronous_commit', 'off', true), pg_notify(?, ?)")) {
            notify.setString(1, CHANNEL);
            notify.setString(2, String.join(" ", words));
            notify.execute();
            if (!connection.getAutoCommit()) {
                connection.commit();
            }
        } catch (SQLException databaseAway) {
            log.atDebug().setCause(databaseAway).log("changes not told, tries again");
            words.forEach(this::committed);
            Thread.sleep(RETRY_AFTER_FAILURE);
        }
    }
}
