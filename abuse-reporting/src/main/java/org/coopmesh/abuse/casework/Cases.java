package org.coopmesh.abuse.casework;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.abuse.casework.Case.Closed;
import org.coopmesh.abuse.casework.Case.Decided;
import org.coopmesh.abuse.casework.Case.Open;
import org.coopmesh.abuse.casework.Case.UnderReview;
import org.coopmesh.abuse.report.Category;
import org.coopmesh.abuse.report.Report;
import org.coopmesh.abuse.report.ReportId;
import org.coopmesh.abuse.subject.CaseId;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.Prefix;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for cases, the reports in them and their notes. */
@Repository
class Cases {
    private static final String COLUMNS =
            """
            select case_id, number, category, host(address) as address, port, observed_at, subject_member_id,
                opened_at, due_at, state, moderator_id, claimed_at, upheld, decided_at, closed_at, offered_to, offered_until
            from abuse_case
            """;

    private final JdbcClient db;

    Cases(JdbcClient db) {
        this.db = db;
    }

    /** Lets one report at a time look for a case of this category and subject, so that two at once make one case. */
    void serialise(Category category, String subjectKey) {
        db.sql("select pg_advisory_xact_lock(hashtextextended(:key, 0))")
                .param("key", category.wire() + " " + subjectKey)
                .query((rs, row) -> true)
                .single();
    }

    Optional<CaseId> undecided(Category category, String subjectKey, Instant since) {
        return db.sql(
                        """
                        select case_id from abuse_case
                        where category = :category and subject_key = :key and opened_at > :since
                          and state in ('open', 'underReview')
                        order by opened_at desc limit 1 for update
                        """)
                .param("category", category.wire())
                .param("key", subjectKey)
                .param("since", time(since))
                .query((rs, row) -> new CaseId(rs.getObject("case_id", UUID.class)))
                .optional();
    }

    void add(
            CaseId id,
            Report report,
            @Nullable String subjectKey,
            Instant openedAt,
            Instant dueAt) {
        Prefix address = report.address();
        db.sql(
                        """
                        insert into abuse_case (case_id, category, address, port, observed_at, subject_key, opened_at,
                            due_at, state)
                        values (:id, :category, cast(:address as inet), :port, :observedAt, :key, :openedAt, :dueAt,
                            'open')
                        """)
                .param("id", id.value())
                .param("category", report.category().wire())
                .param("address", address == null ? null : address.addressText())
                .param("port", report.port())
                .param("observedAt", time(report.observedAt()))
                .param("key", subjectKey)
                .param("openedAt", time(openedAt))
                .param("dueAt", time(dueAt))
                .update();
    }

    void addReport(CaseId id, ReportId report, Instant at) {
        db.sql(
                        """
                        insert into case_report (report_id, case_id, added_at) values (:report, :id, :at)
                        """)
                .param("report", report.value())
                .param("id", id.value())
                .param("at", time(at))
                .update();
    }

    Optional<Case> find(CaseId id) {
        return db.sql(COLUMNS + "where case_id = :id")
                .param("id", id.value())
                .query(Cases::of)
                .optional();
    }

    /** Locks the row until the transaction ends, so that two moderators cannot both find it open. */
    Optional<Case> lock(CaseId id) {
        return db.sql(COLUMNS + "where case_id = :id for update")
                .param("id", id.value())
                .query(Cases::of)
                .optional();
    }

    List<Decided> decidedBefore(Instant at, int limit) {
        return db
                .sql(
                        COLUMNS
                                + """
                                where state = 'decided' and decided_at <= :at
                                order by decided_at limit :limit for update skip locked
                                """)
                .param("at", time(at))
                .param("limit", limit)
                .query(Cases::of)
                .list()
                .stream()
                .filter(Decided.class::isInstance)
                .map(Decided.class::cast)
                .toList();
    }

    /** The cases that these reports are in. */
    Set<CaseId> ofReports(Set<ReportId> reports) {
        return db.sql("select case_id from case_report where report_id = any(:reports)")
                .param("reports", reports.stream().map(ReportId::value).toArray(UUID[]::new))
                .query((rs, row) -> new CaseId(rs.getObject("case_id", UUID.class)))
                .set();
    }

    /** In which case each of these reports is. */
    Map<ReportId, CaseId> casesOf(Collection<ReportId> reports) {
        var cases = new HashMap<ReportId, CaseId>();
        db.sql("select report_id, case_id from case_report where report_id = any(:reports)")
                .param("reports", reports.stream().map(ReportId::value).toArray(UUID[]::new))
                .query(rs -> {
                    cases.put(
                            new ReportId(rs.getObject("report_id", UUID.class)),
                            new CaseId(rs.getObject("case_id", UUID.class)));
                });
        return cases;
    }

