package org.coopmesh.membership.feed;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for feed keys. */
@Repository
class FeedKeys {
    private final JdbcClient db;

    FeedKeys(JdbcClient db) {
        this.db = db;
    }

    /** False, and nothing is kept, if {@code most} keys are good already. */
    boolean insert(FeedKey key, byte[] digest, int most) {
        // One after the other: two that come at once do not both take the last place.
        db.sql("select pg_advisory_xact_lock(hashtext('feed keys'))").query(row -> {});
        return db.sql(
                                """
                                insert into feed_key (id, name, digest, created_at, created_by)
                                select :id, :name, :digest, :at, :by
                                where (select count(*) from feed_key where revoked_at is null) < :most
                                """)
                        .param("id", key.id())
                        .param("name", key.name())
                        .param("digest", digest)
                        .param("at", time(key.createdAt()))
                        .param("by", key.createdBy())
                        .param("most", most)
                        .update()
                == 1;
    }

    /** False if there is no such key; one that is revoked stays as it is. */
    boolean revoke(UUID id, UUID by, Instant at) {
        return db.sql(
                                """
                                update feed_key
                                set revoked_at = coalesce(revoked_at, :at), revoked_by = coalesce(revoked_by, :by)
                                where id = :id
                                """)
                        .param("id", id)
                        .param("at", time(at))
                        .param("by", by)
                        .update()
                == 1;
    }

    Optional<UUID> good(byte[] digest) {
        return db.sql("select id from feed_key where digest = :digest and revoked_at is null")
                .param("digest", digest)
                .query(UUID.class)
                .optional();
    }

    void used(UUID id, LocalDate day) {
        db.sql(
                        "update feed_key set last_used_on = :day where id = :id and last_used_on is distinct from :day")
                .param("id", id)
                .param("day", day)
                .update();
    }

    /** The newest first; at most {@code limit}. */
    List<FeedKey> all(int limit) {
        return db.sql("select * from feed_key order by created_at desc, id limit :limit")
                .param("limit", limit)
                .query(FeedKeys::key)
                .list();
    }

    private static FeedKey key(ResultSet row, int number) throws SQLException {
        var revokedAt = row.getObject("revoked_at", OffsetDateTime.class);
        return new FeedKey(
                row.getObject("id", UUID.class),
                row.getString("name"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("created_by", UUID.class),
                revokedAt == null ? null : revokedAt.toInstant(),
                row.getObject("last_used_on", LocalDate.class));
    }

    private static OffsetDateTime time(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
