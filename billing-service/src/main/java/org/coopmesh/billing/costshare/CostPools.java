package org.coopmesh.billing.costshare;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Currency;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.costshare.CostPool.Declared;
import org.coopmesh.billing.costshare.CostPool.Document;
import org.coopmesh.billing.costshare.CostPool.Heading;
import org.coopmesh.billing.costshare.CostPool.Refused;
import org.coopmesh.billing.costshare.CostPool.Validated;
import org.coopmesh.billing.costshare.CostPool.Validation;
import org.coopmesh.billing.costshare.CostPool.Withdrawn;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.databind.json.JsonMapper;

/** SQL for declared costs, their documents and who validated them. */
@Repository
class CostPools {
    private static final String COLUMNS =
            """
            select p.*, d.name, d.media_type, d.sha256, length(d.content) as bytes
              from cost_pool p left join cost_document d on d.pool_id = p.id
            """;

    private final JdbcClient db;
    private final JsonMapper json;

    CostPools(JdbcClient db, JsonMapper json) {
        this.db = db;
        this.json = json;
    }

    void insert(Declared pool) {
        Heading heading = pool.heading();
        PayerId payee = heading.payee();
        db.sql(
                        """
                        insert into cost_pool (id, purpose, amount_micro, currency, first_month, last_month, policy, payee_id,
                                               declared_by, declared_at, state)
                        values (:id, :purpose, :amount, :currency, :first, :last, :policy, :payee, :by, :at, 'declared')
                        """)
                .param("id", heading.id().value())
                .param("purpose", heading.purpose())
                .param("amount", heading.amount().microUnits())
                .param("currency", heading.amount().currency().getCurrencyCode())
                .param("first", heading.first().atDay(1))
                .param("last", heading.last().atDay(1))
                .param("policy", json.writeValueAsString(PolicyForm.of(heading.policy())))
                .param("payee", payee == null ? null : payee.value())
                .param("by", heading.declaredBy().value())
                .param("at", heading.declaredAt().atOffset(ZoneOffset.UTC))
                .update();
    }

    /** Writes what has become of the pool; validations are added, never removed. */
    void update(CostPool pool) {
        UUID id = pool.heading().id().value();
        switch (pool) {
            case Declared declared -> validated(id, declared.validations());
            case Validated validated -> {
                validated(id, validated.validations());
                db.sql("update cost_pool set state = 'validated' where id = :id")
                        .param("id", id)
                        .update();
            }
            case Refused refused -> end(id, "refused", refused.by(), refused.at(), refused.why());
            case Withdrawn gone -> end(id, "withdrawn", gone.by(), gone.at(), gone.why());
        }
    }

    private void validated(UUID pool, List<Validation> validations) {
        for (Validation validation : validations) {
            db.sql(
                            """
                            insert into cost_validation (pool_id, member_id, validated_at, sha256)
                            values (:pool, :member, :at, :sha256) on conflict do nothing
                            """)
                    .param("pool", pool)
                    .param("member", validation.by().value())
                    .param("at", validation.at().atOffset(ZoneOffset.UTC))
                    .param("sha256", HexFormat.of().parseHex(validation.sha256()))
                    .update();
        }
    }

    private void end(UUID pool, String state, MemberId by, Instant at, String why) {
        db.sql(
                        """
                        update cost_pool set state = :state, ended_by = :by, ended_at = :at, ended_why = :why where id = :id
                        """)
                .param("state", state)
                .param("by", by.value())
                .param("at", at.atOffset(ZoneOffset.UTC))
                .param("why", why)
                .param("id", pool)
                .update();
    }

    void attach(CostPoolId pool, Document document, byte[] content, Instant at) {
        db.sql(
                        """
                        insert into cost_document (pool_id, name, media_type, sha256, content, uploaded_at)
                        values (:pool, :name, :type, :sha256, :content, :at)
                        on conflict (pool_id) do update
                           set name = excluded.name, media_type = excluded.media_type, sha256 = excluded.sha256,
                               content = excluded.content, uploaded_at = excluded.uploaded_at
                        """)
                .param("pool", pool.value())
                .param("name", document.name())
                .param("type", document.mediaType())
                .param("sha256", HexFormat.of().parseHex(document.sha256()))
                .param("content", content)
                .param("at", at.atOffset(ZoneOffset.UTC))
                .update();
    }

    Optional<byte[]> content(CostPoolId pool) {
        return db.sql("select content from cost_document where pool_id = :pool")
                .param("pool", pool.value())
                .query((rs, row) -> rs.getBytes("content"))
                .optional();
    }

