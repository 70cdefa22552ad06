package org.coopmesh.abuse.appeal;

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
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.coopmesh.abuse.ServiceTest;
import org.coopmesh.abuse.TestClock;
import org.coopmesh.abuse.Village;
import org.coopmesh.abuse.Village.Calls;
import org.coopmesh.abuse.Village.Home;
import org.coopmesh.abuse.Village.Person;
import org.coopmesh.abuse.decision.DecisionId;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.contracts.abuse.v1.BanEvent;
import org.coopmesh.contracts.abuse.v1.DecisionEvent;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.ResultActions;

@ServiceTest
class AppealApiIT {
    private static final String REASON = "{\"reason\": \"it was another machine\"}";

    private final Person moderator = Person.with("member", "moderator");
    private final Person another = Person.with("member", "moderator");
    private final Person board = Person.with("member", "board");

    @Autowired Calls calls;
    @Autowired TestClock clock;
    @Autowired Hearing hearing;
    @Autowired MockMvc mvc;
    @Autowired JdbcClient db;

    @Test
    void aGrantedAppealRestoresEverythingByItselfAndTellsBoth() throws Exception {
        Home home = calls.home(false);
        var receipt =
                calls.report(
                        "{\"category\": \"intrusion\", \"address\": \"%s\", \"description\": \"x\"}"
                                .formatted(home.client()));
        String report = read(receipt, "$.id");
        String caseId = calls.caseOf(report);
        String decision = decided(caseId, home, day());
        Person member = member(home);
        String appeal =
                read(
                        lodge(member, decision)
                                .andExpect(status().isCreated())
                                .andExpect(jsonPath("$.state").value("lodged"))
                                .andExpect(jsonPath("$.dueAt").value(in(14))),
                        "$.id");

        calls.post(another, "/api/abuse/appeals/" + appeal + "/grant", REASON)
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.state").value("granted"))
                .andExpect(jsonPath("$.decidedBy").value(another.id().toString()));

        assertThat(calls.decisionEvents(home.member())).last().matches(DecisionEvent::hasReversed);
        assertThat(calls.banEvents("address " + home.client() + "/32"))
                .last()
                .matches(BanEvent::hasLifted);
        assertThat(calls.toldEvents(home.member()))
                .last()
                .matches(event ->
                        event.getAppealDecided().getGranted()
                                && event.getAppealDecided().getAppealId().equals(appeal));
        calls.get(member, "/api/abuse/decisions/mine")
                .andExpect(jsonPath("$.items[0].state").value("reversed"));
        String told =
                Calls.body(
                        calls.get(member, "/api/abuse/appeals/mine")
                                .andExpect(jsonPath("$.items[0].state").value("granted"))
                                .andExpect(
                                        jsonPath("$.items[0].reason")
                                                .value("it was another machine")));
        assertThat(told)
                .doesNotContain(another.id().toString())
                .doesNotContain(moderator.id().toString());
        mvc.perform(
                        get("/api/reports/" + report)
                                .param("token", Calls.<String>read(receipt, "$.followUpToken")))
                .andExpect(jsonPath("$.outcome").value("overturned"))
                .andExpect(jsonPath("$.length()").value(7));
        assertThat(logged(appeal)).containsExactly("appeal-lodged", "appeal-granted");
        // The strike is gone.
        String next = claimed(home);
        calls.post(moderator, "/api/cases/" + next + "/subject", REASON);
        calls.get(moderator, "/api/cases/" + next + "/proposal")
                .andExpect(jsonPath("$.weightBefore").value(0));
    }

    @Test
    void aRefusedAppealLeavesAllAsItWasAndIsHeardOnce() throws Exception {
        Home home = calls.home(false);
        String decision = decided(claimed(home), home, day());
        String appeal = read(lodge(member(home), decision), "$.id");
        String path = "/api/abuse/appeals/" + appeal;

        calls.post(another, path + "/refuse", REASON)
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.state").value("refused"))
                .andExpect(jsonPath("$.mayHear").value(false));
        assertThat(logged(appeal)).containsExactly("appeal-lodged", "appeal-refused");
        calls.post(another, path + "/grant", REASON).andExpect(status().isConflict());
        calls.post(another, path + "/refuse", REASON).andExpect(status().isConflict());

        assertThat(calls.decisionEvents(home.member())).noneMatch(DecisionEvent::hasReversed);
        assertThat(calls.toldEvents(home.member()))
                .last()
                .matches(event ->
                        event.hasAppealDecided() && !event.getAppealDecided().getGranted());
        lodge(member(home), decision)
                .andExpect(status().isConflict())
                .andExpect(jsonPath("$.rule").value("once"));
    }

