package org.coopmesh.membership.assembly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.put;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.coopmesh.contracts.membership.v1.AssemblyEvent;
import org.coopmesh.membership.Audit;
import org.coopmesh.membership.RunningService;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.member.Membership;
import org.coopmesh.membership.member.Person;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.ResultActions;
import tools.jackson.databind.JsonNode;

@TestPropertySource(properties = "coopmesh.test.database=assembly")
class AssemblyApiIT extends RunningService {
    private static final String RESOLUTION = "{\"kind\": \"resolution\"}";
    private static final int MEMBERS = 5;

    @Autowired Membership membership;
    @Autowired Assembly assembly;
    @Autowired DueSteps steps;
    @Autowired JdbcClient db;

    @Value("${coopmesh.keys-dir}")
    Path keysDir;

    @TempDir Path folder;

    private UUID board;
    private final List<UUID> members = new ArrayList<>();

    @BeforeEach
    void aCoop() throws Exception {
        if (membership.constituted().isEmpty()) {
            board = constitute();
            for (int i = 1; i <= MEMBERS; i++) join("m" + i);
        }
        board = idOf("board");
        for (int i = 1; i <= MEMBERS; i++) members.add(idOf("m" + i));
        terms(40, "simple", 1, 0, 2);
    }

    @Test
    void whatIsAdoptedTakesEffectOnItsDayOnceThoughTwoReplicasTakeTheStep() throws Exception {
        long changes = policyChanges();
        UUID vote =
                open("{\"kind\": \"policy\", \"slowLaneKbit\": 2345, \"slowLaneAfterDays\": 21}");
        vote(vote, members.get(0), Choice.YES);
        vote(vote, members.get(1), Choice.YES);
        vote(vote, members.get(2), Choice.NO);
        clock.advance(Duration.ofDays(2));

        // Counted: closes on its second day, holds from the next.
        together(vote);
        assertThat(result(vote).path("outcome").asString()).isEqualTo("adopted");
        together(vote);
        together(vote);

        assertThat(policyChanges()).isEqualTo(changes + 1);
        http.perform(get("/api/coop/policy").with(caller(board, "board")))
                .andExpect(jsonPath("$.slowLaneKbit").value(2345))
                .andExpect(jsonPath("$.slowLaneAfterDays").value(21))
                .andExpect(jsonPath("$.wallAfterDays").value(14));
        http.perform(get("/api/coop/policy/changes").with(caller(board, "board")))
                .andExpect(
                        jsonPath("$.items[0].reason")
                                .value(
                                        "resolution %d of the assembly"
                                                .formatted(show(vote).path("number").asInt())));
        assertThat(said(vote))
                .extracting(AssemblyEvent::getFactCase)
                .containsExactly(
                        AssemblyEvent.FactCase.ADOPTED, AssemblyEvent.FactCase.TOOK_EFFECT);
        assertThat(said(vote).getLast().getTookEffect().getResolution().getAccessPolicy())
                .satisfies(policy -> {
                    assertThat(policy.getSlowLaneKbit()).isEqualTo(2345);
                    assertThat(policy.hasWallAfterDays()).isFalse();
                });
    }

    @Test
    void whatIsAdoptedForALaterDayWaitsAndIsCarriedOutAfterALongSleep() throws Exception {
        LocalDate later = today().plusDays(30);
        UUID vote = open("{\"kind\": \"rules\", \"rulesText\": \"Be kind, and share.\"}", later);
        for (UUID each : members) vote(vote, each, Choice.YES);
        int before = membership.coop().rulesVersion();
        clock.advance(Duration.ofDays(3));
        steps.take();
        assertThat(membership.coop().rulesVersion()).isEqualTo(before);

        clock.advance(Duration.ofDays(60));
        steps.take();
        steps.take();

        assertThat(membership.coop().rulesVersion()).isEqualTo(before + 1);
        assertThat(membership.coop().rulesText()).isEqualTo("Be kind, and share.");
        http.perform(get("/api/coop/rules").with(caller(members.get(0), "member")))
                .andExpect(jsonPath("$.items[0].version").value(before + 1))
                .andExpect(jsonPath("$.items[1].text").value("Be kind."));
        http.perform(
                        post("/api/applications")
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(application("Late", "late-rules@example.org")))
                .andExpect(status().isUnprocessableContent());
    }

