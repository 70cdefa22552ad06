package org.coopmesh.billing.provider;

import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for what payers let providers keep. */
@Repository
class Savings {
    private final JdbcClient db;

    Savings(JdbcClient db) {
        this.db = db;
    }

    void insert(Saving saving) {
        db.sql(
                        """
                        insert into payment_saving (id, provider, payer_id, state, begun_by, begun_at)
                        values (:id, :provider, :payer, :state, :by, :at)
                        """)
                .param("id", saving.id())
                .param("provider", saving.provider().code())
                .param("payer", saving.payer().value())
                .param("state", saving.state().code())
                .param("by", saving.by().value())
                .param("at", at(saving.begunAt()))
                .update();
    }

    int begunSince(PayerId payer, Instant since) {
        return db.sql(
                        "select count(*) from payment_saving where payer_id = :payer and begun_at > :since")
                .param("payer", payer.value())
                .param("since", at(since))
                .query(Integer.class)
                .single();
    }

    Optional<Saving> find(UUID id) {
        return db.sql("select * from payment_saving where id = :id")
                .param("id", id)
                .query(Savings::saving)
                .optional();
    }

    /** Locks it until the transaction ends. */
    Optional<Saving> lock(UUID id) {
        return db.sql("select * from payment_saving where id = :id for update")
                .param("id", id)
                .query(Savings::saving)
                .optional();
    }

    /** What can be charged, of these payers, the newest first. */
    List<Saving> saved(Collection<PayerId> payers, int limit) {
        return db.sql(
                        """
                        select * from payment_saving where payer_id = any(:payers) and state = 'saved'
                         order by begun_at desc, id limit :limit
                        """)
                .param("payers", payers.stream().map(PayerId::value).toArray(UUID[]::new))
                .param("limit", limit)
                .query(Savings::saving)
                .list();
    }

    /** Those to be asked about, for one who asks within {@code lease}. */
    List<Saving> lease(Instant now, Duration lease, int limit) {
        return db.sql(
                        """
                        update payment_saving s set next_look_at = :until
                          from (select id from payment_saving where next_look_at <= :now
                                 order by next_look_at limit :limit for update skip locked) due
                         where s.id = due.id returning s.*
                        """)
                .param("now", at(now))
                .param("until", at(now.plus(lease)))
                .param("limit", limit)
                .query(Savings::saving)
                .list();
    }

    void update(Saving saving) {
        db.sql(
                        """
                        update payment_saving
                           set state = :state, page = :page, reference = :reference, customer = :customer, method = :method,
                               label = :label, saved_at = :savedAt, ended_at = :endedAt, forgotten_at = :forgottenAt,
                               looks = :looks, next_look_at = :next
                         where id = :id
                        """)
                .param("id", saving.id())
                .param("state", saving.state().code())
                .param("page", saving.page() == null ? null : saving.page().toString())
                .param("reference", saving.reference())
                .param("customer", saving.customer())
                .param("method", saving.method())
                .param("label", saving.label())
                .param("savedAt", at(saving.savedAt()))
                .param("endedAt", at(saving.endedAt()))
                .param("forgottenAt", at(saving.forgottenAt()))
                .param("looks", saving.looks())
                .param("next", at(saving.nextLookAt()))
                .update();
    }

    /** Has those asked about at once that the provider calls so. */
    void ring(Provider provider, List<String> references, Instant now) {
        db.sql(
                        """
                        update payment_saving set looks = 0, next_look_at = :now
                         where provider = :provider and reference = any(:references) and state = 'open'
                        """)
                .param("provider", provider.code())
                .param("references", references.toArray(String[]::new))
                .param("now", at(now))
                .update();
    }

    /** Has those asked about at once that these payers were given a page for. */
    void ring(Collection<PayerId> payers, Instant now) {
        db.sql(
                        """
                        update payment_saving set looks = 0, next_look_at = :now
                         where payer_id = any(:payers) and state = 'open' and next_look_at > :now
                        """)
                .param("payers", payers.stream().map(PayerId::value).toArray(UUID[]::new))
                .param("now", at(now))
                .update();
    }

    private static Saving saving(ResultSet rs, int row) throws SQLException {
        String page = rs.getString("page");
        return new Saving(
                rs.getObject("id", UUID.class),
                Provider.of(rs.getString("provider")).orElseThrow(),
                new PayerId(rs.getObject("payer_id", UUID.class)),
                Saving.State.valueOf(rs.getString("state").toUpperCase(Locale.ROOT)),
                page == null ? null : URI.create(page),
                rs.getString("reference"),
                rs.getString("customer"),
                rs.getString("method"),
                rs.getString("label"),
                new MemberId(rs.getObject("begun_by", UUID.class)),
                rs.getObject("begun_at", OffsetDateTime.class).toInstant(),
                instant(rs, "saved_at"),
                instant(rs, "ended_at"),
                instant(rs, "forgotten_at"),
                rs.getInt("looks"),
                instant(rs, "next_look_at"));
    }

    private static @Nullable Instant instant(ResultSet rs, String column) throws SQLException {
        OffsetDateTime at = rs.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }

    private static @Nullable OffsetDateTime at(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }
}