    @Test
    void whoDecidedHearsNoAppealNorDoesWhoStandsTooNear() throws Exception {
        Home home = calls.home(false);
        Home household = calls.home(false, UUID.randomUUID(), home.payer(), "10.231.1");
        String decision = decided(claimed(home), home, day());
        String path = "/api/abuse/appeals/" + read(lodge(member(home), decision), "$.id");

        for (String step : List.of("/grant", "/refuse")) {
            calls.post(moderator, path + step, REASON)
                    .andExpect(status().isConflict())
                    .andExpect(
                            jsonPath("$.type")
                                    .value("https://coopmesh.org/problems/appeal-step-refused"));
            for (UUID near : List.of(home.member(), household.member())) {
                calls.post(new Person(near, moderator.roles()), path + step, REASON)
                        .andExpect(status().isForbidden())
                        .andExpect(
                                jsonPath("$.type")
                                        .value(
                                                "https://coopmesh.org/problems/conflict-of-interest"));
            }
        }
        calls.get(new Person(household.member(), moderator.roles()), path)
                .andExpect(status().isForbidden());
        calls.get(new Person(household.member(), moderator.roles()), "/api/abuse/appeals")
                .andExpect(jsonPath("$.items[*].decisionId", not(hasItem(decision))));
        calls.get(moderator, path).andExpect(jsonPath("$.mayHear").value(false));
        calls.get(another, path).andExpect(jsonPath("$.mayHear").value(true));
        calls.post(board, path + "/grant", REASON).andExpect(status().isConflict());
        calls.post(board, path + "/refuse", REASON).andExpect(status().isForbidden());
        assertThat(calls.decisionEvents(home.member())).noneMatch(DecisionEvent::hasReversed);
    }

    @Test
    void whatTwoDecidedTakesTwoToGrant() throws Exception {
        Home home = calls.home(false);
        String decision = decided(claimed(home), home, "\"permanent\": true");
        var second = Person.with("member", "moderator");
        calls.post(second, "/api/abuse/decisions/" + decision + "/confirm", "{}")
                .andExpect(status().isOk());
        String path = "/api/abuse/appeals/" + read(lodge(member(home), decision), "$.id");

        for (Person colluding : List.of(moderator, second)) {
            calls.post(colluding, path + "/grant", REASON).andExpect(status().isConflict());
            calls.post(colluding, path + "/refuse", REASON).andExpect(status().isConflict());
        }
        calls.post(another, path + "/grant", REASON)
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.state").value("lodged"))
                .andExpect(jsonPath("$.found").value(1))
                .andExpect(jsonPath("$.needed").value(2))
                .andExpect(jsonPath("$.mayHear").value(false));
        calls.post(another, path + "/grant", REASON).andExpect(status().isConflict());
        calls.post(another, path + "/refuse", REASON).andExpect(status().isConflict());
        assertThat(calls.decisionEvents(home.member())).noneMatch(DecisionEvent::hasReversed);
        calls.post(board, path + "/grant", REASON).andExpect(jsonPath("$.state").value("granted"));
        assertThat(calls.decisionEvents(home.member())).last().matches(DecisionEvent::hasReversed);
    }

    @Test
    void aLateAppealIsRefusedWithItsDate() throws Exception {
        Home home = calls.home(false);
        String decision = decided(claimed(home), home, "\"until\": \"" + in(200) + "\"");
        String until = in(30);
        clock.advance(Duration.ofDays(30).minusSeconds(1));
        lodge(member(calls.home(false)), decision).andExpect(status().isNotFound());
        clock.advance(Duration.ofSeconds(1));

        lodge(member(home), decision)
                .andExpect(status().isConflict())
                .andExpect(jsonPath("$.rule").value("late"))
                .andExpect(jsonPath("$.detail", containsString(until)));
    }

    @Test
    void nobodyAppealsForAnotherNorAgainstWhatBindsNobody() throws Exception {
        Home home = calls.home(false);
        String caseId = claimed(home);
        String decision = decided(caseId, home, "\"permanent\": true");

        lodge(member(home), decision).andExpect(status().isNotFound());
        lodge(Person.with("member"), decision).andExpect(status().isNotFound());
        lodge(moderator, decision).andExpect(status().isNotFound());
        lodge(member(home), UUID.randomUUID().toString()).andExpect(status().isNotFound());
        Home bound = calls.home(false);
        String binding = decided(claimed(bound), bound, day());
        for (Person stranger : List.of(Person.with("member"), member(home), moderator, board)) {
            lodge(stranger, binding)
                    .andExpect(status().isNotFound())
                    .andExpect(
                            jsonPath("$.type")
                                    .value("https://coopmesh.org/problems/decision-not-found"));
        }
        lodge(member(bound), binding).andExpect(status().isCreated());
        calls.get(Person.with("member"), "/api/abuse/appeals").andExpect(status().isForbidden());
    }

