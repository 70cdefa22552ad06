package org.coopmesh.membership.assembly;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.coopmesh.eventbus.Outbox;
import org.coopmesh.membership.access.AccessControl;
import org.coopmesh.membership.member.MemberFacts;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.member.Membership;
import org.coopmesh.membership.standing.StandingReview;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/** What the members put before each other, vote on in secret, and what follows. */
@Service
public class Assembly {
    private static final Logger log = LoggerFactory.getLogger(Assembly.class);

    /** Drafts of one member that wait for seconders. */
    static final int DRAFTS_MAX = 5;

    /** Steps looked up at once; the others come with the next look. */
    private static final int DUE_MAX = 200;

    private final Proposals proposals;
    private final Comments comments;
    private final TermsBook termsBook;
    private final BallotBox box;
    private final BallotGate gate;
    private final BallotKeys keys;
    private final AssemblyKey key;
    private final Membership membership;
    private final StandingReview standings;
    private final AccessControl access;
    private final Outbox outbox;
    private final JsonMapper json;
    private final Clock clock;

    Assembly(
            Proposals proposals,
            Comments comments,
            TermsBook termsBook,
            BallotBox box,
            BallotGate gate,
            BallotKeys keys,
            AssemblyKey key,
            Membership membership,
            StandingReview standings,
            AccessControl access,
            Outbox outbox,
            JsonMapper json,
            Clock clock) {
        this.proposals = proposals;
        this.comments = comments;
        this.termsBook = termsBook;
        this.box = box;
        this.gate = gate;
        this.keys = keys;
        this.key = key;
        this.membership = membership;
        this.standings = standings;
        this.access = access;
        this.outbox = outbox;
        this.json = json;
        this.clock = clock;
    }

    // Proposals

    /**
     * Puts something before the assembly. Where no seconders are wanted, its days are set at once.
     *
     * @throws AssemblyRefused if {@code by} is not active, has too many drafts, or the change cannot be
     */
    @Transactional
    Proposal propose(
            MemberId by,
            String title,
            String text,
            ChangeFields fields,
            @Nullable LocalDate effectFrom) {
        mustBeActive(by);
        if (proposals.drafts(by) >= DRAFTS_MAX)
            throw AssemblyRefused.conflict(
                    "too-many-drafts",
                    "%d of your proposals wait for seconders".formatted(DRAFTS_MAX));
        Change change = acceptable(fields);
        Instant at = clock.instant();
        Proposal.Draft draft =
                proposals.add(ProposalId.next(), by, title, text, change, effectFrom, at);
        log.atInfo().addKeyValue("proposalId", draft.paper().id()).log("proposal submitted");
        return secondedEnough(draft);
    }

    private Change acceptable(ChangeFields fields) {
        try {
            Change change = fields.change(termsBook.current());
            if (change instanceof Change.Access policy) policy.on(access.policy());
            if (change instanceof Change.Hardship hardship) hardship.asked(membership.today());
            return change;
        } catch (IllegalArgumentException e) {
            String why = String.valueOf(e.getMessage());
            String field = "change." + why.split(" ", 2)[0];
            throw AssemblyRefused.unacceptable("change-unacceptable", field, why);
        }
    }

    /**
     * Wants to have it voted on; a second time changes nothing.
     *
     * @throws AssemblyRefused if it is the caller's own, or is no draft any more
     */
    @Transactional
    Proposal second(ProposalId id, MemberId by) {
        mustBeActive(by);
        Proposal before =
                proposals.lock(id).orElseThrow(() -> AssemblyRefused.notFound("proposal"));
        return switch (before) {
            case Proposal.Draft draft -> {
                if (draft.paper().by().equals(by))
                    throw AssemblyRefused.conflict(
                            "own-proposal", "your own proposal is seconded by others");
                proposals.second(id, by, clock.instant());
                yield secondedEnough(draft);
            }
            case Proposal.Discussed _, Proposal.Voting _, Proposal.Counted _ -> before;
            case Proposal.Withdrawn _ -> throw notLegal("a proposal that was taken back");
        };
    }

