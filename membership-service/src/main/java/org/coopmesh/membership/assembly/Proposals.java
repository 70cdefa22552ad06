package org.coopmesh.membership.assembly;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.membership.member.MemberId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.databind.json.JsonMapper;

/** SQL for proposals and who seconded them; the only class that knows these tables. */
@Repository
class Proposals {
    private final JdbcClient db;
    private final JsonMapper json;

    Proposals(JdbcClient db, JsonMapper json) {
        this.db = db;
        this.json = json;
    }

    /** Stores a draft and gives it its number. */
    Proposal.Draft add(
            ProposalId id,
            MemberId by,
            String title,
            String text,
            Change change,
            @Nullable LocalDate effectFrom,
            Instant at) {
        int number =
                db.sql(
                                """
                                insert into proposal (id, by_member, title, body, change, effect_from, submitted_at, state)
                                values (:id, :by, :title, :text, :change::jsonb, :effectFrom, :at, 'draft')
                                returning number
                                """)
                        .param("id", id.value())
                        .param("by", by.value())
                        .param("title", title)
                        .param("text", text)
                        .param("change", json.writeValueAsString(ChangeFields.of(change)))
                        .param("effectFrom", effectFrom)
                        .param("at", at.atOffset(ZoneOffset.UTC))
                        .query(Integer.class)
                        .single();
        return new Proposal.Draft(new Paper(id, number, by, title, text, change, effectFrom, at));
    }

    Optional<Proposal> find(ProposalId id) {
        return db.sql("select * from proposal where id = :id")
                .param("id", id.value())
                .query(this::proposal)
                .optional();
    }

    /** The public keys of all votes that are open. */
    Map<ProposalId, String> openVotes() {
        var keys = new HashMap<ProposalId, String>();
        db.sql("select id, ballot_key from proposal where state = 'voting'")
                .query(row -> {
                    keys.put(
                            new ProposalId(requireNonNull(row.getObject("id", UUID.class))),
                            requireNonNull(row.getString("ballot_key")));
                });
        return keys;
    }

    /** Locks the row until the transaction ends: each step is taken once, and ballots go in one after the other. */
    Optional<Proposal> lock(ProposalId id) {
        return db.sql("select * from proposal where id = :id for update")
                .param("id", id.value())
                .query(this::proposal)
                .optional();
    }

    /** Keeps the state as it is until the transaction ends; others may do so too. */
    Optional<Proposal> share(ProposalId id) {
        return db.sql("select * from proposal where id = :id for share")
                .param("id", id.value())
                .query(this::proposal)
                .optional();
    }

    /** A page, newest first; {@code before} is the number the page before ended with, or the greatest int. */
    List<Proposal> page(int before, int limit) {
        return db.sql(
                        "select * from proposal where number < :before order by number desc limit :limit")
                .param("before", before)
                .param("limit", limit)
                .query(this::proposal)
                .list();
    }

    int drafts(MemberId by) {
        return db.sql("select count(*) from proposal where by_member = :by and state = 'draft'")
                .param("by", by.value())
                .query(Integer.class)
                .single();
    }

    /** What time has brought to its next step by {@code today}, in the order in which it is to happen. */
    List<ProposalId> due(LocalDate today, int limit) {
        return db.sql(
                        """
                        select id from proposal
                        where (state = 'discussion' and opens_on <= :today)
                           or (state = 'voting' and closes_on < :today)
                           or (outcome = 'adopted' and applied_at is null and effective_on <= :today)
                        order by coalesce(effective_on, opens_on), number
                        limit :limit
                        """)
                .param("today", today)
                .param("limit", limit)
                .query((row, _) -> new ProposalId(requireNonNull(row.getObject(1, UUID.class))))
                .list();
    }

