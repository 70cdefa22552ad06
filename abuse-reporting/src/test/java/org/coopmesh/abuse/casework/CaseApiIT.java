package org.coopmesh.abuse.casework;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.abuse.Village.Calls.read;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.coopmesh.abuse.ServiceTest;
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