    private Proposal secondedEnough(Proposal.Draft draft) {
        Terms terms = termsBook.current();
        if (!draft.hasEnough(proposals.seconders(draft.paper().id()), terms)) return draft;
        Proposal.Discussed next = draft.seconded(terms, membership.today());
        proposals.update(next);
        return next;
    }

    /**
     * Takes a proposal back before the vote: who made it, or the board.
     *
     * @throws AssemblyRefused if the vote has opened, or it is somebody else's
     */
    @Transactional
    Proposal withdraw(ProposalId id, MemberId by, boolean board, String why) {
        Proposal before =
                proposals.lock(id).orElseThrow(() -> AssemblyRefused.notFound("proposal"));
        if (!board && !before.paper().by().equals(by))
            throw AssemblyRefused.forbidden(
                    "not-allowed", "who made a proposal takes it back, or the board");
        Proposal.Withdrawn next =
                switch (before) {
                    case Proposal.Draft draft -> draft.withdraw(by, why);
                    case Proposal.Discussed discussed -> discussed.withdraw(by, why);
                    case Proposal.Voting _, Proposal.Counted _, Proposal.Withdrawn _ ->
                            throw notLegal("a vote that has opened, or a proposal taken back,");
                };
        proposals.update(next);
        log.atInfo().addKeyValue("proposalId", id).log("proposal withdrawn");
        return next;
    }

    private static AssemblyRefused notLegal(String what) {
        return AssemblyRefused.conflict("step-not-legal", what + " has no such step");
    }

    /**
     * Says something about a proposal.
     *
     * @throws AssemblyRefused if it is decided or taken back, or enough was said
     */
    @Transactional
    Comments.Comment comment(ProposalId id, MemberId by, String text) {
        mustBeActive(by);
        Proposal proposal =
                proposals.lock(id).orElseThrow(() -> AssemblyRefused.notFound("proposal"));
        switch (proposal) {
            case Proposal.Draft _, Proposal.Discussed _, Proposal.Voting _ -> {}
            case Proposal.Counted _, Proposal.Withdrawn _ ->
                    throw AssemblyRefused.conflict(
                            "discussion-over", "nothing is discussed here any more");
        }
        if (comments.count(id) >= Comments.PER_PROPOSAL_MAX
                || comments.count(id, by) >= Comments.PER_MEMBER_MAX)
            throw AssemblyRefused.conflict(
                    "too-many-comments",
                    "at most %d of one member and %d of all"
                            .formatted(Comments.PER_MEMBER_MAX, Comments.PER_PROPOSAL_MAX));
        return comments.add(id, by, text, clock.instant());
    }

    @Transactional(readOnly = true)
    List<Comments.Comment> comments(ProposalId id) {
        find(id);
        return comments.of(id);
    }

    /** Hides what somebody said; it is kept, and everybody reads that it was hidden, and why. */
    @Transactional
    void hide(ProposalId id, long comment, MemberId by, String why) {
        if (!comments.hide(id, comment, by, why)) throw AssemblyRefused.notFound("comment");
        log.atInfo()
                .addKeyValue("proposalId", id)
                .addKeyValue("comment", comment)
                .addKeyValue("by", by)
                .log("comment hidden");
    }

    // Terms

    Terms terms() {
        return termsBook.current();
    }

    List<TermsBook.Version> termsSoFar(int limit) {
        return termsBook.versions(limit);
    }

    /** Sets the terms for what is seconded from now on; what has its days keeps them. */
    @Transactional
    void change(Terms terms, String reason, MemberId by) {
        termsBook.add(terms, reason, by, clock.instant());
        log.atInfo().addKeyValue("by", by).log("terms of the assembly changed");
    }

    // The ballot

    /** What became of a folded paper. */
    sealed interface Signing {
        /** The signature of the folded paper, Base64. */
        record Signed(String signature) implements Signing {}

        record Refused(AssemblyRefused why) implements Signing {}
    }

