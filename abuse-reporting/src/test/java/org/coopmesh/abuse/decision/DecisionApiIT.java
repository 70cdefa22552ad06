package org.coopmesh.abuse.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.abuse.Village.Calls.read;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.coopmesh.abuse.ServiceTest;
import org.coopmesh.abuse.TestClock;
import org.coopmesh.abuse.Village;
import org.coopmesh.abuse.Village.Calls;
import org.coopmesh.abuse.Village.Home;
import org.coopmesh.abuse.Village.Person;
import org.coopmesh.abuse.casework.Casework;
import org.coopmesh.contracts.abuse.v1.BanEvent;
import org.coopmesh.contracts.abuse.v1.CaseworkEvent;
import org.coopmesh.contracts.abuse.v1.DecisionEvent;
import org.coopmesh.contracts.abuse.v1.Measure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.ResultActions;

@ServiceTest
class DecisionApiIT {
    private final Person moderator = Person.with("member", "moderator");
    private final Person second = Person.with("member", "moderator");

    @Autowired Calls calls;
    @Autowired TestClock clock;
    @Autowired Adjudication adjudication;
    @Autowired Casework casework;
    @Autowired JdbcClient db;
    @Autowired MockMvc mvc;

    @Test
    void anUpheldReportBindsTheMemberAndBansTheAddressInOneStep() throws Exception {
        Home home = calls.home(false);
        String caseId = claimed(home.client());

        var decided =
                decide(
                                moderator,
                                caseId,
                                upheld(
                                        measure("warning", "member", home.member(), ""),
                                        measure(
                                                "slowLane",
                                                "member",
                                                home.member(),
                                                day() + ", \"slowLaneKbit\": 512"),
                                        measure("ban", "address", home.client(), day())))
                        .andExpect(status().isCreated())
                        .andExpect(jsonPath("$.state").value("inForce"))
                        .andExpect(jsonPath("$.statement", containsString("Rule: rule 4")));
        String decision = read(decided, "$.id");

        assertThat(calls.decisionEvents(home.member()))
                .extracting(event -> event.getImposed().getMeasure())
                .containsExactly(Measure.MEASURE_WARNING, Measure.MEASURE_SLOW_LANE);
        assertThat(calls.decisionEvents(home.member()).getLast().getImposed().getSlowLaneKbit())
                .isEqualTo(512);
        assertThat(calls.banEvents("address " + home.client() + "/32"))
                .singleElement()
                .matches(BanEvent::hasImposed);
        calls.get(moderator, "/api/bans?state=active")
                .andExpect(jsonPath("$.items[0].origin").value("decision"))
                .andExpect(jsonPath("$.items[0].decisionId").value(decision))
                .andExpect(jsonPath("$.items[0].caseId").value(caseId));
        calls.get(moderator, "/api/cases/" + caseId)
                .andExpect(jsonPath("$.summary.state").value("decided"))
                .andExpect(jsonPath("$.summary.outcome").value("upheld"));
        calls.get(new Person(home.member(), List.of("member")), "/api/abuse/decisions/mine")
                .andExpect(jsonPath("$.items[0].id").value(decision))
                .andExpect(jsonPath("$.items[0].decidedBy").doesNotExist())
                .andExpect(
                        jsonPath(
                                "$.items[0].statement",
                                containsString("You can appeal within 30 days")));
    }

    @Test
    void theReporterHearsTheOutcomeAndNothingElse() throws Exception {
        Home home = calls.home(false);
        var receipt =
                calls.report(
                        """
                        {"category": "spam", "address": "%s", "description": "unwanted"}
                        """
                                .formatted(home.client()));
        String id = read(receipt, "$.id");
        String caseId = calls.caseOf(id);
        String token = read(receipt, "$.followUpToken");
        calls.post(moderator, "/api/cases/" + caseId + "/claim", "{}");
        mvc.perform(get("/api/reports/" + id).param("token", token))
                .andExpect(jsonPath("$.state").value("underReview"));

        String decision =
                read(
                        decide(
                                moderator,
                                caseId,
                                upheld(measure("ban", "address", home.client(), day()))),
                        "$.id");
        mvc.perform(get("/api/reports/" + id).param("token", token))
                .andExpect(jsonPath("$.state").value("answered"))
                .andExpect(jsonPath("$.outcome").value("upheld"))
                .andExpect(jsonPath("$.length()").value(7));
        calls.post(second, "/api/abuse/decisions/" + decision + "/reverse", reason());

        mvc.perform(get("/api/reports/" + id).param("token", token))
                .andExpect(jsonPath("$.outcome").value("overturned"));
    }

