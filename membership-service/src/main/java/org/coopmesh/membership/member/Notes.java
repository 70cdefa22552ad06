package org.coopmesh.membership.member;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for notes of staff about members; the only class that knows the table. */
@Repository
class Notes {
    static final int TEXT_MAX = 4_000;

    private final JdbcClient db;

    Notes(JdbcClient db) {
        this.db = db;
    }

    /** What {@code by} wrote down about a member. */
    record Note(long id, Instant at, MemberId by, String text) {}

    Note add(MemberId member, MemberId by, Instant at, String text) {
        return db.sql(
                        """
                        insert into member_note (member_id, at, by_member, text) values (:memberId, :at, :by, :text)
                        returning *
                        """)
                .param("memberId", member.value())
                .param("at", OffsetDateTime.ofInstant(at, ZoneOffset.UTC))
                .param("by", by.value())
                .param("text", text)
                .query(Notes::note)
                .single();
    }

    /** A page, newest first; {@code before} is the id the page before ended with, or the greatest long. */
    List<Note> page(MemberId member, long before, int limit) {
        return db.sql(
                        """
                        select * from member_note where member_id = :memberId and id < :before
                        order by id desc
                        limit :limit
                        """)
                .param("memberId", member.value())
                .param("before", before)
                .param("limit", limit)
                .query(Notes::note)
                .list();
    }

    private static Note note(ResultSet row, int number) throws SQLException {
        return new Note(
                row.getLong("id"),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                new MemberId(row.getObject("by_member", UUID.class)),
                row.getString("text"));
    }
}
