package org.coopmesh.abuse.report;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.NodeId;
import org.coopmesh.abuse.subject.Prefix;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for reports and their evidence. */
@Repository
class Reports {
    private static final String COLUMNS =
            """
            select report_id, category, reporter_kind, reporter_member_id, reporter_email, language, partner_id, host(address) as address,
                port, observed_at, description, url, received_at, state, format, kind, reference, muted
            from report
            """;

    private final JdbcClient db;

    Reports(JdbcClient db) {
        this.db = db;
    }

    /** False, and nothing is written, where the same arrived before. */
    boolean add(Report report, byte[] tokenHash, byte @Nullable [] arrival) {
        @Nullable UUID member = null;
        @Nullable String email = null;
        @Nullable Language language = null;
        @Nullable UUID partner = null;
        switch (report.reporter()) {
            case Reporter.OfMember m -> member = m.member().value();
            case Reporter.OfMail m -> {
                email = m.email();
                language = m.language();
            }
            case Reporter.OfPartner p -> partner = p.partner().value();
            case Reporter.Anonymous a -> {}
        }
        Prefix address = report.address();
        return db.sql(
                                """
                                insert into report (report_id, category, reporter_kind, reporter_member_id, reporter_email, language,
                                    partner_id, token_hash, address, port, observed_at, description, url, received_at, state,
                                    format, kind, reference, muted, arrival_key)
                                values (:id, :category, :reporter, cast(:member as uuid), :email, cast(:language as text), cast(:partner as uuid), :tokenHash,
                                    cast(:address as inet), :port, :observedAt, :description, :url, :receivedAt, :state,
                                    :format, :kind, :reference, :muted, cast(:arrival as bytea))
                                on conflict (arrival_key) do nothing
                                """)
                        .param("id", report.id().value())
                        .param("category", report.category().wire())
                        .param("reporter", report.reporter().kind())
                        .param("member", member)
                        .param("email", email)
                        .param("language", language == null ? null : language.tag())
                        .param("partner", partner)
                        .param("tokenHash", tokenHash)
                        .param("address", address == null ? null : address.addressText())
                        .param("port", report.port())
                        .param("observedAt", time(report.observedAt()))
                        .param("description", report.description())
                        .param("url", report.url())
                        .param("receivedAt", time(report.receivedAt()))
                        .param("state", report.state().stored())
                        .param("format", report.origin().format().wire())
                        .param("kind", report.origin().kind())
                        .param("reference", report.origin().reference())
                        .param("muted", report.muted())
                        .param("arrival", arrival)
                        .update()
                == 1;
    }

    /** The report that arrived with this key. */
    ReportId arrived(byte[] arrival) {
        return db.sql("select report_id from report where arrival_key = :arrival")
                .param("arrival", arrival)
                .query((rs, row) -> new ReportId(rs.getObject("report_id", UUID.class)))
                .single();
    }

    /** Hash and size of each file; its bytes are the vault's. */
    void addEvidence(Report report) {
        for (Evidence evidence : report.evidence()) {
            Evidence.Claim claim = evidence.claim();
            db.sql(
                            """
                            insert into evidence (evidence_id, report_id, category, content_type, sha256, size_bytes, kept,
                                declared_hash, differs)
                            values (:id, :report, :category, :type, decode(:sha256, 'hex'), :size, :kept, :declared, :differs)
                            """)
                    .param("id", evidence.id().value())
                    .param("report", report.id().value())
                    .param("category", report.category().wire())
                    .param("type", evidence.contentType())
                    .param("sha256", evidence.sha256())
                    .param("size", evidence.sizeBytes())
                    .param("kept", evidence.kept())
                    .param("declared", claim.hash())
                    .param("differs", claim.differs())
                    .update();
        }
    }

    void addAddition(ReportId id, Addition addition) {
        db.sql("insert into report_addition (report_id, text, added_at) values (:id, :text, :at)")
                .param("id", id.value())
                .param("text", addition.text())
                .param("at", time(addition.addedAt()))
                .update();
    }

    private List<Addition> additions(UUID report) {
        return db.sql(
                        "select text, added_at from report_addition where report_id = :id order by addition_number")
                .param("id", report)
                .query((rs, row) ->
                        new Addition(
                                rs.getString("text"),
                                rs.getObject("added_at", OffsetDateTime.class).toInstant()))
                .list();
    }

    /** A new secret takes the place of the one before. */
    void setToken(ReportId id, byte[] tokenHash) {
        db.sql("update report set token_hash = :hash where report_id = :id")
                .param("id", id.value())
                .param("hash", tokenHash)
                .update();
    }

    Optional<Report> find(ReportId id) {
        return find(List.of(id)).stream().findFirst();
    }

    List<Report> find(Collection<ReportId> ids) {
        return db.sql(COLUMNS + "where report_id = any(:ids) order by received_at, report_id")
                .param("ids", values(ids))
                .query(this::report)
                .list();
    }

    /** Locks the rows until the transaction ends, in id order. */
    List<Report> lock(Collection<ReportId> ids) {
        return db.sql(COLUMNS + "where report_id = any(:ids) order by report_id for update")
                .param("ids", values(ids))
                .query(this::report)
                .list();
    }

    List<Report> of(MemberId member, int limit) {
        return db.sql(
                        COLUMNS
                                + "where reporter_member_id = :member order by received_at desc limit :limit")
                .param("member", member.value())
                .param("limit", limit)
                .query(this::report)
                .list();
    }