    List<Casework.Queued> queue(Casework.Queue queue, MemberId reader) {
        CaseState state = queue.state();
        Category category = queue.category();
        MemberId member = queue.member();
        return db.sql(
                        """
                        select c.case_id, number, category, host(address) as address, port, observed_at,
                            subject_member_id, opened_at, due_at, state, moderator_id, claimed_at, upheld, decided_at,
                            closed_at, offered_to, offered_until,
                            (select count(*) from case_report r where r.case_id = c.case_id) as reports
                        from abuse_case c
                        where (:byDue and (cast(:after as bigint) is null or (due_at, number) >
                                  (select a.due_at, a.number from abuse_case a where a.number = :after))
                              or not :byDue and (cast(:after as bigint) is null or number < :after))
                          and (not :byDue or state in ('open', 'underReview'))
                          and (cast(:state as text) is null or state = :state)
                          and (cast(:category as text) is null or category = :category)
                          and (cast(:member as uuid) is null or upheld_against = :member
                              or (subject_member_id = :member and moderator_id = :reader))
                        order by case when :byDue then due_at end, case when :byDue then number end, number desc
                        limit :limit
                        """)
                .param("byDue", queue.order() == Casework.Order.DUE)
                .param("after", queue.after())
                .param("state", state == null ? null : state.wire())
                .param("category", category == null ? null : category.wire())
                .param("member", member == null ? null : member.value())
                .param("reader", reader.value())
                .param("limit", queue.limit())
                .query((rs, row) -> new Casework.Queued(of(rs, row), rs.getInt("reports")))
                .list();
    }

    void update(Case changed) {
        Case.@Nullable Offer offer = null;
        @Nullable MemberId moderator = null;
        @Nullable Instant claimedAt = null;
        @Nullable Boolean upheld = null;
        @Nullable Instant decidedAt = null;
        @Nullable Instant closedAt = null;
        switch (changed) {
            case Open c -> offer = c.offer();
            case UnderReview c -> {
                moderator = c.moderator();
                claimedAt = c.claimedAt();
            }
            case Decided c -> {
                moderator = c.moderator();
                upheld = c.upheld();
                decidedAt = c.decidedAt();
            }
            case Closed c -> {
                moderator = c.moderator();
                upheld = c.upheld();
                decidedAt = c.decidedAt();
                closedAt = c.closedAt();
            }
        }
        db.sql(
                        """
                        update abuse_case set state = :state, moderator_id = cast(:moderator as uuid),
                            claimed_at = cast(:claimedAt as timestamptz), upheld = cast(:upheld as boolean),
                            decided_at = cast(:decidedAt as timestamptz), closed_at = cast(:closedAt as timestamptz),
                            offered_to = cast(:offeredTo as uuid), offered_until = cast(:offeredUntil as timestamptz)
                        where case_id = :id
                        """)
                .param("id", changed.matter().id().value())
                .param("state", CaseState.of(changed).wire())
                .param("moderator", moderator == null ? null : moderator.value())
                .param("claimedAt", claimedAt == null ? null : time(claimedAt))
                .param("upheld", upheld)
                .param("decidedAt", decidedAt == null ? null : time(decidedAt))
                .param("closedAt", closedAt == null ? null : time(closedAt))
                .param("offeredTo", offer == null ? null : offer.to().value())
                .param("offeredUntil", offer == null ? null : time(offer.until()))
                .update();
    }

    void setSubject(CaseId id, MemberId subject) {
        db.sql("update abuse_case set subject_member_id = :subject where case_id = :id")
                .param("subject", subject.value())
                .param("id", id.value())
                .update();
    }

    /** {@code member} null: against nobody, or no longer. */
    void setUpheldAgainst(CaseId id, @Nullable MemberId member) {
        db.sql("update abuse_case set upheld_against = cast(:member as uuid) where case_id = :id")
                .param("member", member == null ? null : member.value())
                .param("id", id.value())
                .update();
    }

    void setOverturned(CaseId id, Instant at) {
        db.sql("update abuse_case set overturned_at = :at where case_id = :id")
                .param("at", time(at))
                .param("id", id.value())
                .update();
    }

