package org.coopmesh.abuse.subject;

import java.time.Instant;
import java.time.ZoneOffset;
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

    void add(LookUp lookUp, Optional<Subject> found, Instant now) {
        db.sql(
                        """
                        insert into look_up (look_up_id, case_id, moderator_id, reason, address, at, attachment_id,
                            looked_up_at)
                        values (:id, :caseId, :moderator, :reason, cast(:address as inet), :at,
                            cast(:attachment as uuid), :now)
                        """)
                .param("id", UUID.randomUUID())
                .param("caseId", lookUp.caseId().value())
                .param("moderator", lookUp.moderator().value())
                .param("reason", lookUp.reason())
                .param("address", lookUp.address().addressText())
                .param("at", lookUp.at().atOffset(ZoneOffset.UTC))
                .param("attachment", found.map(s -> s.attachment().value()).orElse(null))
                .param("now", now.atOffset(ZoneOffset.UTC))
                .update();
    }
}
