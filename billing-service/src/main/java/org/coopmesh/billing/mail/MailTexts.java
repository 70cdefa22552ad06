package org.coopmesh.billing.mail;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.billing.party.Language;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for the co-op's own words, and for which notices it sends at all. */
@Repository
class MailTexts {
    private final JdbcClient db;

    MailTexts(JdbcClient db) {
        this.db = db;
    }

    /** @param enclosed whether the document goes with it, where there is one */
    record Policy(boolean enabled, boolean enclosed) {}

    Optional<Wording> own(Notice notice, Language language) {
        return db.sql(
                        "select subject, body from mail_text where notice = :notice and language = :language")
                .param("notice", notice.tag())
                .param("language", language.tag())
                .query((rs, row) -> new Wording(rs.getString("subject"), rs.getString("body")))
                .optional();
    }

    Wording words(Notice notice, Language language) {
        return own(notice, language).orElseGet(() -> Wording.standard(notice, language));
    }

    void say(Notice notice, Language language, Wording wording, UUID by, Instant at) {
        db.sql(
                        """
                        insert into mail_text (notice, language, subject, body, changed_by, changed_at)
                        values (:notice, :language, :subject, :body, :by, :at)
                        on conflict (notice, language) do update
                           set subject = excluded.subject, body = excluded.body, changed_by = excluded.changed_by,
                               changed_at = excluded.changed_at
                        """)
                .param("notice", notice.tag())
                .param("language", language.tag())
                .param("subject", wording.subject())
                .param("body", wording.body())
                .param("by", by)
                .param("at", at.atOffset(ZoneOffset.UTC))
                .update();
    }

    void forget(Notice notice, Language language) {
        db.sql("delete from mail_text where notice = :notice and language = :language")
                .param("notice", notice.tag())
                .param("language", language.tag())
                .update();
    }

    Policy policy(Notice notice) {
        return db.sql("select enabled, enclosed from mail_notice where notice = :notice")
                .param("notice", notice.tag())
                .query((rs, row) -> new Policy(rs.getBoolean("enabled"), rs.getBoolean("enclosed")))
                .optional()
                .orElse(new Policy(true, true));
    }

    /** The notices that the co-op does not send. */
    Set<Notice> turnedOff() {
        var off = EnumSet.noneOf(Notice.class);
        db.sql("select notice from mail_notice where not enabled")
                .query(String.class)
                .list()
                .forEach(tag -> off.add(Notice.of(tag)));
        return off;
    }

    boolean isEnclosed(Notice notice) {
        return policy(notice).enclosed();
    }

    void say(Notice notice, Policy policy, UUID by, Instant at) {
        db.sql(
                        """
                        insert into mail_notice (notice, enabled, enclosed, changed_by, changed_at)
                        values (:notice, :enabled, :enclosed, :by, :at)
                        on conflict (notice) do update
                           set enabled = excluded.enabled, enclosed = excluded.enclosed, changed_by = excluded.changed_by,
                               changed_at = excluded.changed_at
                        """)
                .param("notice", notice.tag())
                .param("enabled", policy.enabled())
                .param("enclosed", policy.enclosed())
                .param("by", by)
                .param("at", at.atOffset(ZoneOffset.UTC))
                .update();
    }
}