    /** What each moderator has in hand, and what came of what they decided since; the busiest first. */
    List<Workload.Share> workload(Instant since, Instant now) {
        return db.sql(
                        """
                        select moderator_id,
                            count(*) filter (where state = 'underReview') as in_hand,
                            count(*) filter (where state = 'underReview' and due_at <= :now) as overdue,
                            count(*) filter (where decided_at > :since) as decided,
                            count(*) filter (where decided_at > :since and decided_at > due_at) as decided_late,
                            count(*) filter (where decided_at > :since and upheld) as upheld,
                            count(*) filter (where decided_at > :since and overturned_at is not null) as overturned,
                            count(*) filter (where closed_at > :since) as closed
                        from abuse_case where moderator_id is not null
                        group by moderator_id
                        having count(*) filter (where state = 'underReview' or decided_at > :since or closed_at > :since) > 0
                        order by in_hand desc, decided desc, moderator_id limit :limit
                        """)
                .param("since", time(since))
                .param("now", time(now))
                .param("limit", Workload.SHARES_MAX)
                .query((rs, row) ->
                        new Workload.Share(
                                moderator(rs),
                                rs.getInt("in_hand"),
                                rs.getInt("overdue"),
                                rs.getInt("decided"),
                                rs.getInt("decided_late"),
                                rs.getInt("upheld"),
                                rs.getInt("overturned"),
                                rs.getInt("closed"),
                                0))
                .list();
    }

    /** How many wait for a moderator, and how many of them too long. */
    Workload.Waiting waiting(Instant now) {
        return db.sql(
                        """
                        select count(*) as cases, count(*) filter (where due_at <= :now) as overdue
                        from abuse_case where state = 'open'
                        """)
                .param("now", time(now))
                .query((rs, row) -> new Workload.Waiting(rs.getInt("cases"), rs.getInt("overdue")))
                .single();
    }

    List<ReportId> reports(CaseId id) {
        return db.sql("select report_id from case_report where case_id = :id order by report_id")
                .param("id", id.value())
                .query((rs, row) -> new ReportId(rs.getObject("report_id", UUID.class)))
                .list();
    }

    void addNote(CaseId id, CaseNote note) {
        db.sql(
                        """
                        insert into case_note (case_id, moderator_id, text, noted_at)
                        values (:id, :moderator, :text, :at)
                        """)
                .param("id", id.value())
                .param("moderator", note.moderator().value())
                .param("text", note.text())
                .param("at", time(note.at()))
                .update();
    }

    List<CaseNote> notes(CaseId id) {
        return db.sql(
                        """
                        select moderator_id, text, noted_at from case_note where case_id = :id order by note_number
                        """)
                .param("id", id.value())
                .query((rs, row) ->
                        new CaseNote(
                                new MemberId(rs.getObject("moderator_id", UUID.class)),
                                rs.getString("text"),
                                instant(rs, "noted_at")))
                .list();
    }

    private static Case of(ResultSet rs, int row) throws SQLException {
        String address = rs.getString("address");
        UUID subject = rs.getObject("subject_member_id", UUID.class);
        var matter =
                new Matter(
                        new CaseId(rs.getObject("case_id", UUID.class)),
                        rs.getLong("number"),
                        Category.parse(rs.getString("category")),
                        address == null ? null : Prefix.parse(address),
                        rs.getObject("port", Integer.class),
                        instant(rs, "observed_at"),
                        subject == null ? null : new MemberId(subject),
                        instant(rs, "opened_at"),
                        instant(rs, "due_at"));
        return switch (CaseState.parse(rs.getString("state"))) {
            case OPEN -> new Open(matter, offer(rs));
            case UNDER_REVIEW -> new UnderReview(matter, moderator(rs), instant(rs, "claimed_at"));
            case DECIDED ->
                    new Decided(
                            matter,
                            moderator(rs),
                            rs.getBoolean("upheld"),
                            instant(rs, "decided_at"));
            case CLOSED ->
                    new Closed(
                            matter,
                            moderator(rs),
                            rs.getBoolean("upheld"),
                            instant(rs, "decided_at"),
                            instant(rs, "closed_at"));
        };
    }

    private static Case.@Nullable Offer offer(ResultSet rs) throws SQLException {
        UUID to = rs.getObject("offered_to", UUID.class);
        return to == null ? null : new Case.Offer(new MemberId(to), instant(rs, "offered_until"));
    }

    private static MemberId moderator(ResultSet rs) throws SQLException {
        return new MemberId(rs.getObject("moderator_id", UUID.class));
    }

    private static Instant instant(ResultSet rs, String column) throws SQLException {
        return rs.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static OffsetDateTime time(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