    @Test
    void aDismissedCaseIsClosedAndCountsForItsModerator() throws Exception {
        String caseId = claimed("203.0.113.150");

        decide(moderator, caseId, dismissed())
                .andExpect(status().isCreated())
                .andExpect(jsonPath("$.state").value("dismissed"));

        calls.get(moderator, "/api/cases/" + caseId)
                .andExpect(jsonPath("$.summary.state").value("closed"));
        assertThat(calls.caseworkEvents(moderator.id()))
                .singleElement()
                .matches(event ->
                        event.getCaseId().equals(caseId) && !event.getClosed().getUpheld());
        decide(moderator, caseId, dismissed()).andExpect(status().isConflict());
    }

    @Test
    void anUpheldCaseClosesByHandOrByTheClock() throws Exception {
        String byHand = upheldCase("203.0.113.151");
        calls.post(moderator, "/api/cases/" + byHand + "/close", "{}")
                .andExpect(jsonPath("$.state").value("closed"));
        calls.post(moderator, "/api/cases/" + byHand + "/close", "{}")
                .andExpect(status().isConflict());

        String byClock = upheldCase("203.0.113.152");
        clock.advance(Duration.ofDays(14));
        casework.closeDue();

        calls.get(moderator, "/api/cases/" + byClock)
                .andExpect(jsonPath("$.summary.state").value("closed"));
        assertThat(calls.caseworkEvents(moderator.id()))
                .extracting(CaseworkEvent::getCaseId)
                .containsExactly(byHand, byClock);
    }

    @Test
    void forGoodTakesTwoModeratorsAndNothingBindsBefore() throws Exception {
        Home home = calls.home(false);
        String caseId = claimed(home.client());
        var proposed =
                decide(
                                moderator,
                                caseId,
                                upheld(
                                        measure(
                                                "ban",
                                                "member",
                                                home.member(),
                                                "\"permanent\": true"),
                                        measure("ban", "address", home.client(), day())))
                        .andExpect(jsonPath("$.state").value("proposed"));
        String path = "/api/abuse/decisions/" + read(proposed, "$.id");

        assertThat(calls.decisionEvents(home.member())).isEmpty();
        assertThat(calls.banEvents("address " + home.client() + "/32")).isEmpty();
        decide(moderator, caseId, dismissed()).andExpect(status().isConflict());
        calls.get(second, "/api/abuse/decisions/proposed")
                .andExpect(jsonPath("$.items[*].caseId", hasItem(caseId)));
        calls.post(moderator, path + "/confirm", "{}").andExpect(status().isConflict());
        calls.post(new Person(home.member(), second.roles()), path + "/confirm", "{}")
                .andExpect(status().isForbidden())
                .andExpect(
                        jsonPath("$.type")
                                .value("https://coopmesh.org/problems/conflict-of-interest"));
        calls.post(second, path + "/confirm", "{}")
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.state").value("inForce"))
                .andExpect(jsonPath("$.confirmedBy").value(second.id().toString()));

        assertThat(calls.decisionEvents(home.member()))
                .singleElement()
                .matches(event ->
                        event.getImposed().getMeasure() == Measure.MEASURE_BAN
                                && !event.getImposed().hasUntil());
        assertThat(calls.banEvents("address " + home.client() + "/32")).hasSize(1);
    }