    /**
     * Signs one folded paper for a member on the roll, without seeing what it says. The same paper gets the same signature again; another
     * one is refused. What is refused is counted.
     *
     * @param folded blinded as in RFC 9474
     */
    @Transactional
    Signing sign(ProposalId id, MemberId member, byte[] folded) {
        Optional<Proposal> found = proposals.share(id);
        if (found.isEmpty()) return new Signing.Refused(AssemblyRefused.notFound("proposal"));
        if (!(found.get() instanceof Proposal.Voting vote)
                || !vote.takesBallots(membership.today()))
            return new Signing.Refused(refuse(id, notOpen(found.get())));
        var ballotKey = BallotKey.of(vote.key());
        if (!ballotKey.fits(folded))
            return new Signing.Refused(
                    refuse(
                            id,
                            AssemblyRefused.unacceptable(
                                    "paper-unacceptable",
                                    "folded",
                                    "folded is %d bytes below the key's modulus"
                                            .formatted(BallotKey.BYTES))));
        Optional<BallotBox.Entry> entry = box.lock(id, member);
        if (entry.isEmpty())
            return new Signing.Refused(
                    refuse(
                            id,
                            AssemblyRefused.forbidden(
                                    "not-on-the-roll",
                                    "who was an active member before the vote opened has a vote")));
        String digest = HexFormat.of().formatHex(VoteRecord.sha256(folded));
        String before = entry.get().foldedSha256();
        if (before != null && !before.equals(digest))
            return new Signing.Refused(
                    refuse(
                            id,
                            AssemblyRefused.conflict(
                                    "ballot-signed-before",
                                    "one ballot was signed for you already; every member has one vote")));
        byte[] signature = keys.sign(id, ballotKey, folded);
        if (before == null) box.sign(id, member, digest);
        return new Signing.Signed(Base64.getEncoder().encodeToString(signature));
    }

    /** What became of a ballot. */
    sealed interface Casting {
        /**
         * It is in the box.
         *
         * @param receipt the co-op's signature over it, Base64: proof against a box that loses it
         */
        record Taken(String receipt) implements Casting {}

        record Refused(AssemblyRefused why) implements Casting {}
    }

    /**
     * Takes a ballot from anybody: its signature is all it needs. The same ballot counts once and gets the same receipt again. What is
     * refused is counted, and nothing is kept of it; of very much in a short time only that it was too much.
     */
    @Transactional
    Casting cast(ProposalId id, Ballot ballot) {
        String open = gate.key(id, proposals::openVotes);
        boolean isSigned = open != null && BallotKey.of(open).signed(id, ballot);
        if (isSigned ? !gate.takes(ballot) : !gate.looksAtAnother())
            return new Casting.Refused(AssemblyRefused.tooMany(BallotGate.WINDOW));
        Optional<Proposal> seen = proposals.find(id);
        if (seen.isEmpty()) return new Casting.Refused(AssemblyRefused.notFound("proposal"));
        if (seen.get() instanceof Proposal.Voting vote
                && !BallotKey.of(vote.key()).signed(id, ballot))
            return new Casting.Refused(
                    refuse(
                            id,
                            AssemblyRefused.unacceptable(
                                    "ballot-not-signed",
                                    "signature",
                                    "the signature is not over this ballot: it was altered, or is of another vote")));
        Proposal now = proposals.lock(id).orElseThrow();
        if (!(now instanceof Proposal.Voting vote) || !vote.takesBallots(membership.today()))
            return new Casting.Refused(refuse(id, notOpen(now)));
        Optional<Ballot> there = box.find(id, ballot.nonce());
        if (there.isPresent() && !there.get().equals(ballot))
            return new Casting.Refused(
                    refuse(
                            id,
                            AssemblyRefused.conflict(
                                    "ballot-used", "another ballot with this nonce was cast")));
        if (there.isEmpty()) box.cast(id, ballot);
        return new Casting.Taken(key.sign(ballot.receipt(id)));
    }

