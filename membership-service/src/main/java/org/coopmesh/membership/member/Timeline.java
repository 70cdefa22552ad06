package org.coopmesh.membership.member;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** SQL for what has happened to members; the only class that knows the table. Rows are only added. */
@Repository
class Timeline {
    private static final TypeReference<Map<String, String>> DETAIL = new TypeReference<>() {};

    private final JdbcClient db;
    private final JsonMapper json;

    Timeline(JdbcClient db, JsonMapper json) {
        this.db = db;
        this.json = json;
    }

    /** One thing that happened; {@code kind} and the keys of {@code detail} are words that pages switch on. */
    record Entry(long id, Instant at, String kind, Map<String, String> detail) {}

    void add(MemberId member, Instant at, String kind, Map<String, String> detail) {
        db.sql(
                        """
                        insert into member_timeline (member_id, at, kind, detail)
                        values (:memberId, :at, :kind, :detail::jsonb)
                        """)
                .param("memberId", member.value())
                .param("at", OffsetDateTime.ofInstant(at, ZoneOffset.UTC))
                .param("kind", kind)
                .param("detail", json.writeValueAsString(detail))
                .update();
    }

    /** A page, newest first; {@code before} is the id the page before ended with, or the greatest long. */
    List<Entry> page(MemberId member, long before, int limit) {
        return db.sql(
                        """
                        select id, at, kind, detail::text as detail from member_timeline
                        where member_id = :memberId and id < :before
                        order by id desc
                        limit :limit
                        """)
                .param("memberId", member.value())
                .param("before", before)
                .param("limit", limit)
                .query(this::entry)
                .list();
    }

    private Entry entry(ResultSet row, int number) throws SQLException {
        return new Entry(
                row.getLong("id"),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                row.getString("kind"),
                json.readValue(row.getString("detail"), DETAIL));
    }
}
