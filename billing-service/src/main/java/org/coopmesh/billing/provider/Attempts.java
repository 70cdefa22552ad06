package org.coopmesh.billing.provider;

import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Collection;
import java.util.Currency;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for attempts, what providers call them, webhooks and how providers are. */
@Repository
class Attempts {
    private final JdbcClient db;

    Attempts(JdbcClient db) {
        this.db = db;
    }

    /** So that two who begin at once begin one; until the transaction ends. */
    void lockInvoice(InvoiceId invoice) {
        db.sql("select pg_advisory_xact_lock(hashtextextended('payment_attempt ' || :invoice, 0))")
                .param("invoice", invoice.value().toString())
                .query()
                .listOfRows();
    }

    void insert(Attempt attempt) {
        db.sql(
                        """
                        insert into payment_attempt (id, provider, invoice_id, number, payer_id, amount_micro, currency, state,
                                                     created_at, changed_at, saving_id, next_look_at)
                        values (:id, :provider, :invoice, :number, :payer, :amount, :currency, :state, :createdAt, :createdAt,
                                :saving, :next)
                        """)
                .param("id", attempt.id())
                .param("provider", attempt.provider().code())
                .param("invoice", attempt.invoice() == null ? null : attempt.invoice().value())
                .param("number", attempt.number())
                .param("payer", attempt.payer().value())
                .param("amount", attempt.amount().microUnits())
                .param("currency", attempt.amount().currency().getCurrencyCode())
                .param("state", code(attempt.state()))
                .param("createdAt", at(attempt.createdAt()))
                .param("saving", attempt.saving())
                .param("next", attempt.nextLookAt() == null ? null : at(attempt.nextLookAt()))
                .update();
    }

    /** One that was begun after {@code since}, for the same amount, and waits for the payer. */
    Optional<Attempt> usable(InvoiceId invoice, Provider provider, Money amount, Instant since) {
        return db.sql(
                        """
                        select * from payment_attempt
                         where invoice_id = :invoice and provider = :provider and amount_micro = :amount
                           and saving_id is null and not closing and state in ('opening', 'open') and created_at > :since
                         order by created_at desc limit 1
                        """)
                .param("invoice", invoice.value())
                .param("provider", provider.code())
                .param("amount", amount.microUnits())
                .param("since", at(since))
                .query(Attempts::attempt)
                .optional();
    }

    int begunSince(InvoiceId invoice, Instant since) {
        return db.sql(
                        """
                        select count(*) from payment_attempt where invoice_id = :invoice and created_at > :since
                        """)
                .param("invoice", invoice.value())
                .param("since", at(since))
                .query(Integer.class)
                .single();
    }

    List<Attempt> of(InvoiceId invoice) {
        return db.sql(
                        """
                        select * from payment_attempt where invoice_id = :invoice order by created_at desc, id desc limit 100
                        """)
                .param("invoice", invoice.value())
                .query(Attempts::attempt)
                .list();
    }

    Optional<Attempt> find(UUID id) {
        return db.sql("select * from payment_attempt where id = :id")
                .param("id", id)
                .query(Attempts::attempt)
                .optional();
    }

    /** Locks it until the transaction ends. */
    Attempt lock(UUID id) {
        return db.sql("select * from payment_attempt where id = :id for update")
                .param("id", id)
                .query(Attempts::attempt)
                .single();
    }

    /** Newest first, before the attempt {@code before}. */
    List<Attempt> list(
            @Nullable Provider provider,
            Attempt.@Nullable State state,
            @Nullable UUID before,
            int limit) {
        return db.sql(
                        """
                        select * from payment_attempt
                         where (:provider::text is null or provider = :provider)
                           and (:state::text is null or state = :state)
                           and (:before::uuid is null
                                or (created_at, id) < (select created_at, id from payment_attempt where id = :before))
                         order by created_at desc, id desc limit :limit
                        """)
                .param("provider", provider == null ? null : provider.code())
                .param("state", state == null ? null : code(state))
                .param("before", before)
                .param("limit", limit)
                .query(Attempts::attempt)
                .list();
    }

    /** Those to be asked about, for one who asks within {@code lease}; who dies meanwhile leaves them to the next. */
    List<Attempt> lease(Instant now, Duration lease, int limit) {
        return db.sql(
                        """
                        update payment_attempt a set next_look_at = :until
                          from (select id from payment_attempt where next_look_at <= :now
                                 order by next_look_at limit :limit for update skip locked) due
                         where a.id = due.id returning a.*
                        """)
                .param("now", at(now))
                .param("until", at(now.plus(lease)))
                .param("limit", limit)
                .query(Attempts::attempt)
                .list();
    }