    private AssemblyRefused notOpen(Proposal proposal) {
        return switch (proposal) {
            case Proposal.Draft _, Proposal.Discussed _, Proposal.Withdrawn _ ->
                    AssemblyRefused.conflict("vote-not-open", "this vote is not open");
            case Proposal.Voting vote ->
                    AssemblyRefused.conflict(
                            "vote-closed",
                            "ballots were taken until " + vote.calendar().closesOn());
            case Proposal.Counted vote ->
                    AssemblyRefused.conflict(
                            "vote-closed",
                            "ballots were taken until " + vote.calendar().closesOn());
        };
    }

    /** Counts and tells what was refused, and never whose it was. */
    private AssemblyRefused refuse(ProposalId id, AssemblyRefused why) {
        box.refused(id, why.slug());
        log.atInfo()
                .addKeyValue("proposalId", id)
                .addKeyValue("why", why.slug())
                .log("ballot refused");
        return why;
    }

    // What time brings

    List<ProposalId> due() {
        if (membership.constituted().isEmpty()) return List.of();
        return proposals.due(membership.today(), DUE_MAX);
    }

    /**
     * Takes the next step of a proposal if its day has come: opens the vote, counts it, or carries out what was adopted. The proposal's
     * row decides between replicas, so each step happens once.
     */
    @Transactional
    void step(ProposalId id) {
        Proposal before = proposals.lock(id).orElseThrow();
        LocalDate today = membership.today();
        switch (before) {
            case Proposal.Discussed discussed when discussed.opens(today) -> open(discussed, today);
            case Proposal.Voting vote when vote.isOver(today) -> count(vote, today);
            case Proposal.Counted counted when counted.isDue(today) -> carryOut(counted);
            case Proposal.Draft _,
                    Proposal.Discussed _,
                    Proposal.Voting _,
                    Proposal.Counted _,
                    Proposal.Withdrawn _ -> {} // Another replica was first.
        }
    }

    private void open(Proposal.Discussed discussed, LocalDate today) {
        ProposalId id = discussed.paper().id();
        List<MemberId> electorate = membership.activeBefore(today);
        Proposal.Voting next = discussed.open(today, electorate.size(), keys.open(id).encoded());
        proposals.update(next);
        box.open(id, electorate);
        log.atInfo()
                .addKeyValue("proposalId", id)
                .addKeyValue("electorate", electorate.size())
                .log("vote opened");
    }

    private void count(Proposal.Voting vote, LocalDate today) {
        ProposalId id = vote.paper().id();
        Instant at = clock.instant();
        List<Ballot> ballots = box.ballots(id);
        Proposal.Counted next = vote.count(today, Tally.of(ballots), at);
        String text =
                VoteRecord.written(
                        next, about(next.paper()), box.roll(id), ballots, box.refusals(id));
        var signature = key.sign(text.getBytes(StandardCharsets.UTF_8));
        var record = new VoteRecord(text, key.publicKey() + " " + signature);
        proposals.update(next);
        box.keep(id, record);
        if (next.outcome() == Outcome.ADOPTED)
            outbox.add(
                    AssemblyEvents.TOPIC,
                    id.toString(),
                    AssemblyEvents.adopted(next, record.seal(), currency(), at));
        log.atInfo()
                .addKeyValue("proposalId", id)
                .addKeyValue("outcome", next.outcome().word())
                .addKeyValue("seal", record.seal())
                .log("vote counted");
    }

    private String about(Paper paper) {
        var about = new LinkedHashMap<String, Object>();
        about.put("number", paper.number());
        about.put("title", paper.title());
        about.put("text", paper.text());
        about.put("change", ChangeFields.of(paper.change()));
        return json.writeValueAsString(about);
    }

