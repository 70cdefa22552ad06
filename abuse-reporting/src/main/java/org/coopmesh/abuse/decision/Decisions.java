package org.coopmesh.abuse.decision;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.abuse.decision.Decision.Contested;
import org.coopmesh.abuse.decision.Decision.Declined;
import org.coopmesh.abuse.decision.Decision.InForce;
import org.coopmesh.abuse.decision.Decision.Proposed;
import org.coopmesh.abuse.decision.Decision.Reversed;
import org.coopmesh.abuse.report.Category;
import org.coopmesh.abuse.subject.CaseId;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.Target;
import org.coopmesh.abuse.subject.Target.OfMember;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for decisions. What was decided and what became of it is only ever added to; what holds now is kept beside it. */
@Repository
class Decisions {
    private static final String COLUMNS =
            """
            select d.decision_id, case_id, moderator_id, upheld, rule, d.reason, statement, subject_member_id,
                moderators_needed, drafted_at, s.by_member_id as settled_by, s.at as settled_at, s.appeal_until,
                e.step as end_step, e.by_member_id as ended_by, e.reason as end_reason, e.at as ended_at
            from decision d
            left join decision_step s on s.decision_id = d.decision_id and s.step = 'settled'
            left join decision_step e on e.decision_id = d.decision_id and e.step in ('declined', 'reversed')
            """;

    private final JdbcClient db;

    Decisions(JdbcClient db) {
        this.db = db;
    }

    void add(Draft draft) {
        MemberId subject = draft.subject();
        db.sql(
                        """
                        insert into decision (decision_id, case_id, moderator_id, upheld, rule, reason, statement,
                            subject_member_id, moderators_needed, drafted_at)
                        values (:id, :caseId, :moderator, :upheld, :rule, :reason, :statement,
                            cast(:subject as uuid), :needed, :at)
                        """)
                .param("id", draft.id().value())
                .param("caseId", draft.caseId().value())
                .param("moderator", draft.moderator().value())
                .param("upheld", draft.ruling().upheld())
                .param("rule", draft.ruling().rule())
                .param("reason", draft.ruling().reason())
                .param("statement", draft.statement())
                .param("subject", subject == null ? null : subject.value())
                .param("needed", draft.moderatorsNeeded())
                .param("at", time(draft.draftedAt()))
                .update();
        for (int i = 0; i < draft.measureIds().size(); i++) {
            addMeasure(draft, i);
        }
    }

    private void addMeasure(Draft draft, int position) {
        Measure measure = draft.ruling().measures().get(position);
        Term term = measure.term();
        Instant until = term == null ? null : term.until();
        db.sql(
                        """
                        insert into measure (measure_id, decision_id, position, kind, target_kind, target_value,
                            slow_lane_kbit, until, permanent)
                        values (:id, :decision, :position, :kind, :targetKind, :targetValue, :kbit,
                            cast(:until as timestamptz), :permanent)
                        """)
                .param("id", draft.measureIds().get(position).value())
                .param("decision", draft.id().value())
                .param("position", position)
                .param("kind", measure.kind())
                .param("targetKind", measure.target().kind())
                .param("targetValue", measure.target().value())
                .param("kbit", measure instanceof Measure.SlowLane slow ? slow.kbit() : null)
                .param("until", until == null ? null : time(until))
                .param("permanent", term instanceof Term.Permanent)
                .update();
    }

    /** {@code appealUntil} for what is settled, and only for that. */
    void addStep(
            DecisionId id,
            String step,
            MemberId by,
            @Nullable String reason,
            Instant at,
            @Nullable Instant appealUntil) {
        db.sql(
                        """
                        insert into decision_step (decision_id, step, by_member_id, reason, at, appeal_until)
                        values (:id, :step, :by, :reason, :at, cast(:appealUntil as timestamptz))
                        """)
                .param("id", id.value())
                .param("step", step)
                .param("by", by.value())
                .param("reason", reason)
                .param("at", time(at))
                .param("appealUntil", appealUntil == null ? null : time(appealUntil))
                .update();
    }

    /** One of several has spoken; {@code towards} is {@code agree}, without a reason, or {@code reverse}, with one. */
    void addVoice(DecisionId id, String towards, MemberId by, @Nullable String reason, Instant at) {
        db.sql(
                        """
                        insert into decision_voice (decision_id, towards, by_member_id, reason, at)
                        values (:id, :towards, :by, :reason, :at)
                        """)
                .param("id", id.value())
                .param("towards", towards)
                .param("by", by.value())
                .param("reason", reason)
                .param("at", time(at))
                .update();
    }