    @Test
    void strikesOfTheMemberProposeTheStepAndWhatWasTakenBackCountsNoMore() throws Exception {
        Home home = calls.home(false);
        upheldAgainst(home, "intrusion");
        upheldAgainst(home, "malware");
        String heavy = upheldAgainst(home, "illegal_content");
        String caseId = claimed(home.client());
        String path = "/api/cases/" + caseId + "/proposal";

        calls.get(moderator, path)
                .andExpect(jsonPath("$.weightBefore").value(0))
                .andExpect(jsonPath("$.step.kind").value("warning"));
        calls.post(moderator, "/api/cases/" + caseId + "/subject", reason());
        calls.get(moderator, path)
                .andExpect(jsonPath("$.weightBefore").value(8))
                .andExpect(jsonPath("$.weight").value(1))
                .andExpect(jsonPath("$.strikes.length()").value(3))
                .andExpect(jsonPath("$.windowDays").value(365))
                .andExpect(jsonPath("$.step.kind").value("ban"))
                .andExpect(jsonPath("$.step.days").value(90));
        // Who did not look the member up is not told by the strikes.
        calls.get(second, path).andExpect(jsonPath("$.strikes.length()").value(0));

        calls.post(second, "/api/abuse/decisions/" + heavy + "/reverse", reason())
                .andExpect(status().isOk());
        calls.get(moderator, path)
                .andExpect(jsonPath("$.weightBefore").value(4))
                .andExpect(jsonPath("$.step.kind").value("suspension"));
        clock.advance(Duration.ofDays(366));
        calls.get(moderator, path)
                .andExpect(jsonPath("$.weightBefore").value(0))
                .andExpect(jsonPath("$.step.kind").value("warning"));
    }

    @Test
    void everyMemberReadsThePolicy() throws Exception {
        calls.get(Person.with("member"), "/api/abuse/policy")
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.moderators").value(2))
                .andExpect(jsonPath("$.weights.spam").value(1))
                .andExpect(jsonPath("$.weights.child_safety").value(10))
                .andExpect(jsonPath("$.ladder[0].kind").value("warning"))
                .andExpect(jsonPath("$.ladder[4].permanent").value(true))
                .andExpect(jsonPath("$.appealDays").value(30));
    }

