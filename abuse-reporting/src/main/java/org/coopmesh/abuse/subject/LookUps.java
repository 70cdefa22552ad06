package org.coopmesh.abuse.subject;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for the record of look-ups, found or not. The database refuses to change or remove a line of it. */
@Repository
class LookUps {
    private final JdbcClient db;

    LookUps(JdbcClient db) {
        this.db = db;
    }

    /** The id of the line. */
    UUID add(LookUp lookUp, Optional<Subject> found, Instant now) {
        UUID id = UUID.randomUUID();
        db.sql(
                        """
                        insert into look_up (look_up_id, case_id, moderator_id, reason, address, port, at, attachment_id,
                            looked_up_at)
                        values (:id, :caseId, :moderator, :reason, cast(:address as inet),
                            cast(:port as integer), :at, cast(:attachment as uuid), :now)
                        """)
                .param("id", id)
                .param("caseId", lookUp.caseId().value())
                .param("moderator", lookUp.moderator().value())
                .param("reason", lookUp.reason())
                .param("address", lookUp.address().addressText())
                .param("port", lookUp.port())
                .param("at", lookUp.at().atOffset(ZoneOffset.UTC))
                .param("attachment", found.map(s -> s.attachment().value()).orElse(null))
                .param("now", now.atOffset(ZoneOffset.UTC))
                .update();
        return id;
    }

    /** Asks for a second moderator, unless this one has asked already and nobody agreed. */
    void ask(LookUp lookUp, Instant now) {
        db.sql(
                        """
                        insert into look_up_request (request_id, case_id, moderator_id, reason, asked_at)
                        select :id, :caseId, :moderator, :reason, :now
                        where not exists (
                            select from look_up_request r left join look_up_agreement a using (request_id)
                            where r.case_id = :caseId and r.moderator_id = :moderator and a.request_id is null)
                        """)
                .param("id", UUID.randomUUID())
                .param("caseId", lookUp.caseId().value())
                .param("moderator", lookUp.moderator().value())
                .param("reason", lookUp.reason())
                .param("now", now.atOffset(ZoneOffset.UTC))
                .update();
    }

    /** The request of a moderator that somebody agreed to and nobody used. */
    Optional<UUID> agreed(CaseId caseId, MemberId moderator) {
        return db.sql(
                        """
                        select r.request_id from look_up_request r join look_up_agreement a using (request_id)
                        where r.case_id = :caseId and r.moderator_id = :moderator
                          and not exists (select from look_up_use u where u.request_id = r.request_id)
                        order by a.agreed_at limit 1
                        """)
                .param("caseId", caseId.value())
                .param("moderator", moderator.value())
                .query((rs, row) -> rs.getObject("request_id", UUID.class))
                .optional();
    }

    /** Agrees to what waits in a case and another asked for; false if nothing does. */
    boolean agree(CaseId caseId, MemberId second, Instant now) {
        return db.sql(
                                """
                                insert into look_up_agreement (request_id, by_id, agreed_at)
                                select r.request_id, :second, :now from look_up_request r
                                where r.case_id = :caseId and r.moderator_id <> :second
                                on conflict do nothing
                                """)
                        .param("caseId", caseId.value())
                        .param("second", second.value())
                        .param("now", now.atOffset(ZoneOffset.UTC))
                        .update()
                > 0;
    }

    /** Requests that nobody agreed to, oldest first. */
    List<SubjectRegister.WaitingLookUp> waiting(int limit) {
        return db.sql(
                        """
                        select r.case_id, r.moderator_id, r.reason, r.asked_at
                        from look_up_request r left join look_up_agreement a using (request_id)
                        where a.request_id is null order by r.asked_at, r.request_id limit :limit
                        """)
                .param("limit", limit)
                .query((rs, row) ->
                        new SubjectRegister.WaitingLookUp(
                                new CaseId(rs.getObject("case_id", UUID.class)),
                                new MemberId(rs.getObject("moderator_id", UUID.class)),
                                rs.getString("reason"),
                                instant(rs, "asked_at")))
                .list();
    }

    /** What was looked up before {@code before}, newest first. */
    List<SubjectRegister.PastLookUp> past(Instant before, int limit) {
        return db.sql(
                        """
                        select l.case_id, l.moderator_id, l.reason, l.looked_up_at, l.attachment_id is not null as found, a.by_id
                        from look_up l left join look_up_use u using (look_up_id) left join look_up_agreement a using (request_id)
                        where l.looked_up_at < :before order by l.looked_up_at desc, l.look_up_id limit :limit
                        """)
                .param("before", before.atOffset(ZoneOffset.UTC))
                .param("limit", limit)
                .query((rs, row) -> {
                    UUID by = rs.getObject("by_id", UUID.class);
                    return new SubjectRegister.PastLookUp(
                            new CaseId(rs.getObject("case_id", UUID.class)),
                            new MemberId(rs.getObject("moderator_id", UUID.class)),
                            rs.getString("reason"),
                            rs.getBoolean("found"),
                            by == null ? null : new MemberId(by),
                            instant(rs, "looked_up_at"));
                })
                .list();
    }

    private static Instant instant(ResultSet rs, String column) throws SQLException {
        return rs.getObject(column, OffsetDateTime.class).toInstant();
    }

    void use(UUID request, UUID lookUp) {
        db.sql("insert into look_up_use (request_id, look_up_id) values (:request, :lookUp)")
                .param("request", request)
                .param("lookUp", lookUp)
                .update();
    }
}
