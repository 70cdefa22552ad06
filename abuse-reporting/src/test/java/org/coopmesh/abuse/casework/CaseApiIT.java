package org.coopmesh.abuse.casework;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.abuse.Village.Calls.read;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.coopmesh.abuse.ServiceTest;
import org.coopmesh.abuse.TestClock;
import org.coopmesh.abuse.Village.Calls;
import org.coopmesh.abuse.Village.Home;
import org.coopmesh.abuse.Village.Person;
import org.coopmesh.abuse.subject.CaseId;
import org.coopmesh.abuse.subject.MemberId;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

@ServiceTest
class CaseApiIT {
    private final Person moderator = Person.with("member", "moderator");
    private final Person other = Person.with("member", "moderator");

    @Autowired Calls calls;
    @Autowired Casework casework;
    @Autowired TestClock clock;
    @Autowired JdbcClient db;

    @Test
    void oneModeratorClaimsACase() throws Exception {
        String path = "/api/cases/" + calls.caseAbout("203.0.113.201");

        calls.post(moderator, path + "/claim", "{}")
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.state").value("underReview"))
                .andExpect(jsonPath("$.claimedBy").value(moderator.id().toString()));
        calls.post(moderator, path + "/claim", "{}").andExpect(status().isOk());
        calls.post(other, path + "/claim", "{}")
                .andExpect(status().isConflict())
                .andExpect(
                        jsonPath("$.type")
                                .value("https://coopmesh.org/problems/case-step-refused"));
    }

    @Test
    void ofTwoWhoClaimAtOnceOneGetsTheCase() throws Exception {
        var caseId = new CaseId(UUID.fromString(calls.caseAbout("203.0.113.202")));
        Callable<Boolean> claim =
                () -> {
                    try {
                        casework.claim(caseId, new MemberId(UUID.randomUUID()));
                        return true;
                    } catch (CaseStepRefused late) {
                        return false;
                    }
                };

        try (var threads = Executors.newFixedThreadPool(4)) {
            var results =
                    threads.invokeAll(Collections.nCopies(8, claim)).stream()
                            .map(future -> future.resultNow())
                            .toList();
            assertThat(results).containsOnlyOnce(true);
        }
    }

    @Test
    void aReleasedCaseIsForOthersToClaim() throws Exception {
        String path = "/api/cases/" + calls.caseAbout("203.0.113.203");
        calls.post(moderator, path + "/claim", "{}");

        calls.post(other, path + "/release", reason()).andExpect(status().isConflict());
        calls.post(moderator, path + "/release", reason())
                .andExpect(jsonPath("$.state").value("open"));

        calls.post(other, path + "/claim", "{}").andExpect(status().isOk());
    }

    @Test
    void aCaseHandedOverIsForThatModeratorFirst() throws Exception {
        String path = "/api/cases/" + calls.caseAbout("203.0.113.208");
        var third = Person.with("member", "moderator");
        Home home = calls.home(false);
        var colleague = new Person(home.member(), moderator.roles());
        calls.post(moderator, path + "/claim", "{}");
        String to = "{\"to\": \"%s\", \"reason\": \"I am away\"}";

        calls.post(other, path + "/hand-over", to.formatted(colleague.id()))
                .andExpect(status().isConflict());
        calls.post(moderator, path + "/hand-over", to.formatted(moderator.id()))
                .andExpect(status().isConflict());
        calls.post(moderator, path + "/hand-over", to.formatted(UUID.randomUUID()))
                .andExpect(status().isConflict());
        calls.post(moderator, path + "/hand-over", to.formatted(colleague.id()))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.state").value("open"))
                .andExpect(jsonPath("$.offeredTo").value(colleague.id().toString()));

        calls.post(third, path + "/claim", "{}").andExpect(status().isConflict());
        calls.post(colleague, path + "/claim", "{}")
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.offeredTo").doesNotExist());
        calls.get(third, path)
                .andExpect(jsonPath("$.notes[*].text", hasItem("Handed over: I am away")));
    }

