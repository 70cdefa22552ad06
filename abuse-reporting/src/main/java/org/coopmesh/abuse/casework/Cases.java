package org.coopmesh.abuse.casework;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
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
                opened_at, due_at, state, moderator_id, claimed_at, upheld, decided_at, closed_at
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

    List<Casework.Queued> queue(Casework.Queue queue, MemberId reader) {
        CaseState state = queue.state();
        Category category = queue.category();
        MemberId member = queue.member();
        return db.sql(
                        """
                        select c.case_id, number, category, host(address) as address, port, observed_at,
                            subject_member_id, opened_at, due_at, state, moderator_id, claimed_at, upheld, decided_at,
                            closed_at,
                            (select count(*) from case_report r where r.case_id = c.case_id) as reports
                        from abuse_case c
                        where number < :before
                          and (cast(:state as text) is null or state = :state)
                          and (cast(:category as text) is null or category = :category)
                          and (cast(:member as uuid) is null or upheld_against = :member
                              or (subject_member_id = :member and moderator_id = :reader))
                        order by number desc limit :limit
                        """)
                .param("before", queue.before())
                .param("state", state == null ? null : state.wire())
                .param("category", category == null ? null : category.wire())
                .param("member", member == null ? null : member.value())
                .param("reader", reader.value())
                .param("limit", queue.limit())
                .query((rs, row) -> new Casework.Queued(of(rs, row), rs.getInt("reports")))
                .list();
    }

    void update(Case changed) {
        @Nullable MemberId moderator = null;
        @Nullable Instant claimedAt = null;
        @Nullable Boolean upheld = null;
        @Nullable Instant decidedAt = null;
        @Nullable Instant closedAt = null;
        switch (changed) {
            case Open open -> {}
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
                            decided_at = cast(:decidedAt as timestamptz), closed_at = cast(:closedAt as timestamptz)
                        where case_id = :id
                        """)
                .param("id", changed.matter().id().value())
                .param("state", CaseState.of(changed).wire())
                .param("moderator", moderator == null ? null : moderator.value())
                .param("claimedAt", claimedAt == null ? null : time(claimedAt))
                .param("upheld", upheld)
                .param("decidedAt", decidedAt == null ? null : time(decidedAt))
                .param("closedAt", closedAt == null ? null : time(closedAt))
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
            case OPEN -> new Open(matter);
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
