package org.coopmesh.abuse.transparency;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for what nodes say of the log. */
@Repository
class Witnesses {
    private final JdbcClient db;

    Witnesses(JdbcClient db) {
        this.db = db;
    }

    /** A node's word for a checkpoint. */
    record Cosigned(String node, long size, NoteKey key, String line, Instant seenAt) {}

    /** A node's word against one. */
    record Refusal(String node, String why, String checkpoint, String seen, Instant toldAt) {}

    /** Keeps what is newer than what the node said before. */
    void keep(Cosigned word, byte[] rawKey) {
        db.sql(
                        """
                        insert into log_cosignature (node_id, size, public_key, cosignature, seen_at)
                        values (:node, :size, :key, :line, :seenAt)
                        on conflict (node_id) do update set size = excluded.size, public_key = excluded.public_key,
                            cosignature = excluded.cosignature, seen_at = excluded.seen_at
                        where log_cosignature.size <= excluded.size
                        """)
                .param("node", word.node())
                .param("size", word.size())
                .param("key", rawKey)
                .param("line", word.line())
                .param("seenAt", time(word.seenAt()))
                .update();
    }

    void refused(UUID event, Refusal refusal) {
        db.sql(
                        """
                        insert into log_refusal (event_id, node_id, why, checkpoint, seen, told_at)
                        values (:event, :node, :why, :checkpoint, :seen, :toldAt)
                        """)
                .param("event", event)
                .param("node", refusal.node())
                .param("why", refusal.why())
                .param("checkpoint", refusal.checkpoint())
                .param("seen", refusal.seen())
                .param("toldAt", time(refusal.toldAt()))
                .update();
    }

    /** The largest size that any node has seen; 0 where none has. */
    long largestSeen() {
        return db.sql("select coalesce(max(size), 0) from log_cosignature")
                .query(Long.class)
                .single();
    }

    /** How many nodes have seen at least this size. */
    int seen(long size) {
        return db.sql("select count(*) from log_cosignature where size >= :size")
                .param("size", size)
                .query(Integer.class)
                .single();
    }

    int refusals() {
        return db.sql("select count(*) from log_refusal").query(Integer.class).single();
    }

    /** Newest first. */
    List<Cosigned> words(int limit) {
        return db.sql("select * from log_cosignature order by size desc, node_id limit :limit")
                .param("limit", limit)
                .query(Witnesses::cosigned)
                .list();
    }

    /** Newest first. */
    List<Refusal> refusals(int limit) {
        return db.sql("select * from log_refusal order by told_at desc limit :limit")
                .param("limit", limit)
                .query((rs, row) ->
                        new Refusal(
                                rs.getString("node_id"),
                                rs.getString("why"),
                                rs.getString("checkpoint"),
                                rs.getString("seen"),
                                rs.getObject("told_at", OffsetDateTime.class).toInstant()))
                .list();
    }

    private static Cosigned cosigned(ResultSet rs, int row) throws SQLException {
        String node = rs.getString("node_id");
        return new Cosigned(
                node,
                rs.getLong("size"),
                NoteKey.of("node/" + node, NoteKey.COSIGNATURE, rs.getBytes("public_key")),
                rs.getString("cosignature"),
                rs.getObject("seen_at", OffsetDateTime.class).toInstant());
    }

    private static OffsetDateTime time(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