    @Test
    void whoHandsOverDoesNotFindOutWhoReported() throws Exception {
        Home home = calls.home(false);
        var reporter = new Person(home.member(), moderator.roles());
        String report =
                read(
                        calls.post(
                                reporter,
                                "/api/reports",
                                "{\"category\": \"spam\", \"description\": \"x\"}"),
                        "$.id");
        String path = "/api/cases/" + calls.caseOf(report);
        calls.post(moderator, path + "/claim", "{}");

        calls.post(
                        moderator,
                        path + "/hand-over",
                        "{\"to\": \"%s\", \"reason\": \"r\"}".formatted(reporter.id()))
                .andExpect(status().isOk());

        calls.post(reporter, path + "/claim", "{}").andExpect(status().isForbidden());
        clock.advance(Duration.ofDays(1));
        calls.post(other, path + "/claim", "{}").andExpect(status().isOk());
    }

    @Test
    void theBoardTakesACaseAwayThatLiesIdle() throws Exception {
        String path = "/api/cases/" + calls.caseAbout("203.0.113.209");
        var board = Person.with("member", "board");
        calls.post(board, path + "/take-away", reason()).andExpect(status().isConflict());
        calls.post(moderator, path + "/claim", "{}");

        calls.post(other, path + "/take-away", reason()).andExpect(status().isForbidden());
        calls.post(board, path + "/take-away", reason())
                .andExpect(jsonPath("$.state").value("open"));

        calls.post(other, path + "/claim", "{}").andExpect(status().isOk());
    }

    @Test
    void theOverdueComeFirstAndTheDecidedNotAtAll() throws Exception {
        String slow = calls.caseAbout("harassment", "203.0.113.210");
        clock.advance(Duration.ofDays(8));
        String urgent = calls.caseAbout("intrusion", "203.0.113.211");
        String later = calls.caseAbout("harassment", "203.0.113.212");
        String decided = calls.caseAbout("harassment", "203.0.113.213");
        calls.post(moderator, "/api/cases/" + decided + "/claim", "{}");
        calls.post(
                moderator,
                "/api/cases/" + decided + "/decision",
                "{\"outcome\": \"dismissed\", \"rule\": \"r\", \"reason\": \"r\"}");
        var seen = new ArrayList<String>();
        String next = "";
        do {
            var page = calls.get(other, "/api/cases?order=due&limit=2" + next);
            seen.addAll(read(page, "$.items[*].id"));
            String after = read(page, "$.next");
            next = after == null ? null : "&after=" + after;
        } while (next != null);

        assertThat(seen).doesNotHaveDuplicates().doesNotContain(decided);
        assertThat(seen.stream().filter(List.of(slow, urgent, later)::contains))
                .containsExactly(slow, urgent, later);
        calls.get(other, "/api/cases/" + slow).andExpect(jsonPath("$.summary.overdue").value(true));
        calls.get(other, "/api/cases/" + later)
                .andExpect(jsonPath("$.summary.overdue").value(false));
        calls.get(other, "/api/cases/" + decided)
                .andExpect(jsonPath("$.summary.overdue").value(false));
    }

    @Test
    void theWorkloadCountsWhatIsInHandAndWhatWasTakenBack() throws Exception {
        var busy = Person.with("member", "moderator");
        var idle = Person.with("member", "moderator");
        String held = calls.caseAbout("spam", "203.0.113.214");
        calls.post(busy, "/api/cases/" + held + "/claim", "{}");
        clock.advance(Duration.ofDays(7));
        for (String address : List.of("203.0.113.215", "203.0.113.216", "203.0.113.217")) {
            String caseId = calls.caseAbout("spam", address);
            calls.post(busy, "/api/cases/" + caseId + "/claim", "{}");
            String decision =
                    read(
                            calls.post(
                                    busy,
                                    "/api/cases/" + caseId + "/decision",
                                    """
                                    {"outcome": "upheld", "rule": "r", "reason": "r", "measures": [
                                      {"kind": "ban", "until": "%s",
                                       "target": {"kind": "address", "value": "%s"}}]}
                                    """
                                            .formatted(clock.instant().plusSeconds(60), address)),
                            "$.id");
            if (address.endsWith("216")) {
                calls.post(other, "/api/abuse/decisions/" + decision + "/reverse", reason())
                        .andExpect(status().isOk());
            }
        }
        calls.put(
                        idle,
                        "/api/hours/" + UUID.randomUUID(),
                        "{\"workedOn\": \"%s\", \"minutes\": 90, \"what\": \"talks\"}"
                                .formatted(LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC)))
                .andExpect(status().isOk());
        String mine = "$.items[?(@.moderatorId == '" + busy.id() + "')].";

