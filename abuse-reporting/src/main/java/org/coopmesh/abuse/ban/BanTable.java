package org.coopmesh.abuse.ban;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.abuse.ban.Ban.Declined;
import org.coopmesh.abuse.ban.Ban.Expired;
import org.coopmesh.abuse.ban.Ban.InForce;
import org.coopmesh.abuse.ban.Ban.Lifted;
import org.coopmesh.abuse.ban.Ban.Proposed;
import org.coopmesh.abuse.ban.Ban.Replaced;
import org.coopmesh.abuse.decision.AlreadyBanned;
import org.coopmesh.abuse.decision.DecisionId;
import org.coopmesh.abuse.decision.MeasureId;
import org.coopmesh.abuse.decision.Term;
import org.coopmesh.abuse.subject.CaseId;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.Target;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for bans. What was ordered and what became of it is only ever added to; what holds now is kept beside it. */
@Repository
class BanTable {
    private static final String COLUMNS =
            """
            select b.ban_id, ban_number, target_kind, target_value, until, permanent, b.reason, case_id, decision_id,
                measure_id, simulated, ordered_by, ordered_at,
                s.by_member_id as imposed_by, s.at as imposed_at,
                e.step as end_step, e.by_member_id as ended_by, e.reason as end_reason, e.at as ended_at
            from ban b
            left join ban_step s on s.ban_id = b.ban_id and s.step = 'imposed'
            left join ban_step e on e.ban_id = b.ban_id and e.step <> 'imposed'
            """;

    private final JdbcClient db;

    BanTable(JdbcClient db) {
        this.db = db;
    }

    /** Which bans a list shows. */
    enum Shown {
        ACTIVE,
        PAST,
        PROPOSED
    }

    /** A page of bans, newest first, beginning below the number {@code before}. */
    record Page(@Nullable Shown shown, long before, int limit) {}

    record Listed(Ban ban, long number) {}

    void add(Order order) {
        UUID decision = null;
        UUID measure = null;
        if (order.origin() instanceof Origin.OfDecision of) {
            decision = of.decision().value();
            measure = of.measure().value();
        }
        CaseId caseId = order.caseId();
        Instant until = order.term().until();
        db.sql(
                        """
                        insert into ban (ban_id, target_kind, target_value, until, permanent, reason, case_id,
                            decision_id, measure_id, simulated, ordered_by, ordered_at)
                        values (:id, :kind, :value, cast(:until as timestamptz), :permanent, :reason,
                            cast(:caseId as uuid), cast(:decision as uuid), cast(:measure as uuid), :simulated, :by, :at)
                        """)
                .param("id", order.id().value())
                .param("kind", order.target().kind())
                .param("value", order.target().value())
                .param("until", until == null ? null : time(until))
                .param("permanent", order.term() instanceof Term.Permanent)
                .param("reason", order.reason())
                .param("caseId", caseId == null ? null : caseId.value())
                .param("decision", decision)
                .param("measure", measure)
                .param("simulated", order.origin() instanceof Origin.Trial)
                .param("by", order.orderedBy().value())
                .param("at", time(order.orderedAt()))
                .update();
    }

    /** @throws AlreadyBanned if another transaction has banned the same target meanwhile */
    void addInForce(InForce ban) {
        addStep(ban.order().id(), "imposed", ban.imposedBy(), null, ban.imposedAt());
        Instant until = ban.order().term().until();
        try {
            db.sql(
                            """
                            insert into ban_in_force (target, ban_id, until, simulated)
                            values (:target, :id, cast(:until as timestamptz), :simulated)
                            """)
                    .param("target", ban.order().target().text())
                    .param("id", ban.order().id().value())
                    .param("until", until == null ? null : time(until))
                    .param("simulated", ban.order().origin() instanceof Origin.Trial)
                    .update();
        } catch (DuplicateKeyException e) {
            throw new AlreadyBanned(ban.order().target());
        }
    }

    /** @throws IllegalArgumentException if {@code ended} has not ended */
    void end(Ban ended) {
        BanId id = ended.order().id();
        switch (ended) {
            case Declined d -> addStep(id, "declined", d.by(), d.reason(), d.at());
            case Lifted l -> addStep(id, "lifted", l.by(), l.reason(), l.at());
            case Expired e -> addStep(id, "expired", null, null, e.at());
            case Replaced r -> addStep(id, "replaced", null, null, r.at());
            case Proposed p -> throw new IllegalArgumentException("not ended: " + id);
            case InForce i -> throw new IllegalArgumentException("not ended: " + id);
        }
        db.sql("delete from ban_in_force where ban_id = :id").param("id", id.value()).update();
    }

    private void addStep(
            BanId id, String step, @Nullable MemberId by, @Nullable String reason, Instant at) {
        db.sql(
                        """
                        insert into ban_step (ban_id, step, by_member_id, reason, at)
                        values (:id, :step, cast(:by as uuid), :reason, :at)
                        """)
                .param("id", id.value())
                .param("step", step)
                .param("by", by == null ? null : by.value())
                .param("reason", reason)
                .param("at", time(at))
                .update();
    }

    Optional<Ban> find(BanId id) {
        return db.sql(COLUMNS + "where b.ban_id = :id")
                .param("id", id.value())
                .query(BanTable::ban)
                .optional();
    }