    @Test
    void theAssemblyChangesItsOwnTerms() throws Exception {
        UUID vote = open("{\"kind\": \"terms\", \"quorumPercent\": 55, \"votingDays\": 9}");
        for (UUID each : members) vote(vote, each, Choice.YES);
        clock.advance(Duration.ofDays(2));
        steps.take();
        steps.take();

        http.perform(get("/api/assembly/terms").with(caller(board, "member")))
                .andExpect(jsonPath("$.terms.quorumPercent").value(55))
                .andExpect(jsonPath("$.terms.votingDays").value(9))
                .andExpect(jsonPath("$.terms.seconders").value(1));
    }

    @Test
    void tooFewBallotsDecideNothingAndATieRejects() throws Exception {
        UUID lonely = open(RESOLUTION);
        UUID tied = open(RESOLUTION);
        vote(lonely, members.get(0), Choice.YES);
        vote(tied, members.get(0), Choice.YES);
        vote(tied, members.get(1), Choice.NO);
        vote(tied, members.get(2), Choice.ABSTAIN);
        clock.advance(Duration.ofDays(3));
        steps.take();

        assertThat(result(lonely).path("outcome").asString()).isEqualTo("no-quorum");
        assertThat(result(tied).path("outcome").asString()).isEqualTo("rejected");
        assertThat(said(tied)).isEmpty();
        steps.take();
        assertThat(result(tied).path("appliedAt").isNull()).isTrue();
    }

    @Test
    void aMemberHasOneVoteHoweverTheyAsk() throws Exception {
        UUID vote = open(RESOLUTION);
        UUID me = members.get(0);
        var first = new Voter(key(vote), new ProposalId(vote), Choice.YES);
        var second = new Voter(key(vote), new ProposalId(vote), Choice.NO);
        String signature = signature(sign(vote, me, first.folded()).andExpect(status().isOk()));

        // The same paper again: an answer that was lost on its way.
        assertThat(signature(sign(vote, me, first.folded()))).isEqualTo(signature);
        try (var audit = new Audit()) {
            sign(vote, me, second.folded())
                    .andExpect(status().isConflict())
                    .andExpect(
                            jsonPath("$.type")
                                    .value("https://coopmesh.org/problems/ballot-signed-before"));
            assertThat(audit.told())
                    .contains(
                            "ballot refused proposalId=%s why=ballot-signed-before".formatted(vote))
                    .as("that it was tried is told, never by whom")
                    .noneMatch(line -> line.contains(me.toString()));
        }
        assertThat(refusals(vote, "ballot-signed-before")).isEqualTo(1);
        Ballot ballot = first.ballot(signature);
        String receipt = receipt(cast(vote, ballot).andExpect(status().isOk()));
        assertThat(receipt(cast(vote, ballot).andExpect(status().isOk()))).isEqualTo(receipt);

        assertThat(cast(vote)).isEqualTo(1);
        http.perform(get("/api/assembly/proposals/" + vote).with(caller(me, "member")))
                .andExpect(jsonPath("$.ballotSigned").value(true))
                .andExpect(jsonPath("$.cast").doesNotExist());
        http.perform(get("/api/assembly/proposals/" + vote).with(caller(board, "member", "board")))
                .andExpect(jsonPath("$.ballotSigned").value(false))
                .andExpect(jsonPath("$.cast").value(1));
    }

