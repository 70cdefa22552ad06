package org.coopmesh.membership.assembly;

import static java.util.Objects.requireNonNull;

import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.coopmesh.membership.member.MemberId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for the roll, the ballots and what was refused; the only class that knows these tables. */
@Repository
class BallotBox {
    private final JdbcClient db;

    BallotBox(JdbcClient db) {
        this.db = db;
    }

    /** A member who may vote, and whether a ballot was signed for them. */
    record OnRoll(MemberId member, boolean signed) {}

    /** What the roll says of a member: the digest of the paper that was signed, or null. */
    record Entry(@Nullable String foldedSha256) {}

    /** Writes down who may vote. */
    void open(ProposalId vote, List<MemberId> electorate) {
        db.sql(
                        """
                        insert into ballot_roll (proposal_id, member_id)
                        select :vote, m from unnest(:members::uuid[]) m
                        """)
                .param("vote", vote.value())
                .param(
                        "members",
                        electorate.stream().map(MemberId::toString).toArray(String[]::new))
                .update();
    }

    /** Locks a member's line, so that two papers cannot both be the first; empty if they are not on the roll. */
    Optional<Entry> lock(ProposalId vote, MemberId member) {
        return db.sql(
                        """
                        select folded_sha256 from ballot_roll where proposal_id = :vote and member_id = :member
                        for update
                        """)
                .param("vote", vote.value())
                .param("member", member.value())
                .query((row, _) -> {
                    byte[] digest = row.getBytes(1);
                    return new Entry(digest == null ? null : HexFormat.of().formatHex(digest));
                })
                .optional();
    }

    void sign(ProposalId vote, MemberId member, String foldedSha256) {
        db.sql(
                        """
                        update ballot_roll set folded_sha256 = decode(:digest, 'hex')
                        where proposal_id = :vote and member_id = :member
                        """)
                .param("digest", foldedSha256)
                .param("vote", vote.value())
                .param("member", member.value())
                .update();
    }

    /** By id. */
    List<OnRoll> roll(ProposalId vote) {
        return db.sql(
                        """
                        select member_id, folded_sha256 is not null as signed from ballot_roll
                        where proposal_id = :vote order by member_id::text
                        """)
                .param("vote", vote.value())
                .query((row, _) ->
                        new OnRoll(
                                new MemberId(
                                        requireNonNull(row.getObject("member_id", UUID.class))),
                                row.getBoolean("signed")))
                .list();
    }

    /** Whether a member may vote, and has a ballot; empty if they are not on the roll. */
    Optional<OnRoll> onRoll(ProposalId vote, MemberId member) {
        return db.sql(
                        """
                        select folded_sha256 is not null as signed from ballot_roll
                        where proposal_id = :vote and member_id = :member
                        """)
                .param("vote", vote.value())
                .param("member", member.value())
                .query((row, _) -> new OnRoll(member, row.getBoolean("signed")))
                .optional();
    }

    /** How many were signed and how many were cast. */
    record Turnout(int signed, int cast) {}

    Turnout turnout(ProposalId vote) {
        return db.sql(
                        """
                        select (select count(*) from ballot_roll where proposal_id = :vote and folded_sha256 is not null) as signed,
                               (select count(*) from ballot where proposal_id = :vote) as thrown
                        """)
                .param("vote", vote.value())
                .query((row, _) -> new Turnout(row.getInt("signed"), row.getInt("thrown")))
                .single();
    }

    /** The ballot with this nonce. */
    Optional<Ballot> find(ProposalId vote, String nonce) {
        return db.sql(
                        """
                        select nonce, choice, signature from ballot
                        where proposal_id = :vote and nonce = decode(:nonce, 'hex')
                        """)
                .param("vote", vote.value())
                .param("nonce", nonce)
                .query((row, _) ->
                        ballot(row.getBytes(1), requireNonNull(row.getString(2)), row.getBytes(3)))
                .optional();
    }

    /**
     * Adds a ballot, and writes all of the vote anew in the order of their nonces, which is no order of time: afterwards all rows are
     * of one transaction. The caller holds the lock of the proposal.
     */
    void cast(ProposalId vote, Ballot ballot) {
        db.sql(
                        """
                        with taken as (
                            delete from ballot where proposal_id = :vote returning nonce, choice, signature
                        ), together as (
                            select * from taken
                            union all
                            select decode(:nonce, 'hex'), :choice, decode(:signature, 'base64')
                        )
                        insert into ballot (proposal_id, nonce, choice, signature)
                        select :vote, nonce, choice, signature from together order by nonce
                        """)
                .param("vote", vote.value())
                .param("nonce", ballot.nonce())
                .param("choice", ballot.choice().word())
                .param("signature", ballot.signature())
                .update();
    }

    /** By nonce. */
    List<Ballot> ballots(ProposalId vote) {
        return db.sql(
                        "select nonce, choice, signature from ballot where proposal_id = :vote order by nonce")
                .param("vote", vote.value())
                .query((row, _) ->
                        ballot(row.getBytes(1), requireNonNull(row.getString(2)), row.getBytes(3)))
                .list();
    }

    /** Counts that something was refused. */
    void refused(ProposalId vote, String why) {
        db.sql(
                        """
                        insert into ballot_refusal (proposal_id, why, times) values (:vote, :why, 1)
                        on conflict (proposal_id, why) do update set times = ballot_refusal.times + 1
                        """)
                .param("vote", vote.value())
                .param("why", why)
                .update();
    }

    /** How often what was refused, by its word. */
    Map<String, Integer> refusals(ProposalId vote) {
        var all = new TreeMap<String, Integer>();
        db.sql("select why, times from ballot_refusal where proposal_id = :vote")
                .param("vote", vote.value())
                .query(row -> {
                    all.put(requireNonNull(row.getString("why")), row.getInt("times"));
                });
        return all;
    }

    /** Keeps a record as it is published; once. */
    void keep(ProposalId vote, VoteRecord record) {
        db.sql(
                        """
                        insert into vote_record (proposal_id, text, sha256, signature)
                        values (:vote, :text, :sha256, :signature)
                        """)
                .param("vote", vote.value())
                .param("text", record.text())
                .param("sha256", record.seal())
                .param("signature", record.signature())
                .update();
    }

    /** The record of a vote that was counted. */
    Optional<VoteRecord> record(ProposalId vote) {
        return db.sql("select text, signature from vote_record where proposal_id = :vote")
                .param("vote", vote.value())
                .query((row, _) ->
                        new VoteRecord(
                                requireNonNull(row.getString(1)), requireNonNull(row.getString(2))))
                .optional();
    }

    /** The fingerprint of a record. */
    Optional<String> seal(ProposalId vote) {
        return db.sql("select sha256 from vote_record where proposal_id = :vote")
                .param("vote", vote.value())
                .query(String.class)
                .optional();
    }

    private static Ballot ballot(byte[] nonce, String choice, byte[] signature) {
        return new Ballot(
                HexFormat.of().formatHex(nonce),
                Choice.of(choice),
                Base64.getEncoder().encodeToString(signature));
    }
}