    Set<ReportId> by(Set<MemberId> members) {
        return db.sql("select report_id from report where reporter_member_id = any(:members)")
                .param("members", members.stream().map(MemberId::value).toArray(UUID[]::new))
                .query((rs, row) -> new ReportId(rs.getObject("report_id", UUID.class)))
                .set();
    }

    Set<ReportId> aboutLinksOf(Set<NodeId> nodes) {
        return db.sql(
                        """
                        select report_id from report
                         where url like 'urn:coopmesh:link:%'
                           and (split_part(url, ':', 4) = any(:nodes) or split_part(url, ':', 5) = any(:nodes))
                        """)
                .param("nodes", nodes.stream().map(NodeId::value).toArray(String[]::new))
                .query((rs, row) -> new ReportId(rs.getObject("report_id", UUID.class)))
                .set();
    }

    Optional<byte[]> tokenHash(ReportId id) {
        return db.sql("select token_hash from report where report_id = :id")
                .param("id", id.value())
                .query(byte[].class)
                .optional();
    }

    void setState(ReportId id, ReportState state) {
        db.sql("update report set state = :state where report_id = :id")
                .param("state", state.stored())
                .param("id", id.value())
                .update();
    }

    /** The files that came with these reports and were kept at first. */
    List<UUID> files(Collection<ReportId> ids) {
        return db.sql("select evidence_id from evidence where report_id = any(:ids) and kept")
                .param("ids", values(ids))
                .query((rs, row) -> rs.getObject("evidence_id", UUID.class))
                .list();
    }

    /** Muted reports that came up to {@code until} and still say something; they have no case that closes. */
    List<ReportId> mutedWithWords(Instant until, int limit) {
        return db.sql(
                        """
                        select report_id from report
                        where muted and received_at <= :until and description is not null
                        order by received_at limit :limit
                        """)
                .param("until", time(until))
                .param("limit", limit)
                .query((rs, row) -> new ReportId(rs.getObject("report_id", UUID.class)))
                .list();
    }

    /** Takes out what was said in words and where its reporter is written to; what it was about stays. */
    int eraseWords(Collection<ReportId> ids) {
        db.sql("delete from report_addition where report_id = any(:ids)")
                .param("ids", values(ids))
                .update();
        return db.sql(
                        """
                        update report set description = null, reporter_email = null, language = null,
                            reporter_kind = case reporter_kind when 'mail' then 'anonymous' else reporter_kind end
                        where report_id = any(:ids) and (description is not null or reporter_email is not null)
                        """)
                .param("ids", values(ids))
                .update();
    }

    /** Which report each of these files came with. */
    Map<UUID, ReportId> ofFiles(Collection<UUID> files) {
        var reports = new HashMap<UUID, ReportId>();
        db.sql("select evidence_id, report_id from evidence where evidence_id = any(:files)")
                .param("files", files.toArray(UUID[]::new))
                .query(rs -> {
                    reports.put(
                            rs.getObject("evidence_id", UUID.class),
                            new ReportId(rs.getObject("report_id", UUID.class)));
                });
        return reports;
    }

    private List<Evidence> evidence(UUID report) {
        return db.sql(
                        """
                        select evidence_id, content_type, encode(sha256, 'hex') as sha256, size_bytes, kept,
                            declared_hash, differs
                        from evidence where report_id = :report order by evidence_id
                        """)
                .param("report", report)
                .query((rs, row) ->
                        new Evidence(
                                new EvidenceId(rs.getObject("evidence_id", UUID.class)),
                                rs.getString("content_type"),
                                rs.getString("sha256"),
                                rs.getLong("size_bytes"),
                                rs.getBoolean("kept"),
                                new Evidence.Claim(
                                        rs.getString("declared_hash"), rs.getBoolean("differs"))))
                .list();
    }

    private Report report(ResultSet rs, int row) throws SQLException {
        UUID id = rs.getObject("report_id", UUID.class);
        String address = rs.getString("address");
        return new Report(
                new ReportId(id),
                Category.parse(rs.getString("category")),
                reporter(rs),
                address == null ? null : Prefix.parse(address),
                rs.getObject("port", Integer.class),
                rs.getObject("observed_at", OffsetDateTime.class).toInstant(),
                rs.getString("description"),
                rs.getString("url"),
                evidence(id),
                rs.getObject("received_at", OffsetDateTime.class).toInstant(),
                ReportState.valueOf(rs.getString("state").toUpperCase(Locale.ROOT)),
                new Origin(
                        Format.parse(rs.getString("format")),
                        rs.getString("kind"),
                        rs.getString("reference")),
                rs.getBoolean("muted"),
                additions(id));
    }

    private static Reporter reporter(ResultSet rs) throws SQLException {
        String kind = rs.getString("reporter_kind");
        return switch (kind) {
            case "member" ->
                    new Reporter.OfMember(
                            new MemberId(rs.getObject("reporter_member_id", UUID.class)));
            case "mail" -> mail(rs);
            case "partner" ->
                    new Reporter.OfPartner(new PartnerId(rs.getObject("partner_id", UUID.class)));
            case "anonymous" -> new Reporter.Anonymous();
            default -> throw new IllegalStateException("no such reporter: " + kind);
        };
    }

    private static Reporter mail(ResultSet rs) throws SQLException {
        String language = rs.getString("language");
        return new Reporter.OfMail(
                rs.getString("reporter_email"), language == null ? null : Language.of(language));
    }

    private static UUID[] values(Collection<ReportId> ids) {
        return ids.stream().map(ReportId::value).toArray(UUID[]::new);
    }

    private static OffsetDateTime time(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
