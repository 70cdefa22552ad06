package org.coopmesh.billing.directdebit;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.directdebit.Mandate.Active;
import org.coopmesh.billing.directdebit.Mandate.Ended;
import org.coopmesh.billing.directdebit.Mandate.Suspended;
import org.coopmesh.billing.directdebit.Mandate.Terms;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for mandates and what they said before. */
@Repository
class Mandates {
    private final JdbcClient db;

    Mandates(JdbcClient db) {
        this.db = db;
    }

    /** How many the payer ever signed. */
    int signed(PayerId payer) {
        return db.sql("select count(*) from direct_debit_mandate where payer_id = :payer")
                .param("payer", payer.value())
                .query(Integer.class)
                .single();
    }

    void insert(Active mandate) {
        Terms terms = mandate.terms();
        db.sql(
                        """
                        insert into direct_debit_mandate (id, reference, payer_id, creditor_id, debtor_name, iban, town, country, once,
                                                          notice_days, signed_by, signed_on, signed_at, state)
                        values (:id, :reference, :payer, :creditor, :name, :iban, :town, :country, :once,
                                :noticeDays, :by, :on, :at, 'active')
                        """)
                .param("id", terms.id())
                .param("reference", terms.reference())
                .param("payer", terms.payer().value())
                .param("creditor", terms.creditorId())
                .param("name", terms.debtor().name())
                .param("iban", terms.debtor().iban())
                .param("town", terms.debtor().town(), Types.VARCHAR)
                .param("country", terms.debtor().country(), Types.VARCHAR)
                .param("once", terms.once())
                .param("noticeDays", terms.noticeDays())
                .param("by", terms.signedBy().value())
                .param("on", terms.signedOn())
                .param("at", terms.signedAt().atOffset(ZoneOffset.UTC))
                .update();
    }

    void update(Mandate mandate) {
        Terms terms = mandate.terms();
        record Change(
                String state, @Nullable String why, @Nullable MemberId by, @Nullable Instant at) {}
        Change change =
                switch (mandate) {
                    case Active active -> new Change("active", null, null, null);
                    case Suspended suspended ->
                            new Change("suspended", suspended.why(), null, suspended.at());
                    case Ended ended ->
                            new Change(
                                    ended.how().name().toLowerCase(Locale.ROOT),
                                    null,
                                    ended.by(),
                                    ended.at());
                };
        db.sql(
                        """
                        update direct_debit_mandate
                           set debtor_name = :name, iban = :iban, town = :town, country = :country, signed_by = :by, signed_on = :on,
                               signed_at = :at, last_used_on = :lastUsedOn, amended = :amended, state = :state, reason = :why,
                               changed_by = :changedBy, changed_at = :changedAt
                         where id = :id
                        """)
                .param("name", terms.debtor().name())
                .param("iban", terms.debtor().iban())
                .param("town", terms.debtor().town(), Types.VARCHAR)
                .param("country", terms.debtor().country(), Types.VARCHAR)
                .param("by", terms.signedBy().value())
                .param("on", terms.signedOn())
                .param("at", terms.signedAt().atOffset(ZoneOffset.UTC))
                .param("lastUsedOn", terms.lastUsedOn(), Types.DATE)
                .param("amended", terms.amended())
                .param("state", change.state())
                .param("why", change.why(), Types.VARCHAR)
                .param("changedBy", change.by() == null ? null : change.by().value(), Types.OTHER)
                .param(
                        "changedAt",
                        change.at() == null ? null : change.at().atOffset(ZoneOffset.UTC),
                        Types.TIMESTAMP_WITH_TIMEZONE)
                .param("id", terms.id())
                .update();
    }

    /** Keeps what the mandate said before it was signed anew. */
    void keepFormer(Terms before, MemberId by, Instant at) {
        db.sql(
                        """
                        insert into direct_debit_amendment (mandate_id, amended_at, debtor_name, iban, amended_by)
                        values (:mandate, :at, :name, :iban, :by)
                        """)
                .param("mandate", before.id())
                .param("at", at.atOffset(ZoneOffset.UTC))
                .param("name", before.debtor().name())
                .param("iban", before.debtor().iban())
                .param("by", by.value())
                .update();
    }