    Optional<CostPool> find(CostPoolId id) {
        return db.sql(COLUMNS + " where p.id = :id")
                .param("id", id.value())
                .query(this::pool)
                .optional();
    }

    /** Locks the row until the transaction ends, so that two validators count as two. */
    Optional<CostPool> lock(CostPoolId id) {
        return db.sql("select id from cost_pool where id = :id for update")
                .param("id", id.value())
                .query(UUID.class)
                .optional()
                .flatMap(locked -> find(id));
    }

    /** Newest first, those after {@code after}; in {@code state}, or in any where that is null. */
    List<CostPool> list(@Nullable String state, @Nullable CostPoolId after, int limit) {
        return db.sql(
                        COLUMNS
                                + """
                                 where (:state::text is null or p.state = :state)
                                   and (:after::uuid is null or (p.declared_at, p.id) <
                                        (select a.declared_at, a.id from cost_pool a where a.id = :after))
                                 order by p.declared_at desc, p.id desc limit :limit
                                """)
                .param("state", state, java.sql.Types.VARCHAR)
                .param("after", after == null ? null : after.value(), java.sql.Types.OTHER)
                .param("limit", limit)
                .query(this::pool)
                .list();
    }

    /** Declared or validated costs of which a month lies in {@code first} to {@code last}. */
    List<CostPool> underWay(YearMonth first, YearMonth last) {
        return db.sql(
                        COLUMNS
                                + """
                                 where p.state in ('declared', 'validated') and p.first_month <= :last and p.last_month >= :first
                                 order by p.declared_at, p.id
                                """)
                .param("first", first.atDay(1))
                .param("last", last.atDay(1))
                .query(this::pool)
                .list();
    }

    /** Validated costs that begin in {@code closed} or before, in the order in which they were declared. */
    List<CostPool> validatedUpTo(YearMonth closed) {
        return db.sql(
                        COLUMNS
                                + """
                                 where p.state = 'validated' and p.first_month <= :closed
                                 order by p.declared_at, p.id
                                """)
                .param("closed", closed.atDay(1))
                .query(this::pool)
                .list();
    }

    private List<Validation> validations(UUID pool) {
        return db.sql(
                        """
                        select member_id, validated_at, sha256 from cost_validation where pool_id = :pool
                         order by validated_at, member_id
                        """)
                .param("pool", pool)
                .query((rs, row) ->
                        new Validation(
                                new MemberId(rs.getObject("member_id", UUID.class)),
                                rs.getObject("validated_at", OffsetDateTime.class).toInstant(),
                                HexFormat.of().formatHex(rs.getBytes("sha256"))))
                .list();
    }

    private CostPool pool(ResultSet rs, int row) throws SQLException {
        Currency currency = Currency.getInstance(rs.getString("currency"));
        UUID id = rs.getObject("id", UUID.class);
        UUID payee = rs.getObject("payee_id", UUID.class);
        String name = rs.getString("name");
        var heading =
                new Heading(
                        new CostPoolId(id),
                        rs.getString("purpose"),
                        new Money(rs.getLong("amount_micro"), currency),
                        YearMonth.from(rs.getObject("first_month", LocalDate.class)),
                        YearMonth.from(rs.getObject("last_month", LocalDate.class)),
                        json.readValue(rs.getString("policy"), PolicyForm.class).policy(currency),
                        payee == null ? null : new PayerId(payee),
                        new MemberId(rs.getObject("declared_by", UUID.class)),
                        rs.getObject("declared_at", OffsetDateTime.class).toInstant(),
                        name == null
                                ? null
                                : new Document(
                                        name,
                                        rs.getString("media_type"),
                                        HexFormat.of().formatHex(rs.getBytes("sha256")),
                                        rs.getLong("bytes")));
        return switch (rs.getString("state")) {
            case "declared" -> new Declared(heading, validations(id));
            case "validated" -> new Validated(heading, validations(id));
            case "refused" ->
                    new Refused(
                            heading,
                            new MemberId(rs.getObject("ended_by", UUID.class)),
                            rs.getObject("ended_at", OffsetDateTime.class).toInstant(),
                            rs.getString("ended_why"));
            case "withdrawn" ->
                    new Withdrawn(
                            heading,
                            new MemberId(rs.getObject("ended_by", UUID.class)),
                            rs.getObject("ended_at", OffsetDateTime.class).toInstant(),
                            rs.getString("ended_why"));
            default -> throw new IllegalStateException("state of " + id);
        };
    }
}
