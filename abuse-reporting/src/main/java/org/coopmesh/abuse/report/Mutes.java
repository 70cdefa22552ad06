package org.coopmesh.abuse.report;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for mutes. A reporter is named by a hash, so that muting tells nobody who it was. */
@Repository
class Mutes {
    private final JdbcClient db;

    Mutes(JdbcClient db) {
        this.db = db;
    }

    /** A mute as a moderator sees it. */
    record Mute(
            UUID id,
            UUID report,
            String kind,
            String reason,
            UUID by,
            Instant at,
            Instant until,
            @Nullable Instant liftedAt) {}

    boolean holds(Reporter reporter, Instant now) {
        Optional<byte[]> who = who(reporter);
        return who.isPresent()
                && db.sql(
                                """
                                select exists (select from report_mute m
                                  where reporter_hash = :who and until > :now
                                    and not exists (select from report_mute_end e where e.mute_id = m.mute_id))
                                """)
                        .param("who", who.get())
                        .param("now", now.atOffset(ZoneOffset.UTC))
                        .query(Boolean.class)
                        .single();
    }

    /** False where the reporter has no name that could be muted. */
    boolean add(Report of, Mute mute) {
        Optional<byte[]> who = who(of.reporter());
        if (who.isEmpty()) return false;
        db.sql(
                        """
                        insert into report_mute (mute_id, report_id, kind, reporter_hash, reason, muted_by, muted_at, until)
                        values (:id, :report, :kind, :who, :reason, :by, :at, :until)
                        """)
                .param("id", mute.id())
                .param("report", of.id().value())
                .param("kind", mute.kind())
                .param("who", who.get())
                .param("reason", mute.reason())
                .param("by", mute.by())
                .param("at", mute.at().atOffset(ZoneOffset.UTC))
                .param("until", mute.until().atOffset(ZoneOffset.UTC))
                .update();
        return true;
    }

    /** False if there is no such mute, or it was lifted before. */
    boolean lift(UUID id, UUID by, String reason, Instant at) {
        return db.sql(
                                """
                                insert into report_mute_end (mute_id, lifted_by, reason, lifted_at)
                                select mute_id, :by, :reason, :at from report_mute where mute_id = :id
                                on conflict do nothing
                                """)
                        .param("id", id)
                        .param("by", by)
                        .param("reason", reason)
                        .param("at", at.atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    List<Mute> list(int limit) {
        return db.sql(
                        """
                        select m.mute_id, m.report_id, m.kind, m.reason, m.muted_by, m.muted_at, m.until, e.lifted_at
                          from report_mute m left join report_mute_end e on e.mute_id = m.mute_id
                         order by m.mute_number desc limit :limit
                        """)
                .param("limit", limit)
                .query((rs, row) -> {
                    OffsetDateTime lifted = rs.getObject("lifted_at", OffsetDateTime.class);
                    return new Mute(
                            rs.getObject("mute_id", UUID.class),
                            rs.getObject("report_id", UUID.class),
                            rs.getString("kind"),
                            rs.getString("reason"),
                            rs.getObject("muted_by", UUID.class),
                            rs.getObject("muted_at", OffsetDateTime.class).toInstant(),
                            rs.getObject("until", OffsetDateTime.class).toInstant(),
                            lifted == null ? null : lifted.toInstant());
                })
                .list();
    }

    private static Optional<byte[]> who(Reporter reporter) {
        return switch (reporter) {
            case Reporter.OfMember m -> Optional.of(hash("member " + m.member()));
            case Reporter.OfMail m ->
                    Optional.of(hash("mail " + m.email().toLowerCase(Locale.ROOT)));
            case Reporter.OfPartner p -> Optional.of(hash("partner " + p.partner()));
            case Reporter.Anonymous a -> Optional.empty();
        };
    }

    private static byte[] hash(String text) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