    private List<Voice> voices(UUID decision, String towards) {
        return db.sql(
                        """
                        select by_member_id, coalesce(reason, '') as reason, at from decision_voice
                        where decision_id = :id and towards = :towards order by at, by_member_id
                        """)
                .param("id", decision)
                .param("towards", towards)
                .query((rs, row) ->
                        new Voice(
                                new MemberId(rs.getObject("by_member_id", UUID.class)),
                                rs.getString("reason"),
                                instant(rs, "at")))
                .list();
    }

    void addStrike(MemberId member, Strike strike) {
        db.sql(
                        """
                        insert into strike (decision_id, member_id, category, weight, at)
                        values (:decision, :member, :category, :weight, :at)
                        """)
                .param("decision", strike.decision().value())
                .param("member", member.value())
                .param("category", strike.category().wire())
                .param("weight", strike.weight())
                .param("at", time(strike.at()))
                .update();
    }

    /** What counts against a member, newest first: what was reversed does not. */
    List<Strike> strikes(MemberId member, int limit) {
        return db.sql(
                        """
                        select decision_id, category, weight, at from strike k
                        where member_id = :member and not exists (
                            select from decision_step s where s.decision_id = k.decision_id and s.step = 'reversed')
                        order by at desc, decision_id limit :limit
                        """)
                .param("member", member.value())
                .param("limit", limit)
                .query((rs, row) ->
                        new Strike(
                                new DecisionId(rs.getObject("decision_id", UUID.class)),
                                Category.parse(rs.getString("category")),
                                rs.getInt("weight"),
                                instant(rs, "at")))
                .list();
    }

    /** {@code term} null for a warning, which never falls due. */
    void addInForce(MeasureInForce measure, @Nullable Term term) {
        Instant until = term == null ? null : term.until();
        db.sql(
                        """
                        insert into measure_in_force (measure_id, decision_id, member_id, until)
                        values (:id, :decision, :member, cast(:until as timestamptz))
                        """)
                .param("id", measure.id().value())
                .param("decision", measure.decision().value())
                .param("member", measure.member().value())
                .param("until", until == null ? null : time(until))
                .update();
    }

    void end(MeasureId id, String how, Instant at) {
        db.sql("delete from measure_in_force where measure_id = :id")
                .param("id", id.value())
                .update();
        db.sql("insert into measure_end (measure_id, how, at) values (:id, :how, :at)")
                .param("id", id.value())
                .param("how", how)
                .param("at", time(at))
                .update();
    }

    List<MeasureInForce> lockInForce(DecisionId id) {
        return db.sql(
                        """
                        select measure_id, decision_id, member_id from measure_in_force
                        where decision_id = :id order by measure_id for update
                        """)
                .param("id", id.value())
                .query(Decisions::inForce)
                .list();
    }

    List<MeasureInForce> lockDue(Instant now, int limit) {
        return db.sql(
                        """
                        select measure_id, decision_id, member_id from measure_in_force
                        where until <= :now order by until limit :limit for update skip locked
                        """)
                .param("now", time(now))
                .param("limit", limit)
                .query(Decisions::inForce)
                .list();
    }

    boolean proposalWaits(CaseId id) {
        return db.sql(
                        """
                        select exists (
                            select from decision d where case_id = :id
                              and not exists (select from decision_step s where s.decision_id = d.decision_id))
                        """)
                .param("id", id.value())
                .query(Boolean.class)
                .single();
    }

    Optional<Decision> find(DecisionId id) {
        return db.sql(COLUMNS + "where d.decision_id = :id")
                .param("id", id.value())
                .query(this::decision)
                .optional();
    }

    /** Locks the row until the transaction ends, so that two moderators cannot take two steps at once. */
    Optional<Decision> lock(DecisionId id) {
        db.sql("select 1 from decision where decision_id = :id for update")
                .param("id", id.value())
                .query(Integer.class)
                .optional();
        return find(id);
    }

    List<Decision> ofCase(CaseId id) {
        return db.sql(COLUMNS + "where case_id = :id order by decision_number")
                .param("id", id.value())
                .query(this::decision)
                .list();
    }

    List<Decision> proposed(int limit) {
        return db.sql(
                        COLUMNS
                                + """
                                where not exists (select from decision_step x where x.decision_id = d.decision_id)
                                order by decision_number limit :limit
                                """)
                .param("limit", limit)
                .query(this::decision)
                .list();
    }

