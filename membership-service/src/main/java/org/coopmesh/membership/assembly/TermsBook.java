package org.coopmesh.membership.assembly;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.coopmesh.membership.member.MemberId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for the assembly's terms, version by version; the only class that knows the table. */
@Repository
class TermsBook {
    private final JdbcClient db;

    TermsBook(JdbcClient db) {
        this.db = db;
    }

    /** Terms as they were set once. */
    record Version(Terms terms, String reason, MemberId by, Instant at) {}

    Terms current() {
        return db.sql("select * from assembly_terms order by number desc limit 1")
                .query((row, _) -> terms(row))
                .optional()
                .orElse(Terms.FIRST);
    }

    /** Newest first. */
    List<Version> versions(int limit) {
        return db.sql("select * from assembly_terms order by number desc limit :limit")
                .param("limit", limit)
                .query((row, _) ->
                        new Version(
                                terms(row),
                                requireNonNull(row.getString("reason")),
                                new MemberId(
                                        requireNonNull(row.getObject("changed_by", UUID.class))),
                                requireNonNull(row.getObject("changed_at", OffsetDateTime.class))
                                        .toInstant()))
                .list();
    }

    void add(Terms terms, String reason, MemberId by, Instant at) {
        db.sql(
                        """
                        insert into assembly_terms (quorum_percent, majority, rules_majority, seconders, discussion_days,
                                                    voting_days, reason, changed_by, changed_at)
                        values (:quorum, :majority, :rulesMajority, :seconders, :discussionDays, :votingDays, :reason, :by, :at)
                        """)
                .param("quorum", terms.quorumPercent())
                .param("majority", terms.majority().word())
                .param("rulesMajority", terms.rulesMajority().word())
                .param("seconders", terms.seconders())
                .param("discussionDays", terms.discussionDays())
                .param("votingDays", terms.votingDays())
                .param("reason", reason)
                .param("by", by.value())
                .param("at", at.atOffset(ZoneOffset.UTC))
                .update();
    }

    private static Terms terms(ResultSet row) throws SQLException {
        return new Terms(
                row.getInt("quorum_percent"),
                Majority.of(requireNonNull(row.getString("majority"))),
                Majority.of(requireNonNull(row.getString("rules_majority"))),
                row.getInt("seconders"),
                row.getInt("discussion_days"),
                row.getInt("voting_days"));
    }
}