    @Test
    void anAppealSaysWhyWithinItsLimit() throws Exception {
        Home home = calls.home(false);
        String decision = decided(claimed(home), home, day());
        String path = "/api/abuse/decisions/" + decision + "/appeal";

        for (String text : List.of("", "  ", "x".repeat(5_001))) {
            calls.post(member(home), path, "{\"text\": \"" + text + "\"}")
                    .andExpect(status().isBadRequest())
                    .andExpect(jsonPath("$.errors[0].field").value("text"));
        }
        calls.post(member(home), path, "{\"text\": \"" + "x".repeat(5_000) + "\"}")
                .andExpect(status().isCreated());
    }

    @Test
    void anOverdueAppealStandsFirstForTheBoard() throws Exception {
        Home early = calls.home(false);
        String first = decided(claimed(early), early, "\"until\": \"" + in(300) + "\"");
        lodge(member(early), first).andExpect(status().isCreated());
        clock.advance(Duration.ofDays(14));
        Home late = calls.home(false);
        String second = decided(claimed(late), late, day());
        lodge(member(late), second).andExpect(status().isCreated());

        var listed = calls.get(board, "/api/abuse/appeals?state=lodged&limit=200");

        List<String> order = read(listed, "$.items[*].decisionId");
        assertThat(order.indexOf(first)).isLessThan(order.indexOf(second));
        listed.andExpect(
                        jsonPath("$.items[?(@.decisionId == '" + first + "')].overdue").value(true))
                .andExpect(
                        jsonPath("$.items[?(@.decisionId == '" + second + "')].overdue")
                                .value(false));
        calls.get(board, "/api/abuse/appeals?state=none")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("state"));
    }

    @Test
    void aDecisionTakenBackWithoutAHearingGrantsTheAppealAgainstIt() throws Exception {
        Home home = calls.home(false);
        String decision = decided(claimed(home), home, day());
        lodge(member(home), decision);

        calls.post(another, "/api/abuse/decisions/" + decision + "/reverse", REASON)
                .andExpect(status().isOk());

        calls.get(member(home), "/api/abuse/appeals/mine")
                .andExpect(jsonPath("$.items[0].state").value("granted"));
        assertThat(calls.toldEvents(home.member())).last().matches(DecisionEvent::hasAppealDecided);
    }

    @Test
    void whatIsTakenBackAlreadyIsNotAppealed() throws Exception {
        Home home = calls.home(false);
        String decision = decided(claimed(home), home, day());
        calls.post(another, "/api/abuse/decisions/" + decision + "/reverse", REASON);

        lodge(member(home), decision)
                .andExpect(status().isConflict())
                .andExpect(jsonPath("$.rule").value("over"));
    }

    @Test
    void ofManyAppealsAtOnceOneIsLodged() throws Exception {
        Home home = calls.home(false);
        var decision = new DecisionId(UUID.fromString(decided(claimed(home), home, day())));
        Callable<Boolean> lodge =
                () -> {
                    try {
                        hearing.lodge(decision, new MemberId(home.member()), "it was not me");
                        return true;
                    } catch (AppealRefused once) {
                        return false;
                    }
                };

        try (var threads = Executors.newFixedThreadPool(4)) {
            var results =
                    threads.invokeAll(IntStream.range(0, 8).mapToObj(i -> lodge).toList()).stream()
                            .map(future -> future.resultNow())
                            .toList();
            assertThat(results).containsOnlyOnce(true);
        }
    }

    private static Person member(Home home) {
        return new Person(home.member(), List.of("member"));
    }

    private ResultActions lodge(Person by, String decision) throws Exception {
        return calls.post(
                by,
                "/api/abuse/decisions/" + decision + "/appeal",
                "{\"text\": \"it was not me\"}");
    }

    private String claimed(Home home) throws Exception {
        String caseId = calls.caseAbout("intrusion", home.client());
        calls.post(moderator, "/api/cases/" + caseId + "/claim", "{}").andExpect(status().isOk());
        return caseId;
    }

    /** A suspension of the member and a ban of the address, for as long as {@code term} says. */
    private String decided(String caseId, Home home, String term) throws Exception {
        calls.post(moderator, "/api/cases/" + caseId + "/claim", "{}").andExpect(status().isOk());
        return read(
                calls.post(
                                moderator,
                                "/api/cases/" + caseId + "/decision",
                                """
                                {"outcome": "upheld", "rule": "rule 4", "reason": "it was so", "measures": [
                                  {"kind": "suspension", %s, "target": {"kind": "member", "value": "%s"}},
                                  {"kind": "ban", %s, "target": {"kind": "address", "value": "%s"}}]}
                                """
                                        .formatted(term, home.member(), term, home.client()))
                        .andExpect(status().isCreated()),
                "$.id");
    }

    private String day() {
        return "\"until\": \"" + in(1) + "\"";
    }

    private String in(int days) {
        return Village.in(clock.instant(), days * 86_400L);
    }

    /** What the public log has of an appeal. */
    private List<String> logged(String appeal) {
        return db.sql("select kind from log_fact where fact = :fact order by position")
                .param("fact", appeal)
                .query(String.class)
                .list();
    }
}