    /** Locks the row until the transaction ends, so that a ban ends once. */
    Optional<Ban> lock(BanId id) {
        db.sql("select 1 from ban where ban_id = :id for update")
                .param("id", id.value())
                .query(Integer.class)
                .optional();
        return find(id);
    }

    /** The ban that holds for the very target, locked; of those that are tried out, or of the others. */
    Optional<InForce> lockInForce(Target target, boolean simulated) {
        return lockHeld(
                        db.sql(
                                        "select ban_id from ban_in_force where target = :target and simulated = :simulated")
                                .param("target", target.text())
                                .param("simulated", simulated)
                                .query(BanTable::id)
                                .list())
                .stream()
                .findFirst();
    }

    /** The bans of a decision that hold, locked in id order. */
    List<InForce> lockInForce(DecisionId decision) {
        return lockHeld(
                db.sql(
                                """
                                select ban_id from ban_in_force join ban using (ban_id)
                                where decision_id = :decision order by ban_id
                                """)
                        .param("decision", decision.value())
                        .query(BanTable::id)
                        .list());
    }

    /** Bans whose time is over, locked; those that another transaction holds are left to it. */
    List<InForce> lockDue(Instant now, int limit) {
        return db
                .sql(
                        """
                        select b.ban_id from ban_in_force f join ban b using (ban_id)
                        where f.until <= :now order by f.until limit :limit for update of b skip locked
                        """)
                .param("now", time(now))
                .param("limit", limit)
                .query(BanTable::id)
                .list()
                .stream()
                .flatMap(id -> inForce(id).stream())
                .toList();
    }

    private List<InForce> lockHeld(List<UUID> ids) {
        for (UUID id : ids) {
            db.sql("select 1 from ban where ban_id = :id for update")
                    .param("id", id)
                    .query(Integer.class)
                    .optional();
        }
        return ids.stream().flatMap(id -> inForce(id).stream()).toList();
    }

    private static UUID id(ResultSet rs, int row) throws SQLException {
        return rs.getObject("ban_id", UUID.class);
    }

    /** Empty if it ended while we waited for the lock. */
    private Optional<InForce> inForce(UUID id) {
        return find(new BanId(id)).filter(InForce.class::isInstance).map(InForce.class::cast);
    }

    List<Listed> list(Page page) {
        String shown =
                switch (page.shown()) {
                    case null -> "";
                    case ACTIVE -> "and s.step is not null and e.step is null ";
                    case PAST -> "and e.step is not null ";
                    case PROPOSED -> "and s.step is null and e.step is null ";
                };
        return db.sql(
                        COLUMNS
                                + "where ban_number < :before "
                                + shown
                                + "order by ban_number desc limit :limit")
                .param("before", page.before())
                .param("limit", page.limit())
                .query((rs, row) -> new Listed(ban(rs, row), rs.getLong("ban_number")))
                .list();
    }

    private static Ban ban(ResultSet rs, int row) throws SQLException {
        Order order = order(rs);
        String end = rs.getString("end_step");
        UUID imposedBy = rs.getObject("imposed_by", UUID.class);
        if (imposedBy == null) {
            return end == null
                    ? new Proposed(order)
                    : new Declined(
                            order,
                            new MemberId(rs.getObject("ended_by", UUID.class)),
                            rs.getString("end_reason"),
                            instant(rs, "ended_at"));
        }
        var inForce = new InForce(order, new MemberId(imposedBy), instant(rs, "imposed_at"));
        return switch (end) {
            case null -> inForce;
            case "lifted" ->
                    new Lifted(
                            inForce,
                            new MemberId(rs.getObject("ended_by", UUID.class)),
                            rs.getString("end_reason"),
                            instant(rs, "ended_at"));
            case "expired" -> new Expired(inForce, instant(rs, "ended_at"));
            case "replaced" -> new Replaced(inForce, instant(rs, "ended_at"));
            default -> throw new IllegalStateException("no such step: " + end);
        };
    }

    private static Order order(ResultSet rs) throws SQLException {
        OffsetDateTime until = rs.getObject("until", OffsetDateTime.class);
        UUID caseId = rs.getObject("case_id", UUID.class);
        UUID decision = rs.getObject("decision_id", UUID.class);
        return new Order(
                new BanId(rs.getObject("ban_id", UUID.class)),
                Target.parse(rs.getString("target_kind"), rs.getString("target_value")),
                Term.of(until == null ? null : until.toInstant(), rs.getBoolean("permanent")),
                rs.getString("reason"),
                caseId == null ? null : new CaseId(caseId),
                origin(rs, decision),
                new MemberId(rs.getObject("ordered_by", UUID.class)),
                instant(rs, "ordered_at"));
    }

    private static Origin origin(ResultSet rs, @Nullable UUID decision) throws SQLException {
        if (decision != null) {
            return new Origin.OfDecision(
                    new DecisionId(decision),
                    new MeasureId(rs.getObject("measure_id", UUID.class)));
        }
        return rs.getBoolean("simulated") ? new Origin.Trial() : new Origin.Moderator();
    }

    private static Instant instant(ResultSet rs, String column) throws SQLException {
        return rs.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static OffsetDateTime time(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
