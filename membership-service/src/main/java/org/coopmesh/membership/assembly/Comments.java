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
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for what members say about proposals; the only class that knows the table. */
@Repository
class Comments {
    static final int TEXT_MAX = 2_000;

    /** Of one proposal; all of them are on its page. */
    static final int PER_PROPOSAL_MAX = 500;

    /** Of one member about one proposal. */
    static final int PER_MEMBER_MAX = 30;

    private final JdbcClient db;

    Comments(JdbcClient db) {
        this.db = db;
    }

    /** What {@code by} said; {@code text} is null where it was hidden. */
    record Comment(
            long id, MemberId by, Instant at, @Nullable String text, @Nullable String hiddenWhy) {}

    Comment add(ProposalId proposal, MemberId by, String text, Instant at) {
        return db.sql(
                        """
                        insert into proposal_comment (proposal_id, member_id, at, text) values (:proposal, :by, :at, :text)
                        returning *
                        """)
                .param("proposal", proposal.value())
                .param("by", by.value())
                .param("at", at.atOffset(ZoneOffset.UTC))
                .param("text", text)
                .query(Comments::comment)
                .single();
    }

    int count(ProposalId proposal) {
        return db.sql("select count(*) from proposal_comment where proposal_id = :proposal")
                .param("proposal", proposal.value())
                .query(Integer.class)
                .single();
    }

    int count(ProposalId proposal, MemberId by) {
        return db.sql(
                        "select count(*) from proposal_comment where proposal_id = :proposal and member_id = :by")
                .param("proposal", proposal.value())
                .param("by", by.value())
                .query(Integer.class)
                .single();
    }

    /** Oldest first. */
    List<Comment> of(ProposalId proposal) {
        return db.sql(
                        "select * from proposal_comment where proposal_id = :proposal order by id limit :limit")
                .param("proposal", proposal.value())
                .param("limit", PER_PROPOSAL_MAX)
                .query(Comments::comment)
                .list();
    }

    /** Hides what somebody said; false if there is no such comment, or it was hidden already. */
    boolean hide(ProposalId proposal, long id, MemberId by, String why) {
        return db.sql(
                                """
                                update proposal_comment set hidden_by = :by, hidden_why = :why
                                where proposal_id = :proposal and id = :id and hidden_by is null
                                """)
                        .param("by", by.value())
                        .param("why", why)
                        .param("proposal", proposal.value())
                        .param("id", id)
                        .update()
                == 1;
    }

    private static Comment comment(ResultSet row, int number) throws SQLException {
        String hiddenWhy = row.getString("hidden_why");
        return new Comment(
                row.getLong("id"),
                new MemberId(requireNonNull(row.getObject("member_id", UUID.class))),
                requireNonNull(row.getObject("at", OffsetDateTime.class)).toInstant(),
                hiddenWhy == null ? row.getString("text") : null,
                hiddenWhy);
    }
}
