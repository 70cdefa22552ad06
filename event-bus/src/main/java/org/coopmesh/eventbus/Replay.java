package org.coopmesh.eventbus;

import org.springframework.jdbc.core.simple.JdbcClient;

/** Rebuilds a topic from the owner's database: every fact ever stated on it leaves again, in the old order. */
public final class Replay {
    private final JdbcClient db;

    Replay(JdbcClient db) {
        this.db = db;
    }

    /**
     * Marks all facts of {@code topic} as not yet published. Hearers that know them skip them by event id, so repeating a
     * replay is harmless.
     *
     * @return how many facts will leave
     */
    public int of(String topic) {
        int facts =
                db.sql(
                                "update outbox set published_at = null, traceparent = null where topic = :topic")
                        .param("topic", topic)
                        .update();
        db.sql("notify outbox").update();
        return facts;
    }
}
