package org.coopmesh.billing.document;

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
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for documents: what waits, and what is drawn up. */
@Repository
class Documents {
    private final JdbcClient db;

    Documents(JdbcClient db) {
        this.db = db;
    }

    /** How far the drawing up has come. */
    record Count(long waiting, long ready, long failed) {}

    /** A document that could not be drawn up. */
    record Failed(UUID id, String number, int attempts, String why) {}

    /** What is kept of a document. */
    record Kept(UUID id, String number, byte[] pdf, byte[] xml) {}

    /** A document that waits to be drawn up. */
    record Waiting(UUID id, int attempts) {}

    /** The last number of the series that is queued; zero for none. */
    long lastQueued(String series) {
        return db.sql("select coalesce(max(number), 0) from document where series = :series")
                .param("series", series)
                .query(Long.class)
                .single();
    }

    /** Something issued that has no document yet. */
    record Issued(UUID id, String series, long number, UUID payer, LocalDate issuedOn) {}

    void queue(List<Issued> issued, Instant at) {
        db.sql(
                        """
                        insert into document (invoice_id, series, number, payer_id, issued_on, state, try_after)
                        select i.id, i.series, i.number, i.payer_id, i.issued_on::date, 'waiting', :at
                          from unnest(:ids::uuid[], :series::text[], :numbers::bigint[], :payers::uuid[], :days::text[])
                               as i (id, series, number, payer_id, issued_on)
                        on conflict do nothing
                        """)
                .param("at", at.atOffset(ZoneOffset.UTC))
                .param("ids", issued.stream().map(Issued::id).toArray(UUID[]::new))
                .param("series", issued.stream().map(Issued::series).toArray(String[]::new))
                .param("numbers", issued.stream().map(Issued::number).toArray(Long[]::new))
                .param("payers", issued.stream().map(Issued::payer).toArray(UUID[]::new))
                .param(
                        "days",
                        issued.stream()
                                .map(each -> each.issuedOn().toString())
                                .toArray(String[]::new))
                .update();
    }

    /** The next to draw up, locked; another replica takes another. */
    Optional<Waiting> lockNext(Instant now) {
        return db.sql(
                        """
                        select invoice_id, attempts from document where state = 'waiting' and try_after <= :now
                         order by series, number limit 1 for update skip locked
                        """)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .query((rs, row) ->
                        new Waiting(rs.getObject("invoice_id", UUID.class), rs.getInt("attempts")))
                .optional();
    }

    void keep(UUID id, byte[] pdf, byte[] xml, byte[] pdfHash, byte[] xmlHash, Instant at) {
        db.sql(
                        """
                        update document set state = 'ready', pdf = :pdf, xml = :xml, pdf_sha256 = :pdfHash, xml_sha256 = :xmlHash,
                                            drawn_up_at = :at, failure = null
                         where invoice_id = :id
                        """)
                .param("pdf", pdf)
                .param("xml", xml)
                .param("pdfHash", pdfHash)
                .param("xmlHash", xmlHash)
                .param("at", at.atOffset(ZoneOffset.UTC))
                .param("id", id)
                .update();
    }

    /** @param again when to try again; null to leave it to a person */
    void fail(UUID id, int attempts, String why, @Nullable Instant again) {
        db.sql(
                        """
                        update document set state = :state, attempts = :attempts, failure = :why,
                                            try_after = coalesce(:again, try_after)
                         where invoice_id = :id
                        """)
                .param("state", again == null ? "failed" : "waiting")
                .param("attempts", attempts)
                .param("why", why)
                .param("again", again == null ? null : again.atOffset(ZoneOffset.UTC))
                .param("id", id)
                .update();
    }

    int retryFailed(Instant at) {
        return db.sql(
                        "update document set state = 'waiting', attempts = 0, try_after = :at where state = 'failed'")
                .param("at", at.atOffset(ZoneOffset.UTC))
                .update();
    }

    Count count() {
        return db.sql(
                        """
                        select count(*) filter (where state = 'waiting') as waiting, count(*) filter (where state = 'ready') as ready,
                               count(*) filter (where state = 'failed') as failed
                          from document
                        """)
                .query((rs, row) ->
                        new Count(rs.getLong("waiting"), rs.getLong("ready"), rs.getLong("failed")))
                .single();
    }

    List<Failed> failed(int limit) {
        return db.sql(
                        """
                        select invoice_id, series, number, attempts, failure from document where state = 'failed'
                         order by series, number limit :limit
                        """)
                .param("limit", limit)
                .query((rs, row) ->
                        new Failed(
                                rs.getObject("invoice_id", UUID.class),
                                number(rs),
                                rs.getInt("attempts"),
                                rs.getString("failure")))
                .list();
    }

    /** How the document of one invoice stands; hashes are null until it is ready. */
    record State(
            String state,
            @Nullable Instant drawnUpAt,
            byte @Nullable [] pdfHash,
            byte @Nullable [] xmlHash) {}

    Optional<State> state(UUID id) {
        return db.sql(
                        "select state, drawn_up_at, pdf_sha256, xml_sha256 from document where invoice_id = :id")
                .param("id", id)
                .query((rs, row) -> {
                    OffsetDateTime at = rs.getObject("drawn_up_at", OffsetDateTime.class);
                    return new State(
                            rs.getString("state"),
                            at == null ? null : at.toInstant(),
                            rs.getBytes("pdf_sha256"),
                            rs.getBytes("xml_sha256"));
                })
                .optional();
    }

    Optional<Kept> find(UUID id) {
        return db.sql("select * from document where invoice_id = :id and state = 'ready'")
                .param("id", id)
                .query((rs, row) -> kept(rs))
                .optional();
    }

    /** The invoices of a month whose documents are ready, in the order of their numbers. */
    List<UUID> ready(YearMonth month, int limit) {
        return db.sql(
                        """
                        select invoice_id from document where state = 'ready' and issued_on >= :from and issued_on < :to
                         order by series, number limit :limit
                        """)
                .param("from", month.atDay(1))
                .param("to", month.plusMonths(1).atDay(1))
                .param("limit", limit)
                .query((rs, row) -> rs.getObject("invoice_id", UUID.class))
                .list();
    }

    /** What is drawn up of {@code payers}, the newest first. */
    List<UUID> readyOf(List<PayerId> payers) {
        return db.sql(
                        """
                        select invoice_id from document where state = 'ready' and payer_id = any(:payers)
                         order by issued_on desc, series, number desc
                        """)
                .param("payers", payers.stream().map(PayerId::value).toArray(UUID[]::new))
                .query((rs, row) -> rs.getObject("invoice_id", UUID.class))
                .list();
    }

    private static Kept kept(ResultSet rs) throws SQLException {
        return new Kept(
                rs.getObject("invoice_id", UUID.class),
                number(rs),
                rs.getBytes("pdf"),
                rs.getBytes("xml"));
    }

    private static String number(ResultSet rs) throws SQLException {
        return "%s-%06d".formatted(rs.getString("series"), rs.getLong("number"));
    }
}