    /** Writes down how it stands, unless it was rung for meanwhile: then it is asked about again at once. */
    void update(Attempt attempt, Instant now) {
        db.sql(
                        """
                        update payment_attempt
                           set state = :state, page = :page, references_all = :references::text[], received_micro = :received,
                               fee_micro = :fee, payment_id = :payment, why = :why, decline = :decline, changed_at = :changedAt, looks = :looks,
                               next_look_at = case when rings = :rings then :next::timestamptz else :now end
                         where id = :id
                        """)
                .param("id", attempt.id())
                .param("state", code(attempt.state()))
                .param("page", attempt.page() == null ? null : attempt.page().toString())
                .param("references", attempt.references().toArray(String[]::new))
                .param("received", attempt.received().microUnits())
                .param("fee", attempt.fee().microUnits())
                .param("payment", attempt.payment())
                .param("why", attempt.why())
                .param("decline", attempt.decline() == null ? null : attempt.decline().code())
                .param("changedAt", at(attempt.changedAt()))
                .param("looks", attempt.looks())
                .param("rings", attempt.rings())
                .param("next", attempt.nextLookAt() == null ? null : at(attempt.nextLookAt()))
                .param("now", at(now))
                .update();
    }

    /** Has those asked about at once that the provider calls so; tells how many there are. */
    int ring(Provider provider, List<String> references, Instant now) {
        return db.sql(
                        """
                        update payment_attempt set rings = rings + 1, looks = 0, next_look_at = :now
                         where provider = :provider and references_all && :references::text[]
                        """)
                .param("provider", provider.code())
                .param("references", references.toArray(String[]::new))
                .param("now", at(now))
                .update();
    }

    void ring(UUID id, Instant now) {
        db.sql(
                        """
                        update payment_attempt set rings = rings + 1, looks = 0, next_look_at = :now
                         where id = :id and references_all <> '{}'
                        """)
                .param("id", id)
                .param("now", at(now))
                .update();
    }

    /** Has open ones of an invoice asked about: somebody came back from a provider's page. */
    void ring(InvoiceId invoice, Instant now) {
        db.sql(
                        """
                        update payment_attempt set rings = rings + 1, looks = 0, next_look_at = :now
                         where invoice_id = :invoice and state in ('open', 'processing') and next_look_at > :now
                        """)
                .param("invoice", invoice.value())
                .param("now", at(now))
                .update();
    }

    /** Has these not used any more, if they were not used yet: the provider is told at once. */
    void close(Collection<UUID> ids, Instant now) {
        db.sql(
                        """
                        update payment_attempt set closing = true, rings = rings + 1, looks = 0, next_look_at = :now
                         where id = any(:ids) and state in ('opening', 'open', 'processing') and not closing
                        """)
                .param("ids", ids.toArray(UUID[]::new))
                .param("now", at(now))
                .update();
    }

    /** Ends one whose page nobody was ever given. */
    void expire(UUID id, Instant now) {
        db.sql(
                        """
                        update payment_attempt set state = 'expired', changed_at = :now, next_look_at = null
                         where id = :id and state = 'opening'
                        """)
                .param("id", id)
                .param("now", at(now))
                .update();
    }

    List<Attempt> find(Collection<UUID> ids) {
        return db.sql("select * from payment_attempt where id = any(:ids)")
                .param("ids", ids.toArray(UUID[]::new))
                .query(Attempts::attempt)
                .list();
    }

    /** Whether the webhook came for the first time. */
    boolean heard(Provider provider, PaymentProvider.Ring ring, int whatMax, Instant now) {
        return db.sql(
                                """
                                insert into payment_webhook (provider, event_id, what, heard_at)
                                values (:provider, :event, left(:what, :whatMax), :now) on conflict do nothing
                                """)
                        .param("provider", provider.code())
                        .param("event", ring.event())
                        .param("what", ring.what())
                        .param("whatMax", whatMax)
                        .param("now", at(now))
                        .update()
                == 1;
    }

    /** Forgets webhooks from before {@code until}. */
    int forgetWebhooks(Instant until) {
        return db.sql("delete from payment_webhook where heard_at < :until")
                .param("until", at(until))
                .update();
    }

