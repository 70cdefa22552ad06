package org.coopmesh.membership.witness;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for the copy of the log. */
@Repository
class LogCopies {
    private final JdbcClient db;

    LogCopies(JdbcClient db) {
        this.db = db;
    }

    /** How far the copy has come. */
    record Head(long size, String checkpoint, List<String> keys) {}

    Optional<Head> head() {
        return db.sql("select size, checkpoint, keys from log_copy")
                .query(LogCopies::read)
                .optional();
    }

    /** Locks the copy until the transaction ends; 0 where there is none. */
    long lock() {
        return db.sql("select size from log_copy for update")
                .query(Long.class)
                .optional()
                .orElse(0L);
    }

    /** Puts leaves in the place of all from {@code from} on. */
    void put(long from, byte[][] hashes, Head head) {
        db.sql("delete from log_leaf where leaf_index >= :from").param("from", from).update();
        db.sql(
                        """
                        insert into log_leaf (leaf_index, hash)
                        select :from + l.place - 1, l.hash
                        from unnest(:hashes::bytea[]) with ordinality as l (hash, place)
                        """)
                .param("from", from)
                .param("hashes", hashes)
                .update();
        db.sql(
                        """
                        insert into log_copy (one, size, checkpoint, keys) values (true, :size, :checkpoint, :keys::text[])
                        on conflict (one) do update set
                            size = excluded.size, checkpoint = excluded.checkpoint, keys = excluded.keys
                        """)
                .param("size", head.size())
                .param("checkpoint", head.checkpoint())
                .param("keys", head.keys().toArray(String[]::new))
                .update();
    }

    List<byte[]> leaves(long from, int limit) {
        return db.sql(
                        """
                        select hash from log_leaf where leaf_index >= :from order by leaf_index limit :limit
                        """)
                .param("from", from)
                .param("limit", limit)
                .query((row, _) -> row.getBytes("hash"))
                .list();
    }

    private static Head read(ResultSet row, int number) throws SQLException {
        Array keys = row.getArray("keys");
        return new Head(
                row.getLong("size"),
                row.getString("checkpoint"),
                List.of((String[]) keys.getArray()));
    }
}