    /** Writes down that these were used for a collection on {@code on}: banks know their account now. */
    void used(Collection<UUID> ids, LocalDate on, Instant at) {
        db.sql(
                        """
                        update direct_debit_mandate
                           set last_used_on = greatest(last_used_on, :on), amended = false,
                               changed_at = case when once and state in ('active', 'suspended') then :at else changed_at end,
                               state = case when once and state in ('active', 'suspended') then 'used' else state end
                         where id = any(:ids)
                        """)
                .param("on", on)
                .param("at", at.atOffset(ZoneOffset.UTC))
                .param("ids", ids.toArray(UUID[]::new))
                .update();
    }

    Optional<Mandate> find(UUID id) {
        return db.sql("select * from direct_debit_mandate where id = :id")
                .param("id", id)
                .query(Mandates::mandate)
                .optional();
    }

    /** Locks the row until the transaction ends. */
    Optional<Mandate> lock(UUID id) {
        return db.sql("select * from direct_debit_mandate where id = :id for update")
                .param("id", id)
                .query(Mandates::mandate)
                .optional();
    }

    /** Active ones, in the order of their ids, those after {@code after}. */
    List<Active> active(@Nullable UUID after, int limit) {
        return db
                .sql(
                        """
                        select * from direct_debit_mandate
                         where state = 'active' and (:after::uuid is null or id > :after) order by id limit :limit
                        """)
                .param("after", after, Types.OTHER)
                .param("limit", limit)
                .query(Mandates::mandate)
                .list()
                .stream()
                .map(Active.class::cast)
                .toList();
    }

    /** Those that nobody used for so long that they are void on {@code today}. */
    List<Mandate> unused(LocalDate usedBefore, int limit) {
        return db.sql(
                        """
                        select * from direct_debit_mandate
                         where state in ('active', 'suspended') and coalesce(last_used_on, signed_on) < :before
                         order by id limit :limit for update skip locked
                        """)
                .param("before", usedBefore)
                .param("limit", limit)
                .query(Mandates::mandate)
                .list();
    }

    /** The payers' mandates, the newest first. */
    List<Mandate> of(Collection<PayerId> payers, int limit) {
        return db.sql(
                        """
                        select * from direct_debit_mandate where payer_id = any(:payers) order by signed_at desc, id limit :limit
                        """)
                .param("payers", payers.stream().map(PayerId::value).toArray(UUID[]::new))
                .param("limit", limit)
                .query(Mandates::mandate)
                .list();
    }

    /**
     * By reference, those after {@code after}.
     *
     * @param state null for any
     */
    List<Mandate> list(@Nullable String state, String after, int limit) {
        return db.sql(
                        """
                        select * from direct_debit_mandate
                         where (:state::text is null or state = :state) and reference > :after order by reference limit :limit
                        """)
                .param("state", state, Types.VARCHAR)
                .param("after", after)
                .param("limit", limit)
                .query(Mandates::mandate)
                .list();
    }

    private static Mandate mandate(ResultSet rs, int row) throws SQLException {
        OffsetDateTime changedAt = rs.getObject("changed_at", OffsetDateTime.class);
        UUID changedBy = rs.getObject("changed_by", UUID.class);
        Instant at = changedAt == null ? Instant.EPOCH : changedAt.toInstant();
        var terms =
                new Terms(
                        rs.getObject("id", UUID.class),
                        rs.getString("reference"),
                        new PayerId(rs.getObject("payer_id", UUID.class)),
                        rs.getString("creditor_id"),
                        new Debtor(
                                rs.getString("debtor_name"),
                                rs.getString("iban"),
                                rs.getString("town"),
                                rs.getString("country")),
                        rs.getBoolean("once"),
                        rs.getInt("notice_days"),
                        new MemberId(rs.getObject("signed_by", UUID.class)),
                        rs.getObject("signed_on", LocalDate.class),
                        rs.getObject("signed_at", OffsetDateTime.class).toInstant(),
                        rs.getObject("last_used_on", LocalDate.class),
                        rs.getBoolean("amended"));
        String state = rs.getString("state");
        return switch (state) {
            case "active" -> new Active(terms);
            case "suspended" -> new Suspended(terms, rs.getString("reason"), at);
            default ->
                    new Ended(
                            terms,
                            Mandate.End.valueOf(state.toUpperCase(Locale.ROOT)),
                            changedBy == null ? null : new MemberId(changedBy),
                            at);
        };
    }
}