    private void carryOut(Proposal.Counted adopted) {
        Paper paper = adopted.paper();
        Instant at = clock.instant();
        String reason = "resolution %d of the assembly".formatted(paper.number());
        switch (paper.change()) {
            case Change.Resolution _, Change.Dues _, Change.Budget _, Change.OutageCredit _ -> {}
            case Change.Hardship(LocalDate until) ->
                    standings.hold(paper.by(), until, reason, paper.by().value());
            case Change.Rules(String text) -> membership.adoptRules(text, reason);
            case Change.Access change ->
                    access.change(
                            change.on(access.policy()),
                            change.graceDays(standings.graceDays()),
                            reason,
                            paper.by().value());
            case Change.Procedure(Terms terms) -> termsBook.add(terms, reason, paper.by(), at);
        }
        proposals.applied(paper.id(), at);
        outbox.add(
                AssemblyEvents.TOPIC,
                paper.id().toString(),
                AssemblyEvents.tookEffect(
                        adopted, box.seal(paper.id()).orElseThrow(), currency(), at));
        log.atInfo().addKeyValue("proposalId", paper.id()).log("resolution carried out");
    }

    /** Takes away the keys of votes that are counted. */
    void forgetKeys() {
        for (ProposalId each : keys.all()) {
            boolean over =
                    switch (proposals.find(each).orElse(null)) {
                        case null -> false; // Not ours to judge: another database's.
                        case Proposal.Draft _, Proposal.Discussed _, Proposal.Voting _ -> false;
                        case Proposal.Counted _, Proposal.Withdrawn _ -> true;
                    };
            if (over) keys.forget(each);
        }
    }

    // Pages

    /**
     * What a page shows about one proposal.
     *
     * @param turnout only for the board while the vote is open
     * @param mayVote whether the caller is on the roll
     * @param signed whether a ballot was signed for the caller
     * @param seal of the record, once counted
     */
    record Page(
            Proposal proposal,
            String byName,
            int seconders,
            boolean seconded,
            BallotBox.@Nullable Turnout turnout,
            boolean mayVote,
            boolean signed,
            @Nullable String seal) {}

    @Transactional(readOnly = true)
    Page page(ProposalId id, MemberId caller, boolean board) {
        return page(find(id), caller, board);
    }

    @Transactional(readOnly = true)
    List<Page> pages(int before, int limit, MemberId caller, boolean board) {
        return proposals.page(before, limit).stream()
                .map(each -> page(each, caller, board))
                .toList();
    }

    private Page page(Proposal proposal, MemberId caller, boolean board) {
        ProposalId id = proposal.paper().id();
        boolean open = proposal instanceof Proposal.Voting;
        boolean counted = proposal instanceof Proposal.Counted;
        Optional<BallotBox.OnRoll> roll =
                open || counted ? box.onRoll(id, caller) : Optional.empty();
        return new Page(
                proposal,
                nameOf(proposal.paper().by()),
                proposals.seconders(id),
                proposals.seconded(id, caller),
                counted || open && board ? box.turnout(id) : null,
                roll.isPresent(),
                roll.map(BallotBox.OnRoll::signed).orElse(false),
                counted ? box.seal(id).orElse(null) : null);
    }

    boolean takesBallots(Proposal.Voting vote) {
        return vote.takesBallots(membership.today());
    }

    /** The record of a vote that was counted. */
    VoteRecord record(ProposalId id) {
        find(id);
        return box.record(id)
                .orElseThrow(() ->
                        AssemblyRefused.conflict(
                                "vote-not-counted",
                                "the record is there once the vote is counted"));
    }

    /** The key that signs receipts and records: SubjectPublicKeyInfo, Base64. */
    String publicKey() {
        return key.publicKey();
    }

    String nameOf(MemberId member) {
        return membership.facts(member).map(MemberFacts::name).orElse("");
    }

    private Proposal find(ProposalId id) {
        return proposals.find(id).orElseThrow(() -> AssemblyRefused.notFound("proposal"));
    }

    private String currency() {
        return membership.coop().currency().getCurrencyCode();
    }

    private void mustBeActive(MemberId member) {
        if (membership
                .facts(member)
                .filter(found -> found.state() == MemberFacts.State.ACTIVE)
                .isEmpty())
            throw AssemblyRefused.conflict(
                    "not-an-active-member", "only active members take part in the assembly");
    }
}
