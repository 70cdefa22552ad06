package org.coopmesh.abuse.ban;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.Prefix;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for the ranges that this co-op decided never to ban; removed ones stay, with who removed them. */
@Repository
class NeverBanTable {
    private final JdbcClient db;

    NeverBanTable(JdbcClient db) {
        this.db = db;
    }

    void add(NeverBanEntry entry) {
        db.sql(
                        """
                        insert into never_ban (never_ban_id, prefix, reason, added_by, added_at)
                        values (:id, cast(:prefix as cidr), :reason, :by, :at)
                        """)
                .param("id", entry.id())
                .param("prefix", entry.prefix().toString())
                .param("reason", entry.reason())
                .param("by", entry.addedBy().value())
                .param("at", time(entry.addedAt()))
                .update();
    }

    boolean remove(UUID id, String reason, MemberId by, Instant at) {
        return db.sql(
                                """
                                update never_ban set removed_by = :by, removed_at = :at, removed_why = :reason
                                where never_ban_id = :id and removed_at is null
                                """)
                        .param("id", id)
                        .param("by", by.value())
                        .param("at", time(at))
                        .param("reason", reason)
                        .update()
                == 1;
    }

    List<NeverBanEntry> all() {
        return db.sql(
                        """
                        select never_ban_id, prefix::text as prefix, reason, added_by, added_at from never_ban
                        where removed_at is null order by prefix, added_at
                        """)
                .query(NeverBanTable::entry)
                .list();
    }

    Optional<NeverBanEntry> overlapping(Prefix prefix) {
        return db.sql(
                        """
                        select never_ban_id, prefix::text as prefix, reason, added_by, added_at from never_ban
                        where removed_at is null and prefix && cast(:prefix as inet)
                        order by added_at limit 1
                        """)
                .param("prefix", prefix.toString())
                .query(NeverBanTable::entry)
                .optional();
    }

    /** An entry of the list for each of {@code prefixes} that one overlaps. */
    Map<Prefix, NeverBanEntry> overlappingAny(Collection<Prefix> prefixes) {
        var entries = new HashMap<Prefix, NeverBanEntry>();
        db.sql(
                        """
                        select distinct on (p) p::text as asked, never_ban_id, prefix::text as prefix, reason, added_by, added_at
                        from unnest(:prefixes::cidr[]) p join never_ban on removed_at is null and prefix && p
                        order by p, added_at
                        """)
                .param("prefixes", prefixes.stream().map(Prefix::toString).toArray(String[]::new))
                .query(rs -> {
                    entries.put(Prefix.parse(rs.getString("asked")), entry(rs, 0));
                });
        return entries;
    }

    private static NeverBanEntry entry(ResultSet rs, int row) throws SQLException {
        return new NeverBanEntry(
                rs.getObject("never_ban_id", UUID.class),
                Prefix.parse(rs.getString("prefix")),
                rs.getString("reason"),
                new MemberId(rs.getObject("added_by", UUID.class)),
                rs.getObject("added_at", OffsetDateTime.class).toInstant());
    }

    private static OffsetDateTime time(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