    /** Adds a seconder; false if they had seconded already. */
    boolean second(ProposalId id, MemberId member, Instant at) {
        return db.sql(
                                """
                                insert into proposal_second (proposal_id, member_id, at) values (:id, :member, :at)
                                on conflict do nothing
                                """)
                        .param("id", id.value())
                        .param("member", member.value())
                        .param("at", at.atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    int seconders(ProposalId id) {
        return db.sql("select count(*) from proposal_second where proposal_id = :id")
                .param("id", id.value())
                .query(Integer.class)
                .single();
    }

    boolean seconded(ProposalId id, MemberId member) {
        return db.sql(
                        "select exists (select 1 from proposal_second where proposal_id = :id and member_id = :member)")
                .param("id", id.value())
                .param("member", member.value())
                .query(Boolean.class)
                .single();
    }

    void update(Proposal.Discussed next) {
        db.sql(
                        """
                        update proposal
                        set state = 'discussion', quorum_percent = :quorum, majority = :majority, opens_on = :opens,
                            closes_on = :closes, effective_on = :effective
                        where id = :id
                        """)
                .param("quorum", next.rule().quorumPercent())
                .param("majority", next.rule().majority().word())
                .param("opens", next.calendar().opensOn())
                .param("closes", next.calendar().closesOn())
                .param("effective", next.calendar().effectiveOn())
                .param("id", next.paper().id().value())
                .update();
    }

    void update(Proposal.Voting next) {
        db.sql(
                        """
                        update proposal
                        set state = 'voting', opens_on = :opens, closes_on = :closes, effective_on = :effective,
                            electorate = :electorate, ballot_key = :key
                        where id = :id
                        """)
                .param("opens", next.calendar().opensOn())
                .param("closes", next.calendar().closesOn())
                .param("effective", next.calendar().effectiveOn())
                .param("electorate", next.electorate())
                .param("key", next.key())
                .param("id", next.paper().id().value())
                .update();
    }

    void update(Proposal.Counted next) {
        db.sql(
                        """
                        update proposal
                        set state = 'counted', yes = :yes, no = :no, abstain = :abstain, outcome = :outcome, counted_at = :at
                        where id = :id
                        """)
                .param("yes", next.tally().yes())
                .param("no", next.tally().no())
                .param("abstain", next.tally().abstain())
                .param("outcome", next.outcome().word())
                .param("at", next.countedAt().atOffset(ZoneOffset.UTC))
                .param("id", next.paper().id().value())
                .update();
    }

    void applied(ProposalId id, Instant at) {
        db.sql("update proposal set applied_at = :at where id = :id")
                .param("at", at.atOffset(ZoneOffset.UTC))
                .param("id", id.value())
                .update();
    }

    void update(Proposal.Withdrawn next) {
        db.sql(
                        """
                        update proposal
                        set state = 'withdrawn', withdrawn_by = :by, withdrawn_why = :why, quorum_percent = null, majority = null,
                            opens_on = null, closes_on = null, effective_on = null
                        where id = :id
                        """)
                .param("by", next.by().value())
                .param("why", next.why())
                .param("id", next.paper().id().value())
                .update();
    }

    private Proposal proposal(ResultSet row, int number) throws SQLException {
        var paper =
                new Paper(
                        new ProposalId(requireNonNull(row.getObject("id", UUID.class))),
                        row.getInt("number"),
                        new MemberId(requireNonNull(row.getObject("by_member", UUID.class))),
                        requireNonNull(row.getString("title")),
                        requireNonNull(row.getString("body")),
                        json.readValue(row.getString("change"), ChangeFields.class)
                                .change(Terms.FIRST), // Written down whole.
                        row.getObject("effect_from", LocalDate.class),
                        instant(row, "submitted_at"));
        String state = requireNonNull(row.getString("state"));
        return switch (state) {
            case "draft" -> new Proposal.Draft(paper);
            case "discussion" -> new Proposal.Discussed(paper, rule(row), calendar(row));
            case "voting" ->
                    new Proposal.Voting(
                            paper,
                            rule(row),
                            calendar(row),
                            row.getInt("electorate"),
                            requireNonNull(row.getString("ballot_key")));
            case "counted" -> {
                OffsetDateTime applied = row.getObject("applied_at", OffsetDateTime.class);
                yield new Proposal.Counted(
                        paper,
                        rule(row),
                        calendar(row),
                        row.getInt("electorate"),
                        requireNonNull(row.getString("ballot_key")),
                        new Tally(row.getInt("yes"), row.getInt("no"), row.getInt("abstain")),
                        Outcome.of(requireNonNull(row.getString("outcome"))),
                        instant(row, "counted_at"),
                        applied == null ? null : applied.toInstant());
            }
            case "withdrawn" ->
                    new Proposal.Withdrawn(
                            paper,
                            new MemberId(requireNonNull(row.getObject("withdrawn_by", UUID.class))),
                            requireNonNull(row.getString("withdrawn_why")));
            default -> throw new IllegalStateException("no state of a proposal: " + state);
        };
    }

    private static Rule rule(ResultSet row) throws SQLException {
        return new Rule(
                row.getInt("quorum_percent"),
                Majority.of(requireNonNull(row.getString("majority"))));
    }

    private static Calendar calendar(ResultSet row) throws SQLException {
        return new Calendar(
                requireNonNull(row.getObject("opens_on", LocalDate.class)),
                requireNonNull(row.getObject("closes_on", LocalDate.class)),
                requireNonNull(row.getObject("effective_on", LocalDate.class)));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return requireNonNull(row.getObject(column, OffsetDateTime.class)).toInstant();
    }
}
