package org.coopmesh.billing.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for months that are closed, or asked to be. */
@Repository
class ClosedMonths {
    private static final int MONTHS_MAX = 240;

    private final JdbcClient db;

    ClosedMonths(JdbcClient db) {
        this.db = db;
    }

    /** Waits for whoever is posting and holds off whoever wants to, until the transaction ends. */
    void holdPostings() {
        db.sql("set local lock_timeout = '5s'").update();
        db.sql("lock table ledger_transaction in share mode").update();
    }

    /** Newest first. */
    List<ClosedMonth> all() {
        return db.sql("select * from ledger_closed_month order by month desc limit :max")
                .param("max", MONTHS_MAX)
                .query(ClosedMonths::closed)
                .list();
    }

    List<CloseRequest> requests() {
        return db.sql("select * from ledger_close_request order by month")
                .query(ClosedMonths::request)
                .list();
    }

    Optional<CloseRequest> request(YearMonth month) {
        return db.sql("select * from ledger_close_request where month = :month for update")
                .param("month", month.atDay(1))
                .query(ClosedMonths::request)
                .optional();
    }

    /** The first to ask stays the one who asked. */
    void ask(YearMonth month, UUID who, Instant now) {
        db.sql(
                        """
                        insert into ledger_close_request (month, asked_by, asked_at) values (:month, :who, :now)
                        on conflict do nothing
                        """)
                .param("month", month.atDay(1))
                .param("who", who)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .update();
    }

    void close(CloseRequest request, Instant until, UUID who, Instant now) {
        db.sql(
                        """
                        insert into ledger_closed_month (month, closed_until, asked_by, asked_at, agreed_by, agreed_at)
                        values (:month, :until, :askedBy, :askedAt, :agreedBy, :now)
                        """)
                .param("month", request.month().atDay(1))
                .param("until", until.atOffset(ZoneOffset.UTC))
                .param("askedBy", request.askedBy())
                .param("askedAt", request.askedAt().atOffset(ZoneOffset.UTC))
                .param("agreedBy", who)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .update();
        db.sql("delete from ledger_close_request where month <= :month")
                .param("month", request.month().atDay(1))
                .update();
    }

    private static ClosedMonth closed(ResultSet rs, int row) throws SQLException {
        return new ClosedMonth(
                YearMonth.from(rs.getObject("month", LocalDate.class)),
                rs.getObject("closed_until", OffsetDateTime.class).toInstant(),
                rs.getObject("asked_by", UUID.class),
                rs.getObject("agreed_by", UUID.class),
                rs.getObject("agreed_at", OffsetDateTime.class).toInstant());
    }

    private static CloseRequest request(ResultSet rs, int row) throws SQLException {
        return new CloseRequest(
                YearMonth.from(rs.getObject("month", LocalDate.class)),
                rs.getObject("asked_by", UUID.class),
                rs.getObject("asked_at", OffsetDateTime.class).toInstant());
    }
}