    @Test
    void theMemberReadsTheStatementInTheirLanguageAndNobodysNameInIt() throws Exception {
        Home home = calls.home(false);
        Person reporter = Person.with("member");
        String report =
                read(
                        calls.post(
                                reporter,
                                "/api/reports",
                                "{\"category\": \"spam\", \"address\": \"%s\", \"description\": \"x\"}"
                                        .formatted(home.client())),
                        "$.id");
        String caseId = calls.caseOf(report);
        calls.post(moderator, "/api/cases/" + caseId + "/claim", "{}").andExpect(status().isOk());
        decide(
                        moderator,
                        caseId,
                        upheld(
                                measure(
                                        "suspension",
                                        "member",
                                        home.member(),
                                        "\"permanent\": true")))
                .andExpect(status().isCreated());
        String decision =
                read(calls.get(moderator, "/api/cases/" + caseId + "/decisions"), "$.items[0].id");
        calls.post(second, "/api/abuse/decisions/" + decision + "/confirm", "{}")
                .andExpect(status().isOk());
        var member = new Person(home.member(), List.of("member"));
        String mine = "/api/abuse/decisions/mine?language=";

        calls.get(member, mine + "ca")
                .andExpect(jsonPath("$.items[0].statement", containsString("Exposició de motius")))
                .andExpect(jsonPath("$.items[0].statement", containsString("30 dies")));
        calls.get(member, mine + "de")
                .andExpect(
                        jsonPath("$.items[0].statement", containsString("innerhalb von 30 Tagen")));
        calls.get(member, mine + "xx")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("language"));
        String told = Calls.body(calls.get(member, mine + "en"));
        assertThat(told)
                .doesNotContain(reporter.id().toString())
                .doesNotContain(moderator.id().toString())
                .doesNotContain(second.id().toString())
                .doesNotContain(report);
        String toldReporter =
                Calls.body(calls.get(reporter, "/api/reports/mine"))
                        + Calls.body(calls.get(reporter, "/api/reports/" + report));
        assertThat(toldReporter)
                .contains("upheld")
                .doesNotContain(home.member().toString())
                .doesNotContain(moderator.id().toString())
                .doesNotContain(decision);
        assertThat(calls.toldEvents(home.member()))
                .singleElement()
                .matches(event ->
                        event.getDecisionId().equals(decision)
                                && event.getStatementIssued().getAppealUntil().getSeconds()
                                        == clock.instant()
                                                .plus(Duration.ofDays(30))
                                                .getEpochSecond());
        calls.get(reporter, "/api/abuse/decisions/mine")
                .andExpect(jsonPath("$.items.length()").value(0));
    }

    @Test
    void aDeclinedProposalLeavesTheCaseToItsModerator() throws Exception {
        String caseId = claimed("203.0.113.153");
        var proposed =
                decide(
                        moderator,
                        caseId,
                        upheld(measure("ban", "address", "203.0.113.153", "\"permanent\": true")));
        String path = "/api/abuse/decisions/" + read(proposed, "$.id");

        calls.post(second, path + "/decline", reason())
                .andExpect(jsonPath("$.state").value("declined"));
        calls.post(second, path + "/confirm", "{}").andExpect(status().isConflict());

        decide(moderator, caseId, upheld(measure("ban", "address", "203.0.113.153", day())))
                .andExpect(jsonPath("$.state").value("inForce"));
    }

    @Test
    void theGravestCategoryIsNeverDecidedAlone() throws Exception {
        String caseId = calls.caseAbout("child_safety", "203.0.113.154");
        calls.post(moderator, "/api/cases/" + caseId + "/claim", "{}");

        decide(moderator, caseId, dismissed()).andExpect(jsonPath("$.state").value("proposed"));
    }

    @Test
    void measuresExpireByTheClock() throws Exception {
        Home home = calls.home(false);
        String caseId = claimed(home.client());
        decide(
                moderator,
                caseId,
                upheld(
                        measure("warning", "member", home.member(), ""),
                        measure("suspension", "member", home.member(), day())));

        clock.advance(Duration.ofDays(1).minusSeconds(1));
        adjudication.expireDue();
        assertThat(calls.decisionEvents(home.member())).hasSize(2);
        clock.advance(Duration.ofSeconds(1));
        adjudication.expireDue();
        adjudication.expireDue();

        assertThat(calls.decisionEvents(home.member()))
                .hasSize(3)
                .last()
                .matches(DecisionEvent::hasExpired);
    }

    @Test
    void aReversedDecisionTakesBackEverythingThatStillHolds() throws Exception {
        Home home = calls.home(false);
        String caseId = claimed(home.client());
        String decision =
                read(
                        decide(
                                moderator,
                                caseId,
                                upheld(
                                        measure("suspension", "member", home.member(), day()),
                                        measure("ban", "address", home.client(), day()))),
                        "$.id");
        String path = "/api/abuse/decisions/" + decision + "/reverse";

        calls.post(second, path, reason()).andExpect(jsonPath("$.state").value("reversed"));
        calls.post(second, path, reason()).andExpect(status().isConflict());

        assertThat(calls.decisionEvents(home.member())).last().matches(DecisionEvent::hasReversed);
        assertThat(calls.banEvents("address " + home.client() + "/32"))
                .last()
                .matches(BanEvent::hasLifted);
        calls.get(second, "/api/cases/" + caseId)
                .andExpect(jsonPath("$.notes[*].text", hasItem("Decision reversed: a reason")));
    }

    @Test
    void whoDecidedDoesNotTakeItBack() throws Exception {
        String caseId = claimed("203.0.113.158");
        String decision =
                read(
                        decide(
                                moderator,
                                caseId,
                                upheld(measure("ban", "address", "203.0.113.158", day()))),
                        "$.id");
        String path = "/api/abuse/decisions/" + decision + "/reverse";

        calls.post(moderator, path, reason())
                .andExpect(status().isConflict())
                .andExpect(
                        jsonPath("$.type")
                                .value("https://coopmesh.org/problems/decision-step-refused"));
        calls.post(Person.with("member", "board"), path, reason()).andExpect(status().isConflict());
        calls.post(Person.with("member", "treasurer"), path, reason())
                .andExpect(status().isForbidden());
        calls.post(second, path, reason()).andExpect(jsonPath("$.state").value("reversed"));
    }

    @Test
    void whatTwoDecidedTakesTwoOthersToTakeBack() throws Exception {
        Home home = calls.home(false);
        String path =
                "/api/abuse/decisions/"
                        + read(
                                decide(
                                        moderator,
                                        claimed(home.client()),
                                        upheld(
                                                measure(
                                                        "suspension",
                                                        "member",
                                                        home.member(),
                                                        "\"permanent\": true"))),
                                "$.id");
        calls.post(second, path + "/confirm", "{}").andExpect(status().isOk());
        var third = Person.with("member", "moderator");
        var board = Person.with("member", "board");

        calls.post(board, path + "/reverse", reason()).andExpect(status().isConflict());
        calls.post(second, path + "/reverse", reason()).andExpect(status().isConflict());
        calls.post(third, path + "/reverse", reason())
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.state").value("inForce"))
                .andExpect(jsonPath("$.wantReversed[0].by").value(third.id().toString()))
                .andExpect(jsonPath("$.wantReversed[0].reason").value("a reason"));
        assertThat(calls.decisionEvents(home.member())).hasSize(1);
        for (Person again : List.of(third, moderator, second)) {
            calls.post(again, path + "/reverse", reason()).andExpect(status().isConflict());
        }
        calls.post(board, path + "/reverse", reason())
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.state").value("reversed"));

        assertThat(calls.decisionEvents(home.member())).last().matches(DecisionEvent::hasReversed);
    }

    @Test
    void aBanOfADecisionEndsWithTheDecision() throws Exception {
        String caseId = claimed("203.0.113.159");
        String decision =
                read(
                        decide(
                                moderator,
                                caseId,
                                upheld(measure("ban", "address", "203.0.113.159", day()))),
                        "$.id");
        String ban = read(calls.get(second, "/api/bans?state=active"), "$.items[0].id");

        calls.post(second, "/api/bans/" + ban + "/lift", reason())
                .andExpect(status().isConflict())
                .andExpect(jsonPath("$.detail", containsString("reverse the decision")));
        calls.post(second, "/api/abuse/decisions/" + decision + "/reverse", reason());

        calls.get(second, "/api/bans/" + ban).andExpect(jsonPath("$.state").value("lifted"));
    }

    @Test
    void whoStandsTooNearNeitherReadsNorDeclinesADecision() throws Exception {
        Home home = calls.home(false);
        String caseId = claimed(home.client());
        var near = new Person(home.member(), second.roles());
        String decision =
                read(
                        decide(
                                moderator,
                                caseId,
                                upheld(
                                        measure(
                                                "ban",
                                                "address",
                                                home.client(),
                                                "\"permanent\": true"))),
                        "$.id");

        calls.get(near, "/api/cases/" + caseId + "/decisions").andExpect(status().isForbidden());
        calls.get(near, "/api/abuse/decisions/proposed")
                .andExpect(jsonPath("$.items[*].caseId", not(hasItem(caseId))));
        calls.post(near, "/api/abuse/decisions/" + decision + "/decline", reason())
                .andExpect(status().isForbidden());
        calls.post(second, "/api/abuse/decisions/" + decision + "/decline", reason())
                .andExpect(status().isOk());
    }

    @Test
    void aMembersCasesAreThoseUpheldAgainstThem() throws Exception {
        Home home = calls.home(false);
        String upheld = claimed(home.client());
        String decision =
                read(
                        decide(
                                moderator,
                                upheld,
                                upheld(measure("warning", "member", home.member(), ""))),
                        "$.id");
        String byAddress = "/api/cases?memberId=" + home.member();

        calls.get(second, byAddress)
                .andExpect(jsonPath("$.items.length()").value(1))
                .andExpect(jsonPath("$.items[0].id").value(upheld));
        calls.post(second, "/api/abuse/decisions/" + decision + "/reverse", reason())
                .andExpect(status().isOk());

        calls.get(second, byAddress).andExpect(jsonPath("$.items.length()").value(0));
    }

    @Test
    void aDecisionThatWouldBanTheGatewayLeavesNothingBehind() throws Exception {
        Home home = calls.home(false);
        Home gateway = calls.home(true);
        String caseId = claimed(home.client());

        decide(
                        moderator,
                        caseId,
                        upheld(
                                measure("suspension", "member", home.member(), day()),
                                measure("ban", "address", gateway.router(), day())))
                .andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.rule").value("own-gateway"));

        assertThat(calls.decisionEvents(home.member())).isEmpty();
        calls.get(moderator, "/api/cases/" + caseId)
                .andExpect(jsonPath("$.summary.state").value("underReview"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "slowLane | address | 10.1.1.1 | \"slowLaneKbit\": 512, \"permanent\": true",
                "suspension | node | abab | \"permanent\": true",
                "ban | address | 10.1.1.1 | \"x\": 1",
                "ban | address | nowhere | \"permanent\": true",
                "fine | address | 10.1.1.1 | \"permanent\": true",
            })
    void aMeasureThatCannotBeIsNamed(String kind, String target, String value, String rest)
            throws Exception {
        String caseId = claimed("203.0.113.155");

        decide(moderator, caseId, upheld(measure(kind, target, value, rest)))
                .andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.errors[0].field", containsString("measures[0]")));
        calls.post(moderator, "/api/cases/" + caseId + "/release", reason());
    }

    @Test
    void onlyTheModeratorWhoHoldsTheCaseDecides() throws Exception {
        String open = calls.caseAbout("203.0.113.156");
        decide(moderator, open, dismissed()).andExpect(status().isConflict());

        String held = claimed("203.0.113.157");
        decide(second, held, dismissed()).andExpect(status().isConflict());
        decide(Person.with("board"), held, dismissed()).andExpect(status().isForbidden());
        decide(moderator, UUID.randomUUID().toString(), dismissed())
                .andExpect(status().isNotFound());
    }

    @Test
    void theCaseIsAboutItsSubjectAndNoOtherMember() throws Exception {
        Home home = calls.home(false);
        Home other = calls.home(false);
        String caseId = claimed(home.client());
        calls.post(moderator, "/api/cases/" + caseId + "/subject", reason())
                .andExpect(jsonPath("$.memberId").value(home.member().toString()))
                .andExpect(jsonPath("$.attachmentId").value(home.attachment().toString()));

        decide(moderator, caseId, upheld(measure("warning", "member", other.member(), "")))
                .andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.rule").value("not-the-subject"));
        decide(moderator, caseId, upheld(measure("warning", "member", UUID.randomUUID(), "")))
                .andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.rule").value("target-unknown"));
    }

    /** Warns the member for something of this category; answers the decision's id. */
    private String upheldAgainst(Home home, String category) throws Exception {
        String caseId = calls.caseAbout(category, home.client());
        calls.post(moderator, "/api/cases/" + caseId + "/claim", "{}").andExpect(status().isOk());
        return read(
                decide(moderator, caseId, upheld(measure("warning", "member", home.member(), ""))),
                "$.id");
    }

    private String claimed(String address) throws Exception {
        String caseId = calls.caseAbout(address);
        calls.post(moderator, "/api/cases/" + caseId + "/claim", "{}").andExpect(status().isOk());
        return caseId;
    }

    private String upheldCase(String address) throws Exception {
        String caseId = claimed(address);
        decide(moderator, caseId, upheld(measure("ban", "address", address, day())))
                .andExpect(status().isCreated());
        return caseId;
    }

    private ResultActions decide(Person by, String caseId, String json) throws Exception {
        return calls.post(by, "/api/cases/" + caseId + "/decision", json);
    }

    private String day() {
        return "\"until\": \"" + Village.in(clock.instant(), 86_400) + "\"";
    }

    private static String upheld(String... measures) {
        return """
        {"outcome": "upheld", "rule": "rule 4", "reason": "it was so", "measures": [%s]}
        """
                .formatted(String.join(", ", measures));
    }

    private static String dismissed() {
        return """
        {"outcome": "dismissed", "rule": "rule 4", "reason": "it was not so"}
        """;
    }

    private static String measure(String kind, String target, Object value, String rest) {
        return "{\"kind\": \"%s\", \"target\": {\"kind\": \"%s\", \"value\": \"%s\"}%s}"
                .formatted(kind, target, value, rest.isEmpty() ? "" : ", " + rest);
    }

    private static String reason() {
        return "{\"reason\": \"a reason\"}";
    }
}
