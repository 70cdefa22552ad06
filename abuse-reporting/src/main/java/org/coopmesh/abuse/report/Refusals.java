package org.coopmesh.abuse.report;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for what was refused, so that a partner's faulty program can be helped. Of the document its hash and size alone are kept, of refusals the newest. */
@Repository
class Refusals {
    private static final int KEPT_MAX = 10_000;
    private static final int REASON_LENGTH_MAX = 2_000;

    private final JdbcClient db;

    Refusals(JdbcClient db) {
        this.db = db;
    }

    /** {@code partner} null where it came from somebody without a key. */
    record Refusal(
            long number,
            String format,
            @Nullable UUID partner,
            String field,
            String reason,
            String sha256,
            long sizeBytes,
            Instant at) {}

    void add(
            Format format,
            Reporter reporter,
            byte[] document,
            List<ReportRefused.Wrong> wrongs,
            Instant at) {
        StringBuilder reason = new StringBuilder();
        wrongs.forEach(wrong ->
                reason.append(wrong.field()).append(": ").append(wrong.message()).append('\n'));
        db.sql(
                        """
                        insert into refused_report (format, partner_id, field, reason, sha256, size_bytes, refused_at)
                        values (:format, cast(:partner as uuid), :field, :reason, :hash, :size, :at)
                        on conflict (sha256) do nothing
                        """)
                .param("format", format.wire())
                .param(
                        "partner",
                        reporter instanceof Reporter.OfPartner of ? of.partner().value() : null)
                .param("field", cut(wrongs.getFirst().field(), 200))
                .param("reason", cut(reason.toString().strip(), REASON_LENGTH_MAX))
                .param("hash", sha256(document))
                .param("size", document.length)
                .param("at", at.atOffset(ZoneOffset.UTC))
                .update();
        db.sql(
                        """
                        delete from refused_report where refusal_number <=
                          (select max(refusal_number) from refused_report) - :kept
                        """)
                .param("kept", KEPT_MAX)
                .update();
    }

    List<Refusal> list(@Nullable Long before, int limit) {
        return db.sql(
                        """
                        select refusal_number, format, partner_id, field, reason, encode(sha256, 'hex') as sha256, size_bytes, refused_at
                          from refused_report where :before::bigint is null or refusal_number < :before
                         order by refusal_number desc limit :limit
                        """)
                .param("before", before)
                .param("limit", limit)
                .query((rs, row) ->
                        new Refusal(
                                rs.getLong("refusal_number"),
                                rs.getString("format"),
                                rs.getObject("partner_id", UUID.class),
                                rs.getString("field"),
                                rs.getString("reason"),
                                rs.getString("sha256"),
                                rs.getLong("size_bytes"),
                                rs.getObject("refused_at", OffsetDateTime.class).toInstant()))
                .list();
    }

    private static String cut(String text, int max) {
        return text.length() <= max ? text : text.substring(0, max);
    }

    private static byte[] sha256(byte[] document) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(document);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
