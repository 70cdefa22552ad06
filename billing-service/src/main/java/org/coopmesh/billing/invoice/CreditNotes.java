package org.coopmesh.billing.invoice;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Currency;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.PayerId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for credit notes and their numbers. */
@Repository
class CreditNotes {
    private final JdbcClient db;

    CreditNotes(JdbcClient db) {
        this.db = db;
    }

    /** Takes the next number of the series, which stays locked until the transaction ends: a rollback gives it back. */
    long nextNumber(String series) {
        return db.sql(
                        """
                        insert into credit_note_series (series, last_number) values (:series, 1)
                        on conflict (series) do update set last_number = credit_note_series.last_number + 1
                        returning last_number
                        """)
                .param("series", series)
                .query(Long.class)
                .single();
    }

    void insert(CreditNote note, String series, long number) {
        db.sql(
                        """
                        insert into credit_note (id, invoice_id, series, number, payer_id, issued_on, issued_at, issued_by,
                                                 amount_micro, currency, reason)
                        values (:id, :invoice, :series, :number, :payer, :on, :at, :by, :amount, :currency, :reason)
                        """)
                .param("id", note.id())
                .param("invoice", note.invoice().value())
                .param("series", series)
                .param("number", number)
                .param("payer", note.payer().value())
                .param("on", note.issuedOn())
                .param("at", note.issuedAt().atOffset(ZoneOffset.UTC))
                .param("by", note.issuedBy())
                .param("amount", note.amount().microUnits())
                .param("currency", note.amount().currency().getCurrencyCode())
                .param("reason", note.reason())
                .update();
    }

    /** Those of one invoice, the first first. */
    List<CreditNote> of(InvoiceId invoice) {
        return db.sql(
                        """
                        select c.*, i.series as invoice_series, i.number as invoice_number
                          from credit_note c join invoice i on i.id = c.invoice_id
                         where c.invoice_id = :invoice order by c.series, c.number
                        """)
                .param("invoice", invoice.value())
                .query(CreditNotes::note)
                .list();
    }

    Optional<CreditNote> find(UUID id) {
        return db.sql(
                        """
                        select c.*, i.series as invoice_series, i.number as invoice_number
                          from credit_note c join invoice i on i.id = c.invoice_id where c.id = :id
                        """)
                .param("id", id)
                .query(CreditNotes::note)
                .optional();
    }

    List<String> series() {
        return db.sql("select series from credit_note_series order by series")
                .query((rs, row) -> rs.getString("series"))
                .list();
    }

    /** In the order of their numbers, as for invoices. */
    List<CreditNote> after(String series, long number, int limit) {
        return db.sql(
                        """
                        select c.*, i.series as invoice_series, i.number as invoice_number
                          from credit_note c join invoice i on i.id = c.invoice_id
                         where c.series = :series and c.number > :number order by c.number limit :limit
                        """)
                .param("series", series)
                .param("number", number)
                .param("limit", limit)
                .query(CreditNotes::note)
                .list();
    }

    private static CreditNote note(ResultSet rs, int row) throws SQLException {
        return new CreditNote(
                rs.getObject("id", UUID.class),
                Invoices.number(rs.getString("series"), rs.getLong("number")),
                new InvoiceId(rs.getObject("invoice_id", UUID.class)),
                Invoices.number(rs.getString("invoice_series"), rs.getLong("invoice_number")),
                new PayerId(rs.getObject("payer_id", UUID.class)),
                rs.getObject("issued_on", LocalDate.class),
                rs.getObject("issued_at", OffsetDateTime.class).toInstant(),
                rs.getObject("issued_by", UUID.class),
                new Money(
                        rs.getLong("amount_micro"), Currency.getInstance(rs.getString("currency"))),
                rs.getString("reason"));
    }
}