        calls.get(Person.with("board"), "/api/cases/workload?days=30")
                .andExpect(status().isOk())
                .andExpect(jsonPath(mine + "inHand").value(1))
                .andExpect(jsonPath(mine + "overdue").value(1))
                .andExpect(jsonPath(mine + "decided").value(3))
                .andExpect(jsonPath(mine + "upheld").value(3))
                .andExpect(jsonPath(mine + "overturned").value(1))
                .andExpect(
                        jsonPath("$.items[?(@.moderatorId == '" + idle.id() + "')].minutes")
                                .value(90));
        calls.get(moderator, "/api/cases/workload?days=0")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("days"));
        calls.get(Person.with("treasurer"), "/api/cases/workload")
                .andExpect(status().isForbidden());
    }

    @Test
    void aDirectNeighbourDoesNotJudge() throws Exception {
        Home home = calls.home(false);
        Home linked = calls.home(false);
        Home far = calls.home(false);
        Home carrier = calls.home(false);
        db.sql("update attachment set node_id = ? where attachment_id = ?")
                .params(carrier.node(), home.attachment())
                .update();
        linkComplainedOf(carrier, linked);
        linkComplainedOf(linked, far);
        String path = "/api/cases/" + calls.caseAbout(home.client());

        for (Home near : List.of(carrier, linked)) {
            var neighbour = new Person(near.member(), moderator.roles());
            calls.post(neighbour, path + "/claim", "{}")
                    .andExpect(status().isForbidden())
                    .andExpect(jsonPath("$.detail", containsString("direct neighbour")));
            calls.get(neighbour, "/api/cases?limit=200")
                    .andExpect(
                            jsonPath(
                                    "$.items[*].id",
                                    not(hasItem(path.substring(path.lastIndexOf('/') + 1)))));
        }
        calls.post(new Person(far.member(), moderator.roles()), path + "/claim", "{}")
                .andExpect(status().isOk());
    }

    /** As the meter does: that there is a link is known here from its reports alone. */
    private void linkComplainedOf(Home one, Home other) {
        String low = one.node().compareTo(other.node()) < 0 ? one.node() : other.node();
        String high = low.equals(one.node()) ? other.node() : one.node();
        db.sql(
                        """
                        insert into report (report_id, category, reporter_kind, token_hash, observed_at, url, received_at,
                            state)
                        values (gen_random_uuid(), 'network_misuse', 'anonymous', decode(repeat('00', 32), 'hex'),
                            now(), ?, now(), 'received')
                        """)
                .param("urn:coopmesh:link:" + low + ":" + high)
                .update();
    }

    @Test
    void whoReportedDoesNotJudgeNorDoesTheirHousehold() throws Exception {
        Home home = calls.home(false);
        Home household = calls.home(false, UUID.randomUUID(), home.payer(), "10.230.1");
        var reporter = new Person(home.member(), moderator.roles());
        String id =
                read(
                        calls.post(
                                reporter,
                                "/api/reports",
                                "{\"category\": \"spam\", \"description\": \"x\"}"),
                        "$.id");
        String path = "/api/cases/" + calls.caseOf(id);

        for (Person near :
                new Person[] {reporter, new Person(household.member(), moderator.roles())}) {
            calls.post(near, path + "/claim", "{}")
                    .andExpect(status().isForbidden())
                    .andExpect(
                            jsonPath("$.type")
                                    .value("https://coopmesh.org/problems/conflict-of-interest"));
            calls.post(near, path + "/notes", "{\"text\": \"hm\"}")
                    .andExpect(status().isForbidden());
        }
        calls.post(moderator, path + "/claim", "{}").andExpect(status().isOk());
    }

    @Test
    void nobodyJudgesThemselvesOrTheirHousehold() throws Exception {
        Home home = calls.home(false);
        Home household = calls.home(false, UUID.randomUUID(), home.payer(), "10.230.2");
        String path = "/api/cases/" + calls.caseAbout(home.client());

        for (UUID near : new UUID[] {home.member(), household.member()}) {
            calls.post(new Person(near, moderator.roles()), path + "/claim", "{}")
                    .andExpect(status().isForbidden());
        }
        calls.post(moderator, path + "/claim", "{}").andExpect(status().isOk());
    }

    @Test
    void nobodyReadsACaseAboutThemselvesOrTheirHousehold() throws Exception {
        Home home = calls.home(false);
        Home household = calls.home(false, UUID.randomUUID(), home.payer(), "10.230.3");
        String caseId = calls.caseAbout(home.client());
        calls.post(moderator, "/api/cases/" + caseId + "/notes", "{\"text\": \"careful\"}");

        for (UUID near : new UUID[] {home.member(), household.member()}) {
            for (String role : new String[] {"moderator", "board"}) {
                var reader = new Person(near, List.of("member", role));
                calls.get(reader, "/api/cases/" + caseId)
                        .andExpect(status().isForbidden())
                        .andExpect(
                                jsonPath("$.type")
                                        .value(
                                                "https://coopmesh.org/problems/conflict-of-interest"));
                calls.get(reader, "/api/cases?limit=200")
                        .andExpect(status().isOk())
                        .andExpect(jsonPath("$.items[*].id", not(hasItem(caseId))));
            }
        }
        calls.get(moderator, "/api/cases?limit=200")
                .andExpect(jsonPath("$.items[*].id", hasItem(caseId)));
    }

    @Test
    void nobodyReadsACaseThatTheyReported() throws Exception {
        String report =
                read(
                        calls.post(
                                moderator,
                                "/api/reports",
                                "{\"category\": \"spam\", \"description\": \"x\"}"),
                        "$.id");
        String caseId = calls.caseOf(report);

        calls.get(moderator, "/api/cases/" + caseId).andExpect(status().isForbidden());
        calls.get(moderator, "/api/cases?limit=200")
                .andExpect(jsonPath("$.items[*].id", not(hasItem(caseId))));
        calls.get(other, "/api/cases/" + caseId).andExpect(status().isOk());
    }

    @Test
    void ofAMemberAModeratorSeesOnlyTheCasesTheyLookedUp() throws Exception {
        Home home = calls.home(false);
        String lookedUp = calls.caseAbout("malware", home.client());
        String untold = calls.caseAbout("copyright", home.client());
        String ofMember = "/api/cases?memberId=" + home.member();
        for (String caseId : new String[] {lookedUp, untold}) {
            calls.post(moderator, "/api/cases/" + caseId + "/claim", "{}");
        }
        calls.get(moderator, ofMember).andExpect(jsonPath("$.items.length()").value(0));

        calls.post(moderator, "/api/cases/" + lookedUp + "/subject", reason());

        calls.get(moderator, ofMember)
                .andExpect(jsonPath("$.items.length()").value(1))
                .andExpect(jsonPath("$.items[0].id").value(lookedUp));
        calls.get(other, ofMember).andExpect(jsonPath("$.items.length()").value(0));
        calls.get(Person.with("board"), ofMember).andExpect(status().isForbidden());
        calls.get(new Person(home.member(), moderator.roles()), ofMember)
                .andExpect(status().isForbidden())
                .andExpect(
                        jsonPath("$.type")
                                .value("https://coopmesh.org/problems/conflict-of-interest"));
    }

    @Test
    void notesAreOnlyEverAdded() throws Exception {
        String path = "/api/cases/" + calls.caseAbout("203.0.113.204");
        calls.post(moderator, path + "/notes", "{\"text\": \"first\"}")
                .andExpect(status().isCreated());
        calls.post(other, path + "/notes", "{\"text\": \"second\"}");

        calls.get(moderator, path)
                .andExpect(jsonPath("$.notes[0].text").value("first"))
                .andExpect(jsonPath("$.notes[1].text").value("second"));
        calls.post(moderator, path + "/notes", "{\"text\": \"  \"}")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("text"));
    }

    @Test
    void everyLookUpIsWrittenDownFoundOrNot() throws Exception {
        Home home = calls.home(false);
        String found = calls.caseAbout(home.client());
        String unknown = calls.caseAbout("203.0.113.205");
        for (String caseId : new String[] {found, unknown}) {
            calls.post(moderator, "/api/cases/" + caseId + "/claim", "{}");
        }

        calls.post(moderator, "/api/cases/" + found + "/subject", "{}")
                .andExpect(status().isBadRequest());
        calls.post(moderator, "/api/cases/" + found + "/subject", reason())
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.memberId").value(home.member().toString()))
                .andExpect(jsonPath("$.siteId").value(home.site().toString()));
        calls.post(moderator, "/api/cases/" + unknown + "/subject", reason())
                .andExpect(status().isNotFound())
                .andExpect(
                        jsonPath("$.type").value("https://coopmesh.org/problems/subject-unknown"));

        for (String caseId : new String[] {found, unknown}) {
            assertThat(
                            db.sql(
                                            """
                                            select reason from look_up
                                            where case_id = cast(? as uuid) and moderator_id = ?
                                            """)
                                    .params(caseId, moderator.id())
                                    .query(String.class)
                                    .list())
                    .containsExactly("a reason");
        }
    }

    @Test
    void whoStoodBehindAnAddressIsForTheModeratorOfTheCaseAlone() throws Exception {
        Home home = calls.home(false);
        String path = "/api/cases/" + calls.caseAbout(home.client());
        calls.post(moderator, path + "/claim", "{}");
        calls.post(moderator, path + "/subject", reason());

        calls.post(other, path + "/subject", reason()).andExpect(status().isConflict());
        calls.post(Person.with("board"), path + "/subject", reason())
                .andExpect(status().isForbidden());
        calls.get(moderator, path)
                .andExpect(jsonPath("$.subjectMemberId").value(home.member().toString()));
        for (Person reader : new Person[] {other, Person.with("board")}) {
            calls.get(reader, path)
                    .andExpect(status().isOk())
                    .andExpect(jsonPath("$.subjectMemberId").doesNotExist());
        }
    }

    @Test
    void theQueueIsFilteredAndPaged() throws Exception {
        String first = calls.caseAbout("copyright", "203.0.113.206");
        String last = calls.caseAbout("copyright", "203.0.113.207");

        var page = calls.get(moderator, "/api/cases?category=copyright&state=open&limit=1");
        page.andExpect(jsonPath("$.items[0].id").value(last))
                .andExpect(jsonPath("$.items[0].reports").value(1));
        String next = read(page, "$.next");
        calls.get(moderator, "/api/cases?category=copyright&limit=200&after=" + next)
                .andExpect(jsonPath("$.items[*].id", hasItem(first)))
                .andExpect(jsonPath("$.items[*].category", everyItem(is("copyright"))))
                .andExpect(jsonPath("$.next").doesNotExist());
    }

    @Test
    void malformedQuestionsNameTheParameter() throws Exception {
        calls.get(moderator, "/api/cases?category=nonsense")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("category"));
        calls.get(moderator, "/api/cases?state=nonsense")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("state"));
        calls.get(moderator, "/api/cases?order=nonsense")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("order"));
        calls.get(moderator, "/api/cases?after=x")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("after"));
        calls.get(moderator, "/api/cases/x")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("id"));
        calls.get(moderator, "/api/cases/" + UUID.randomUUID()).andExpect(status().isNotFound());
    }

    @Test
    void theQueueIsForModeratorsAndTheBoard() throws Exception {
        calls.get(Person.with("board"), "/api/cases").andExpect(status().isOk());
        for (String role : new String[] {"member", "treasurer", "network"}) {
            calls.get(Person.with(role), "/api/cases").andExpect(status().isForbidden());
        }
        calls.post(Person.with("board"), "/api/cases/" + UUID.randomUUID() + "/claim", "{}")
                .andExpect(status().isForbidden());
    }

    private static String reason() {
        return "{\"reason\": \"a reason\"}";
    }
}