    @Test
    void aBallotThatWasAlteredOrIsOfAnotherVoteIsRefused() throws Exception {
        UUID vote = open(RESOLUTION);
        UUID other = open(RESOLUTION);
        Ballot good = signed(vote, members.get(0), Choice.YES);

        refused(
                cast(vote, new Ballot(good.nonce(), Choice.NO, good.signature())),
                422,
                "ballot-not-signed");
        refused(cast(other, good), 422, "ballot-not-signed");
        refused(
                cast(vote, new Ballot("ab".repeat(32), Choice.YES, good.signature())),
                422,
                "ballot-not-signed");
        refused(
                http.perform(
                        post("/api/assembly/ballots")
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(ballotJson(vote, good).replace(good.signature(), "AAAA"))),
                422,
                "ballot-not-signed");
        refused(
                http.perform(
                        post("/api/assembly/ballots")
                                .with(caller(members.get(0), "member"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(ballotJson(vote, good))),
                409,
                "ballot-with-a-name");

        assertThat(cast(vote)).isZero();
        assertThat(refusals(vote, "ballot-not-signed")).isEqualTo(2);
        assertThat(refusals(other, "ballot-not-signed")).isEqualTo(1);
        cast(vote, good).andExpect(status().isOk());
    }

    @Test
    void aBallotAfterTheCloseIsRefusedBeforeAndAfterTheCount() throws Exception {
        UUID vote = open(RESOLUTION);
        Ballot ballot = signed(vote, members.get(0), Choice.YES);
        var late = new Voter(key(vote), new ProposalId(vote), Choice.YES);
        clock.advance(Duration.ofDays(2));

        refused(cast(vote, ballot), 409, "vote-closed");
        refused(sign(vote, members.get(1), late.folded()), 409, "vote-closed");
        steps.take();
        refused(cast(vote, ballot), 409, "vote-closed");
        refused(sign(vote, members.get(1), late.folded()), 409, "vote-closed");
        assertThat(result(vote).path("yes").asInt()).isZero();
        assertThat(refusals(vote, "vote-closed")).isEqualTo(4);
    }

    @Test
    void onlyWhoWasAMemberWhenTheVoteOpenedHasAVote() throws Exception {
        UUID sameDay = join("new-" + UUID.randomUUID());
        UUID vote = open(RESOLUTION);
        int electorate = show(vote).path("electorate").asInt();
        UUID newcomer = join("new-" + vote);
        var voter = new Voter(key(vote), new ProposalId(vote), Choice.YES);

        refused(sign(vote, sameDay, voter.folded()), 403, "not-on-the-roll");
        refused(sign(vote, newcomer, voter.folded()), 403, "not-on-the-roll");
        refused(sign(vote, UUID.randomUUID(), voter.folded()), 403, "not-on-the-roll");
        refused(sign(vote, members.get(0), "AAAA"), 422, "paper-unacceptable");
        http.perform(
                        post("/api/assembly/proposals/%s/signature".formatted(vote))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{\"folded\": \"%s\"}".formatted(voter.folded())))
                .andExpect(status().isUnauthorized());
        http.perform(
                        post("/api/assembly/proposals/%s/signature".formatted(vote))
                                .with(
                                        callerOf(
                                                Instant.now().minusSeconds(600),
                                                members.get(0),
                                                "member"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{\"folded\": \"%s\"}".formatted(voter.folded())))
                .andExpect(status().isUnauthorized())
                .andExpect(
                        jsonPath("$.type").value("https://coopmesh.org/problems/step-up-required"));
        assertThat(show(vote).path("electorate").asInt()).isEqualTo(electorate);
        assertThat(refusals(vote, "not-on-the-roll")).isEqualTo(3);
        for (UUID each : List.of(sameDay, newcomer))
            db.sql("update member set state = 'paused', paused_from = joined_on where id = :id")
                    .param("id", each)
                    .update();
    }

    /** The whole of what the database holds while a vote is open: nothing in it leads from a name to a choice. */
    @Test
    void noColumnJoinsAMemberToABallot() throws Exception {
        UUID vote = open(RESOLUTION);
        for (UUID each : members)
            vote(vote, each, each.equals(members.get(0)) ? Choice.NO : Choice.YES);

        assertThat(columns("ballot_roll"))
                .containsExactlyInAnyOrder(
                        "proposal_id uuid", "member_id uuid", "folded_sha256 bytea");
        assertThat(columns("ballot"))
                .containsExactlyInAnyOrder(
                        "proposal_id uuid", "nonce bytea", "choice text", "signature bytea");
        Set<String> ofMembers =
                values(
                        "select member_id::text, encode(folded_sha256, 'hex') from ballot_roll where proposal_id = :vote",
                        vote);
        Set<String> ofBallots =
                values(
                        "select encode(nonce, 'hex'), encode(signature, 'hex') from ballot where proposal_id = :vote",
                        vote);
        assertThat(ofMembers)
                .hasSize(2 * MEMBERS + others(vote))
                .doesNotContainAnyElementsOf(ofBallots);
        // All rows of one transaction, in the order of random numbers: neither xmin nor the place
        // tells when one came.
        assertThat(
                        db.sql("select distinct xmin::text from ballot where proposal_id = :vote")
                                .param("vote", vote)
                                .query(String.class)
                                .list())
                .hasSize(1);
        List<String> placed =
                db.sql(
                                "select encode(nonce, 'hex') from ballot where proposal_id = :vote order by ctid")
                        .param("vote", vote)
                        .query(String.class)
                        .list();
        assertThat(placed).isSorted().hasSize(MEMBERS);
        assertThat(
                        db.sql(
                                        """
                                        select count(*) from information_schema.columns
                                        where table_schema = 'public' and column_name like '%ballot%' or column_name = 'nonce'
                                        """)
                                .query(Integer.class)
                                .single())
                .isEqualTo(2); // proposal.ballot_key, which is public, and ballot.nonce.
    }

    @Test
    void theRecordIsCountedAgainByToolsThatShareNoCode() throws Exception {
        assumeThat(python("--version").code()).isZero();
        UUID vote = open(RESOLUTION);
        vote(vote, members.get(0), Choice.YES);
        vote(vote, members.get(1), Choice.YES);
        vote(vote, members.get(2), Choice.YES);
        vote(vote, members.get(3), Choice.NO);
        vote(vote, members.get(4), Choice.ABSTAIN);
        clock.advance(Duration.ofDays(2));
        steps.take();
        JsonNode result = result(vote);

        String text = record(vote);
        Run right = verify(text, "--seal", result.path("seal").asString());

        assertThat(right.text()).contains("RIGHT: adopted", "yes 3, no 1, abstain 1");
        assertThat(right.code()).isZero();
        assertThat(result.path("yes").asInt()).isEqualTo(3);
        assertThat(verify(text, "--seal", "0".repeat(64)).code()).isEqualTo(1);
        List<String> ballots = text.lines().filter(line -> line.startsWith("ballot ")).toList();
        String one = ballots.get(2);
        String flipped =
                one.contains(" yes ")
                        ? one.replace(" yes ", " no ")
                        : one.replaceFirst(" (no|abstain) ", " yes ");
        for (String wrong :
                List.of(
                        text.replace(one + "\n", ""),
                        text.replace(one, flipped),
                        text.replace(one + "\n", one + "\n" + one + "\n"),
                        text.replace("tally yes 3 no 1", "tally yes 4 no 0"),
                        text.replace("outcome adopted", "outcome rejected"),
                        text.replaceFirst(" signed\n", " -\n"),
                        text.replaceFirst("quorum \\d+", "quorum 0"))) {
            assertThat(wrong).isNotEqualTo(text);
            assertThat(verify(wrong).text()).startsWith("WRONG");
            assertThat(verify(wrong).code()).isEqualTo(1);
        }
        // Whoever has the co-op's key still cannot alter or add a ballot, nor hide one that is
        // missing.
        assertThat(verify(resigned(text.replace(one, flipped))).text()).contains("not signed");
        assertThat(verify(resigned(text.replace(one + "\n", ""))).text()).contains("tally");
    }

    @Test
    void theKeyOfAVoteIsGoneOnceItIsCounted() throws Exception {
        UUID vote = open(RESOLUTION);
        Path key = keysDir.resolve("ballot-" + vote + ".key");
        assertThat(key).exists();
        clock.advance(Duration.ofDays(2));

        steps.take();

        assertThat(key).doesNotExist();
    }

    @Test
    void ballotsThatMeetCountOnceEach() throws Exception {
        UUID vote = open(RESOLUTION);
        var ballots = new ArrayList<Ballot>();
        for (UUID each : members) ballots.add(signed(vote, each, Choice.YES));

        var all = new ArrayList<CompletableFuture<?>>();
        for (Ballot each : ballots)
            for (int again = 0; again < 2; again++)
                all.add(
                        CompletableFuture.runAsync(
                                () -> assembly.cast(new ProposalId(vote), each)));
        for (CompletableFuture<?> each : all) each.get(30, TimeUnit.SECONDS);

        assertThat(cast(vote)).isEqualTo(MEMBERS);
    }

    @Test
    void aDraftIsSecondedByOthersAndTakenBackByItsMaker() throws Exception {
        UUID draft = propose(members.get(0), RESOLUTION, null);
        refused(act(draft, "seconds", members.get(0), "{}"), 409, "own-proposal");
        refused(
                act(draft, "withdraw", members.get(1), "{\"reason\": \"No.\"}"),
                403,
                "not-allowed");
        act(draft, "withdraw", members.get(0), "{\"reason\": \"Thought again.\"}")
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.state").value("withdrawn"));
        refused(act(draft, "seconds", members.get(1), "{}"), 409, "step-not-legal");
        refused(
                act(draft, "comments", members.get(1), "{\"text\": \"Pity.\"}"),
                409,
                "discussion-over");

        UUID vote = open(RESOLUTION);
        refused(
                act(vote, "withdraw", members.get(0), "{\"reason\": \"Too late.\"}"),
                409,
                "step-not-legal");
    }

    @Test
    void aCommentIsHiddenWithAReasonAndKept() throws Exception {
        UUID draft = propose(members.get(0), RESOLUTION, null);
        String said =
                act(draft, "comments", members.get(1), "{\"text\": \"Buy my car.\"}")
                        .andExpect(status().isCreated())
                        .andReturn()
                        .getResponse()
                        .getContentAsString();
        String hide = "comments/%d/hide".formatted(read(said).path("id").asInt());

        act(draft, hide, members.get(1), "{\"reason\": \"Mine.\"}")
                .andExpect(status().isForbidden());
        http.perform(
                        post("/api/assembly/proposals/%s/%s".formatted(draft, hide))
                                .with(caller(board, "moderator"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{\"reason\": \"Advertising.\"}"))
                .andExpect(status().isNoContent());

        http.perform(
                        get("/api/assembly/proposals/%s/comments".formatted(draft))
                                .with(caller(members.get(0), "member")))
                .andExpect(jsonPath("$.items[0].text").doesNotExist())
                .andExpect(jsonPath("$.items[0].hiddenWhy").value("Advertising."));
        act(draft, "withdraw", members.get(0), "{\"reason\": \"Done.\"}");
    }

    @Test
    void whatCannotBeIsRefusedByField() throws Exception {
        refusedField("{\"kind\": \"policy\", \"slowLaneKbit\": 3}", "change.slowLaneKbit");
        refusedField("{\"kind\": \"policy\"}", "change.kind");
        refusedField("{\"kind\": \"rules\"}", "change.rulesText");
        refusedField("{\"kind\": \"terms\", \"quorumPercent\": 101}", "change.quorumPercent");
        refusedField("{\"kind\": \"dues\", \"planCode\": \"standard\"}", "change.monthlyMicro");
        refusedField("{\"kind\": \"outage-credit\", \"afterHours\": 6}", "change.percent");
        refusedField(
                "{\"kind\": \"outage-credit\", \"afterHours\": 0, \"percent\": 5}",
                "change.afterHours");
        refusedField(
                "{\"kind\": \"hardship\", \"hardshipUntil\": \"%s\"}".formatted(today()),
                "change.hardshipUntil");
        http.perform(
                        post("/api/assembly/proposals")
                                .with(caller(members.get(0), "member"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(
                                        "{\"title\": \" \", \"text\": \"b\", \"change\": {\"kind\": \"coup\"}}"))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors.length()").value(2));
    }

    @Test
    void draftsOfOneMemberHaveALimit() throws Exception {
        UUID eager = members.get(4);
        var drafts = new ArrayList<UUID>();
        for (int i = 0; i < Assembly.DRAFTS_MAX; i++) drafts.add(propose(eager, RESOLUTION, null));

        refused(proposing(eager, RESOLUTION, null), 409, "too-many-drafts");

        for (UUID each : drafts) act(each, "withdraw", eager, "{\"reason\": \"Tidy.\"}");
    }

    @Test
    void whoAsksForHardshipIsSparedUntilTheDayThatWasVoted() throws Exception {
        LocalDate until = today().plusDays(60);
        UUID asking = members.get(0);
        UUID vote = open("{\"kind\": \"hardship\", \"hardshipUntil\": \"%s\"}".formatted(until));
        for (UUID each : members) vote(vote, each, Choice.YES);
        clock.advance(Duration.ofDays(2));
        steps.take();
        steps.take();

        http.perform(
                        get("/api/members/%s/hardship".formatted(asking))
                                .with(caller(board, "treasurer")))
                .andExpect(jsonPath("$.items[0].until").value(until.toString()))
                .andExpect(
                        jsonPath("$.items[0].reason")
                                .value(
                                        "resolution %d of the assembly"
                                                .formatted(show(vote).path("number").asInt())));
        assertThat(said(vote).getLast().toString())
                .as("the fact says until when, not for whom")
                .contains(until.toString())
                .doesNotContain(asking.toString());
    }

    @Test
    void whatOutagesGiveBackIsToldForBillingToCarryOut() throws Exception {
        UUID vote = open("{\"kind\": \"outage-credit\", \"afterHours\": 6, \"percent\": 80}");
        for (UUID each : members) vote(vote, each, Choice.YES);
        clock.advance(Duration.ofDays(2));
        steps.take();

        assertThat(said(vote).getFirst().getAdopted().getResolution().getOutageCredit())
                .satisfies(credit -> {
                    assertThat(credit.getAfterHours()).isEqualTo(6);
                    assertThat(credit.getPercent()).isEqualTo(80);
                });
    }

    @Test
    void aFloodOfFalseBallotsIsTurnedAwayAndEveryMembersBallotIsTaken() throws Exception {
        clock.advance(BallotGate.WINDOW.plusSeconds(1));
        UUID vote = open(RESOLUTION);
        Ballot good = signed(vote, members.get(0), Choice.YES);
        for (int i = 0; i < BallotGate.WRONG_MAX; i++) {
            cast(vote, new Ballot("%064x".formatted(i), Choice.NO, good.signature()));
        }

        refused(
                cast(vote, new Ballot("f".repeat(64), Choice.NO, good.signature())),
                429,
                "too-many-ballots");
        refused(cast(UUID.randomUUID(), good), 429, "too-many-ballots");

        assertThat(refusals(vote, "ballot-not-signed")).isLessThanOrEqualTo(BallotGate.WRONG_MAX);
        cast(vote, good).andExpect(status().isOk());
        vote(vote, members.get(1), Choice.NO);
        assertThat(cast(vote)).isEqualTo(2);
        clock.advance(BallotGate.WINDOW);
        refused(cast(UUID.randomUUID(), good), 404, "proposal-not-found");
    }

    @Test
    void oneBallotCastOverAndOverWaitsByItselfAlone() throws Exception {
        clock.advance(BallotGate.WINDOW.plusSeconds(1));
        UUID vote = open(RESOLUTION);
        Ballot again = signed(vote, members.get(0), Choice.YES);
        for (int i = 0; i < BallotGate.REPEATS_MAX; i++) {
            cast(vote, again).andExpect(status().isOk());
        }

        refused(cast(vote, again), 429, "too-many-ballots");

        vote(vote, members.get(1), Choice.YES);
        assertThat(cast(vote)).isEqualTo(2);
    }

    @Test
    void duesAndBudgetAreToldAndChangeNothingHere() throws Exception {
        UUID vote =
                open(
                        "{\"kind\": \"dues\", \"planCode\": \"standard\", \"monthlyMicro\": 21000000}");
        for (UUID each : members) vote(vote, each, Choice.YES);
        clock.advance(Duration.ofDays(2));
        steps.take();
        steps.take();

        assertThat(said(vote).getLast().getTookEffect().getResolution().getDues())
                .satisfies(dues -> {
                    assertThat(dues.getPlanCode()).isEqualTo("standard");
                    assertThat(dues.getMonthlyMicro()).isEqualTo(21_000_000);
                    assertThat(dues.getCurrency()).isEqualTo("EUR");
                });
    }

    // What members and the board do

    private UUID join(String name) {
        return membership
                .takeIn(
                        new Person(name, name + "@example.org", null),
                        today().minusDays(name.startsWith("new-") ? 0 : 10),
                        "",
                        new MemberId(board))
                .orElseThrow()
                .value();
    }

    private UUID idOf(String name) {
        return db.sql("select id from member where email = :email")
                .param("email", name + "@example.org")
                .query(UUID.class)
                .single();
    }

    private LocalDate today() {
        return membership.today();
    }

    private void terms(int quorum, String majority, int seconders, int discussion, int voting)
            throws Exception {
        http.perform(
                        put("/api/assembly/terms")
                                .with(caller(board, "board", "member"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(
                                        """
                                        {"terms": {"quorumPercent": %d, "majority": "%s", "rulesMajority": "two-thirds", "seconders": %d,
                                         "discussionDays": %d, "votingDays": %d}, "reason": "for this test"}
                                        """
                                                .formatted(
                                                        quorum,
                                                        majority,
                                                        seconders,
                                                        discussion,
                                                        voting)))
                .andExpect(status().isOk());
    }

    private ResultActions proposing(UUID by, String change, LocalDate effectFrom) throws Exception {
        return http.perform(
                post("/api/assembly/proposals")
                        .with(caller(by, "member"))
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(
                                """
                                {"title": "A bench by the mill", "text": "To sit on.", "change": %s, "effectFrom": %s}
                                """
                                        .formatted(
                                                change,
                                                effectFrom == null
                                                        ? "null"
                                                        : "\"" + effectFrom + "\"")));
    }

    private UUID propose(UUID by, String change, LocalDate effectFrom) throws Exception {
        return UUID.fromString(
                answer(proposing(by, change, effectFrom).andExpect(status().isCreated()))
                        .path("id")
                        .asString());
    }

    private UUID open(String change) throws Exception {
        return open(change, null);
    }

    /** Proposed, seconded, and the vote open. */
    private UUID open(String change, LocalDate effectFrom) throws Exception {
        UUID id = propose(members.get(0), change, effectFrom);
        act(id, "seconds", members.get(1), "{}")
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.state").value("discussion"));
        db.sql(
                        "update proposal set opens_on = :today, closes_on = :last, effective_on = case when effect_from is null then :after else greatest(effect_from, :after) end where id = :id")
                .param("today", today())
                .param("last", today().plusDays(1))
                .param("after", today().plusDays(2))
                .param("id", id)
                .update();
        steps.take();
        assertThat(show(id).path("state").asString()).isEqualTo("voting");
        return id;
    }

    private ResultActions act(UUID proposal, String what, UUID by, String body) throws Exception {
        return http.perform(
                post("/api/assembly/proposals/%s/%s".formatted(proposal, what))
                        .with(caller(by, "member"))
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(body));
    }

    private ResultActions sign(UUID vote, UUID member, String folded) throws Exception {
        return act(vote, "signature", member, "{\"folded\": \"%s\"}".formatted(folded));
    }

    private String signature(ResultActions answer) throws Exception {
        return answer(answer).path("signature").asString();
    }

    private String receipt(ResultActions answer) throws Exception {
        return answer(answer).path("receipt").asString();
    }

    private Ballot signed(UUID vote, UUID member, Choice choice) throws Exception {
        var voter = new Voter(key(vote), new ProposalId(vote), choice);
        return voter.ballot(
                signature(sign(vote, member, voter.folded()).andExpect(status().isOk())));
    }

    private static String ballotJson(UUID vote, Ballot ballot) {
        return """
        {"proposalId": "%s", "nonce": "%s", "choice": "%s", "signature": "%s"}
        """
                .formatted(vote, ballot.nonce(), ballot.choice().word(), ballot.signature());
    }

    private ResultActions cast(UUID vote, Ballot ballot) throws Exception {
        return http.perform(
                post("/api/assembly/ballots")
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(ballotJson(vote, ballot)));
    }

    private void vote(UUID vote, UUID member, Choice choice) throws Exception {
        cast(vote, signed(vote, member, choice)).andExpect(status().isOk());
    }

    /** Two replicas take the same step at once. */
    private void together(UUID vote) throws Exception {
        var one = CompletableFuture.runAsync(() -> assembly.step(new ProposalId(vote)));
        var other = CompletableFuture.runAsync(() -> assembly.step(new ProposalId(vote)));
        one.get(30, TimeUnit.SECONDS);
        other.get(30, TimeUnit.SECONDS);
    }

    // What there is

    private JsonNode answer(ResultActions answer) throws Exception {
        return read(answer.andReturn().getResponse().getContentAsString(StandardCharsets.UTF_8));
    }

    private JsonNode show(UUID proposal) throws Exception {
        return answer(
                http.perform(
                        get("/api/assembly/proposals/" + proposal)
                                .with(caller(members.get(0), "member"))));
    }

    private JsonNode result(UUID vote) throws Exception {
        return show(vote).path("result");
    }

    private String key(UUID vote) throws Exception {
        return show(vote).path("ballotKey").asString();
    }

    private String record(UUID vote) throws Exception {
        return http.perform(
                        get("/api/assembly/proposals/%s/record".formatted(vote))
                                .with(caller(members.get(0), "member")))
                .andExpect(status().isOk())
                .andReturn()
                .getResponse()
                .getContentAsString(StandardCharsets.UTF_8);
    }

    @Autowired AssemblyKey assemblyKey;

    private String resigned(String record) {
        String text = record.substring(0, record.indexOf("signed " + assemblyKey.publicKey()));
        return text
                + "signed %s %s\n"
                        .formatted(
                                assemblyKey.publicKey(),
                                assemblyKey.sign(text.getBytes(StandardCharsets.UTF_8)));
    }

    private int cast(UUID vote) {
        return db.sql("select count(*) from ballot where proposal_id = :vote")
                .param("vote", vote)
                .query(Integer.class)
                .single();
    }

    private int others(UUID vote) {
        return db.sql("select count(*) from ballot_roll where proposal_id = :vote")
                        .param("vote", vote)
                        .query(Integer.class)
                        .single()
                - MEMBERS;
    }

    private int refusals(UUID vote, String why) {
        return db.sql("select times from ballot_refusal where proposal_id = :vote and why = :why")
                .param("vote", vote)
                .param("why", why)
                .query(Integer.class)
                .optional()
                .orElse(0);
    }

    private long policyChanges() {
        return db.sql("select count(*) from access_policy_change").query(Long.class).single();
    }

    private List<String> columns(String table) {
        return db.sql(
                        "select column_name || ' ' || data_type from information_schema.columns where table_name = :table")
                .param("table", table)
                .query(String.class)
                .list();
    }

    private Set<String> values(String sql, UUID vote) {
        var all = new HashSet<String>();
        db.sql(sql)
                .param("vote", vote)
                .query(row -> {
                    all.add(row.getString(1));
                    if (row.getString(2) != null) all.add(row.getString(2));
                });
        return all;
    }

    private List<AssemblyEvent> said(UUID vote) {
        return db.sql("select payload from outbox where topic = :topic and key = :key order by id")
                .param("topic", AssemblyEvents.TOPIC)
                .param("key", vote.toString())
                .query((row, _) -> {
                    try {
                        return AssemblyEvent.parseFrom(row.getBytes(1));
                    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                        throw new AssertionError(e);
                    }
                })
                .list();
    }

    private static void refused(ResultActions answer, int status, String slug) throws Exception {
        answer.andExpect(status().is(status))
                .andExpect(jsonPath("$.type").value("https://coopmesh.org/problems/" + slug));
    }

    private void refusedField(String change, String field) throws Exception {
        proposing(members.get(0), change, null)
                .andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.errors[0].field").value(field));
    }

    private record Run(int code, String text) {}

    private Run verify(String record, String... options) throws Exception {
        Path file = Files.writeString(folder.resolve("vote.txt"), record);
        var arguments =
                new ArrayList<String>(
                        List.of("../tools/verify/coopmesh_verify_ballot.py", file.toString()));
        arguments.addAll(List.of(options));
        return python(arguments.toArray(String[]::new));
    }

    private static Run python(String... arguments) throws Exception {
        var command = new ArrayList<String>(List.of("python3", "-B"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), text);
    }
}