    List<Decision> about(MemberId member, int limit) {
        return db.sql(
                        COLUMNS
                                + """
                                where subject_member_id = :member and upheld and s.step is not null
                                order by decision_number desc limit :limit
                                """)
                .param("member", member.value())
                .param("limit", limit)
                .query(this::decision)
                .list();
    }

    private record Row(MeasureId id, Measure measure) {}

    private List<Row> measures(UUID decision) {
        return db.sql(
                        """
                        select measure_id, kind, target_kind, target_value, slow_lane_kbit, until, permanent
                        from measure where decision_id = :id order by position
                        """)
                .param("id", decision)
                .query((rs, row) ->
                        new Row(new MeasureId(rs.getObject("measure_id", UUID.class)), measure(rs)))
                .list();
    }

    private static Measure measure(ResultSet rs) throws SQLException {
        Target target = Target.parse(rs.getString("target_kind"), rs.getString("target_value"));
        String kind = rs.getString("kind");
        return switch (kind) {
            case "warning" -> new Measure.Warning(member(target));
            case "slowLane" ->
                    new Measure.SlowLane(member(target), rs.getInt("slow_lane_kbit"), term(rs));
            case "suspension" -> new Measure.Suspension(member(target), term(rs));
            case "ban" -> new Measure.Ban(target, term(rs));
            default -> throw new IllegalStateException("no such measure: " + kind);
        };
    }

    private static MemberId member(Target target) {
        if (target instanceof OfMember of) {
            return of.member();
        }
        throw new IllegalStateException("not a member: " + target.text());
    }

    private static Term term(ResultSet rs) throws SQLException {
        OffsetDateTime until = rs.getObject("until", OffsetDateTime.class);
        return Term.of(until == null ? null : until.toInstant(), rs.getBoolean("permanent"));
    }

    private Decision decision(ResultSet rs, int row) throws SQLException {
        UUID id = rs.getObject("decision_id", UUID.class);
        List<Row> measures = measures(id);
        UUID subject = rs.getObject("subject_member_id", UUID.class);
        var draft =
                new Draft(
                        new DecisionId(id),
                        new CaseId(rs.getObject("case_id", UUID.class)),
                        new MemberId(rs.getObject("moderator_id", UUID.class)),
                        new Ruling(
                                rs.getBoolean("upheld"),
                                rs.getString("rule"),
                                rs.getString("reason"),
                                measures.stream().map(Row::measure).toList()),
                        measures.stream().map(Row::id).toList(),
                        subject == null ? null : new MemberId(subject),
                        rs.getInt("moderators_needed"),
                        rs.getString("statement"),
                        instant(rs, "drafted_at"));
        String end = rs.getString("end_step");
        if ("declined".equals(end)) {
            return new Declined(
                    draft,
                    member(rs, "ended_by"),
                    rs.getString("end_reason"),
                    instant(rs, "ended_at"));
        }
        List<MemberId> agreed =
                new ArrayList<>(voices(id, "agree").stream().map(Voice::by).toList());
        if (rs.getObject("settled_by") == null) {
            return new Proposed(draft, agreed);
        }
        MemberId settledBy = member(rs, "settled_by");
        if (!settledBy.equals(draft.moderator())) {
            agreed.add(settledBy);
        }
        Decision settled =
                Decision.settle(
                        draft, agreed, instant(rs, "settled_at"), instant(rs, "appeal_until"));
        if (!(settled instanceof InForce inForce)) {
            return settled;
        }
        if (end != null) {
            return new Reversed(
                    inForce,
                    member(rs, "ended_by"),
                    rs.getString("end_reason"),
                    instant(rs, "ended_at"));
        }
        List<Voice> voices = voices(id, "reverse");
        return voices.isEmpty() ? inForce : new Contested(inForce, voices);
    }

    private static MemberId member(ResultSet rs, String column) throws SQLException {
        return new MemberId(rs.getObject(column, UUID.class));
    }

    private static MeasureInForce inForce(ResultSet rs, int row) throws SQLException {
        return new MeasureInForce(
                new MeasureId(rs.getObject("measure_id", UUID.class)),
                new DecisionId(rs.getObject("decision_id", UUID.class)),
                new MemberId(rs.getObject("member_id", UUID.class)));
    }

    private static Instant instant(ResultSet rs, String column) throws SQLException {
        return rs.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static OffsetDateTime time(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
