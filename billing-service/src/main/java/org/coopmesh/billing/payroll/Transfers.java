package org.coopmesh.billing.payroll;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.subscription.MemberId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for files of transfers. */
@Repository
class Transfers {
    private final JdbcClient db;

    Transfers(JdbcClient db) {
        this.db = db;
    }

    void insert(Transfer transfer, String file) {
        db.sql(
                        """
                        insert into pay_transfer (id, run_id, message_id, file, made_by, made_at)
                        values (:id, :run, :message, :file, :by, :at)
                        """)
                .param("id", transfer.id())
                .param("run", transfer.run())
                .param("message", transfer.messageId())
                .param("file", file)
                .param("by", transfer.madeBy().value())
                .param("at", transfer.madeAt().atOffset(ZoneOffset.UTC))
                .update();
    }

    /** How many were ever made for the run. */
    int made(UUID run) {
        return db.sql("select count(*) from pay_transfer where run_id = :run")
                .param("run", run)
                .query(Integer.class)
                .single();
    }

    /** Those that were not withdrawn, the newest first, with the lines that are in them. */
    List<Transfer> of(UUID run) {
        return db.sql(
                        """
                        select t.id, t.run_id, t.message_id, t.made_by, t.made_at,
                               (select coalesce(string_agg(l.line::text, ',' order by l.line), '') from pay_line l
                                 where l.transfer_id = t.id) as lines
                          from pay_transfer t where t.run_id = :run and t.withdrawn_at is null order by t.made_at desc, t.id
                        """)
                .param("run", run)
                .query((rs, row) ->
                        new Transfer(
                                rs.getObject("id", UUID.class),
                                rs.getObject("run_id", UUID.class),
                                rs.getString("message_id"),
                                Arrays.stream(rs.getString("lines").split(","))
                                        .filter(line -> !line.isEmpty())
                                        .map(Integer::valueOf)
                                        .toList(),
                                new MemberId(rs.getObject("made_by", UUID.class)),
                                rs.getObject("made_at", OffsetDateTime.class).toInstant()))
                .list();
    }

    /** The file as it was made, also of one that was withdrawn. */
    Optional<String> file(UUID run, UUID id) {
        return db.sql("select file from pay_transfer where run_id = :run and id = :id")
                .param("run", run)
                .param("id", id)
                .query(String.class)
                .optional();
    }

    void withdraw(UUID id, MemberId by, Instant at) {
        db.sql("update pay_transfer set withdrawn_by = :by, withdrawn_at = :at where id = :id")
                .param("by", by.value())
                .param("at", at.atOffset(ZoneOffset.UTC))
                .param("id", id)
                .update();
    }
}