    /** How a provider is doing. */
    record Health(
            @Nullable Instant heardAt,
            @Nullable Instant refusedAt,
            @Nullable String refusedWhy,
            @Nullable Instant answeredAt,
            @Nullable Instant awayAt,
            @Nullable String awayWhy) {}

    Health health(Provider provider) {
        return db.sql("select * from payment_provider_health where provider = :provider")
                .param("provider", provider.code())
                .query((rs, row) ->
                        new Health(
                                instant(rs, "heard_at"),
                                instant(rs, "refused_at"),
                                rs.getString("refused_why"),
                                instant(rs, "answered_at"),
                                instant(rs, "away_at"),
                                rs.getString("away_why")))
                .optional()
                .orElse(new Health(null, null, null, null, null, null));
    }

    /** Writes it down once in {@code pause} at most: webhooks do not wait for one another. */
    void wasHeard(Provider provider, Duration pause, Instant now) {
        known(provider);
        db.sql(
                        """
                        update payment_provider_health set heard_at = :now
                         where provider = :provider and (heard_at is null or heard_at < :before)
                        """)
                .param("provider", provider.code())
                .param("now", at(now))
                .param("before", at(now.minus(pause)))
                .update();
    }

    /** Writes it down once in {@code pause} at most: whoever sends rubbish writes nothing more. */
    void wasRefused(Provider provider, String why, Duration pause, Instant now) {
        known(provider);
        db.sql(
                        """
                        update payment_provider_health set refused_at = :now, refused_why = :why
                         where provider = :provider and (refused_at is null or refused_at < :before)
                        """)
                .param("provider", provider.code())
                .param("why", why)
                .param("now", at(now))
                .param("before", at(now.minus(pause)))
                .update();
    }

    /** Takes no lock where the row is there. */
    private void known(Provider provider) {
        db.sql(
                        """
                        insert into payment_provider_health (provider) values (:provider) on conflict do nothing
                        """)
                .param("provider", provider.code())
                .update();
    }

    void hasAnswered(Provider provider, Instant now) {
        db.sql(
                        """
                        insert into payment_provider_health (provider, answered_at) values (:provider, :now)
                        on conflict (provider) do update set answered_at = excluded.answered_at
                        """)
                .param("provider", provider.code())
                .param("now", at(now))
                .update();
    }

    void wasAway(Provider provider, String why, Instant now) {
        db.sql(
                        """
                        insert into payment_provider_health (provider, away_at, away_why) values (:provider, :now, :why)
                        on conflict (provider) do update set away_at = excluded.away_at, away_why = excluded.away_why
                        """)
                .param("provider", provider.code())
                .param("why", why)
                .param("now", at(now))
                .update();
    }

    private static Attempt attempt(ResultSet rs, int row) throws SQLException {
        Currency currency = Currency.getInstance(rs.getString("currency"));
        String page = rs.getString("page");
        UUID invoice = rs.getObject("invoice_id", UUID.class);
        return new Attempt(
                rs.getObject("id", UUID.class),
                Provider.of(rs.getString("provider")).orElseThrow(),
                invoice == null ? null : new InvoiceId(invoice),
                rs.getString("number"),
                new PayerId(rs.getObject("payer_id", UUID.class)),
                new Money(rs.getLong("amount_micro"), currency),
                Attempt.State.valueOf(rs.getString("state").toUpperCase(Locale.ROOT)),
                page == null ? null : URI.create(page),
                List.copyOf(
                        new LinkedHashSet<>(
                                Arrays.asList(
                                        (String[]) rs.getArray("references_all").getArray()))),
                new Money(rs.getLong("received_micro"), currency),
                new Money(rs.getLong("fee_micro"), currency),
                rs.getObject("payment_id", UUID.class),
                rs.getString("why"),
                rs.getObject("created_at", OffsetDateTime.class).toInstant(),
                rs.getObject("changed_at", OffsetDateTime.class).toInstant(),
                instant(rs, "next_look_at"),
                rs.getInt("looks"),
                rs.getLong("rings"),
                rs.getObject("saving_id", UUID.class),
                rs.getBoolean("closing"),
                Decline.of(rs.getString("decline")));
    }

    private static String code(Attempt.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    private static @Nullable Instant instant(ResultSet rs, String column) throws SQLException {
        OffsetDateTime at = rs.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }

    private static OffsetDateTime at(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
