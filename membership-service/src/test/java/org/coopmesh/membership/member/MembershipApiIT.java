package org.coopmesh.membership.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.put;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.google.protobuf.InvalidProtocolBufferException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.coopmesh.contracts.membership.v1.MemberEvent;
import org.coopmesh.contracts.membership.v1.MemberEvent.FactCase;
import org.coopmesh.contracts.membership.v1.RoleEvent;
import org.coopmesh.membership.RunningService;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.ResultActions;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;

class MembershipApiIT extends RunningService {
    @Autowired Membership membership;
    @Autowired DuePlans duePlans;
    @Autowired JdbcClient db;

    private UUID board;

    @BeforeEach
    void aCoop() throws Exception {
        if (membership.constituted().isEmpty()) constitute();
        board =
                db.sql("select id from member where email = 'board@example.org'")
                        .query(UUID.class)
                        .single();
    }

    @Test
    void approvalMakesTheApplicantAMemberWhoPaysForTheSiteThatWasAskedFor() throws Exception {
        UUID id = apply("Ida Hill", "ida@example.org");

        http.perform(post("/api/members/{id}/approve", id).with(caller(board, "board")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.state").value("active"));

        http.perform(get("/api/members/{id}", id).with(caller(board, "board")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.state").value("active"))
                .andExpect(jsonPath("$.joinedOn").value(membership.today().toString()))
                .andExpect(jsonPath("$.roles[0]").value("member"))
                .andExpect(jsonPath("$.sites[0].name").value("Mill"))
                .andExpect(jsonPath("$.sites[0].planCode").value("standard"))
                .andExpect(jsonPath("$.payer.name").value("Ida Hill"));
        assertThat(announced(id)).containsExactly(FactCase.JOINED, FactCase.SUBSCRIBED);
    }

    @Test
    void anApplicantCannotBeApprovedTwice() throws Exception {
        UUID id = member("Twice", "twice@example.org");

        http.perform(post("/api/members/{id}/approve", id).with(caller(board, "board")))
                .andExpect(status().isConflict())
                .andExpect(jsonPath("$.type").value("https://coopmesh.org/problems/step-not-legal"))
                .andExpect(jsonPath("$.detail").value("a member who is active cannot be approved"));
    }

    @Test
    void refusalEndsSignInAndWantsAReason() throws Exception {
        UUID id = apply("No Reach", "no-reach@example.org");

        http.perform(json(post("/api/members/{id}/refuse", id), "{}").with(caller(board, "board")))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("reason"))
                .andExpect(jsonPath("$.errors[0].rule").value("required"));
        http.perform(
                        json(post("/api/members/{id}/refuse", id), "{\"reason\": \"out of reach\"}")
                                .with(caller(board, "board")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.state").value("refused"));

        assertThat(open(id)).isFalse();
        assertThat(announced(id)).isEmpty();
    }

    @Test
    void aKnownAddressGetsTheSameAnswerAndChangesNothing() throws Exception {
        UUID id = member("Same Mail", "same@example.org");

        ResultActions again =
                http.perform(
                        json(
                                post("/api/applications"),
                                application("Someone Else", "SAME@example.org")));

        again.andExpect(status().isAccepted()).andExpect(jsonPath("$.memberId").isNotEmpty());
        http.perform(get("/api/members").param("q", "same@").with(caller(board, "board")))
                .andExpect(jsonPath("$.items.length()").value(1))
                .andExpect(jsonPath("$.items[0].name").value("Same Mail"));
        http.perform(get("/api/members/{id}/timeline", id).with(caller(board, "board")))
                .andExpect(jsonPath("$.items[0].kind").value("appliedAgain"));
    }

    @Test
    void pauseReturnAndLeavingAreAnnouncedWithTheirDays() throws Exception {
        UUID id = member("Season", "season@example.org");
        String today = membership.today().toString();

        step(id, "pause", "{\"from\": \"" + today + "\", \"reason\": \"winter\"}", "paused");
        step(id, "resume", "{\"on\": \"" + today + "\"}", "active");
        step(id, "leave", "{\"on\": \"" + today + "\", \"reason\": \"moves\"}", "left");

        assertThat(announced(id))
                .containsExactly(
                        FactCase.JOINED,
                        FactCase.SUBSCRIBED,
                        FactCase.PAUSED,
                        FactCase.RESUMED,
                        FactCase.UNSUBSCRIBED,
                        FactCase.LEFT);
        http.perform(get("/api/members/{id}", id).with(caller(board, "board")))
                .andExpect(jsonPath("$.roles").isEmpty())
                .andExpect(jsonPath("$.sites[0].planCode").doesNotExist());
    }

    @Test
    void aPauseForALaterDayIsCarriedOutOnThatDay() throws Exception {
        UUID id = member("Later", "later@example.org");
        LocalDate from = membership.today().plusDays(3);
        LocalDate back = from.plusDays(2);

        step(id, "pause", "{\"from\": \"" + from + "\", \"reason\": \"summer\"}", "active");
        step(id, "resume", "{\"on\": \"" + back + "\"}", "active");
        http.perform(get("/api/members/{id}", id).with(caller(board, "board")))
                .andExpect(jsonPath("$.planned.length()").value(2));
        clock.advance(Duration.ofDays(3));
        duePlans.carryOut();

        assertThat(state(id)).isEqualTo("paused");
        clock.advance(Duration.ofDays(2));
        duePlans.carryOut();
        duePlans.carryOut();
        assertThat(state(id)).isEqualTo("active");
        assertThat(announced(id)).endsWith(FactCase.PAUSED, FactCase.RESUMED);
    }

    @Test
    void daysInThePastAreRefused() throws Exception {
        UUID id = member("Past", "past@example.org");

        http.perform(
                        json(
                                        post("/api/members/{id}/pause", id),
                                        "{\"from\": \"2020-01-01\", \"reason\": \"x\"}")
                                .with(caller(board, "board")))
                .andExpect(status().isUnprocessableContent())
                .andExpect(
                        jsonPath("$.type").value("https://coopmesh.org/problems/date-in-the-past"))
                .andExpect(jsonPath("$.errors[0].field").value("from"));
    }

    @Test
    void theLastBoardMemberCannotLeaveNorLoseTheRole() throws Exception {
        http.perform(
                        json(post("/api/members/{id}/leave", board), "{\"reason\": \"tired\"}")
                                .with(caller(board, "board")))
                .andExpect(status().isConflict())
                .andExpect(
                        jsonPath("$.type")
                                .value("https://coopmesh.org/problems/last-board-member"));
        http.perform(
                        json(
                                        put("/api/members/{id}/roles", board),
                                        "{\"roles\": [\"treasurer\"], \"reason\": \"tired\"}")
                                .with(caller(board, "board")))
                .andExpect(status().isConflict());
        assertThat(state(board)).isEqualTo("active");
    }

    @Test
    void whoGrantsRolesHasJustProvedWhoTheyAre() throws Exception {
        UUID id = member("Tom", "tom@example.org");
        var longAgo = callerOf(Instant.now().minus(Duration.ofMinutes(6)), board, "board");

        http.perform(
                        json(
                                        put("/api/members/{id}/roles", id),
                                        "{\"roles\": [\"treasurer\"], \"reason\": \"elected\"}")
                                .with(longAgo))
                .andExpect(status().isUnauthorized())
                .andExpect(
                        jsonPath("$.type").value("https://coopmesh.org/problems/step-up-required"))
                .andExpect(
                        header().string(
                                        "WWW-Authenticate",
                                        "Bearer error=\"insufficient_user_authentication\", max_age=\"300\""));

        http.perform(get("/api/members/{id}", id).with(caller(board, "board")))
                .andExpect(jsonPath("$.roles.length()").value(1));
    }

    @Test
    void rolesAreGrantedByTheBoardAndEveryGrantIsKept() throws Exception {
        UUID id = member("Tess", "tess@example.org");

        http.perform(
                        json(
                                        put("/api/members/{id}/roles", id),
                                        "{\"roles\": [\"treasurer\"], \"reason\": \"elected\"}")
                                .with(caller(board, "board")))
                .andExpect(status().isOk())
                .andExpect(content().json("{\"roles\": [\"member\", \"treasurer\"]}"));

        http.perform(get("/api/roles/audit").with(caller(board, "board")))
                .andExpect(jsonPath("$.items[0].memberId").value(id.toString()))
                .andExpect(jsonPath("$.items[0].role").value("treasurer"))
                .andExpect(jsonPath("$.items[0].granted").value(true))
                .andExpect(jsonPath("$.items[0].reason").value("elected"))
                .andExpect(jsonPath("$.items[0].by").value(board.toString()));
        http.perform(get("/api/members/{id}/timeline", id).with(caller(id, "member")))
                .andExpect(jsonPath("$.items[0].kind").value("rolesChanged"))
                .andExpect(jsonPath("$.items[0].detail.granted").value("treasurer"));
        byte[] said =
                db.sql(
                                """
                                select payload from outbox where topic = 'coopmesh.membership.role.v1' order by id desc limit 1
                                """)
                        .query((row, number) -> row.getBytes("payload"))
                        .single();
        assertThat(RoleEvent.parseFrom(said).getRole()).isEqualTo("treasurer");
        assertThat(RoleEvent.parseFrom(said).hasGranted()).isTrue();
        assertThat(new String(said, StandardCharsets.ISO_8859_1)).doesNotContain(id.toString());
    }

    @Test
    void applicantsGetNoRoles() throws Exception {
        UUID id = apply("Early", "early@example.org");

        http.perform(
                        json(
                                        put("/api/members/{id}/roles", id),
                                        "{\"roles\": [\"network\"], \"reason\": \"x\"}")
                                .with(caller(board, "board")))
                .andExpect(status().isConflict())
                .andExpect(jsonPath("$.type").value("https://coopmesh.org/problems/not-a-member"));
    }

    @Test
    void anotherPayerTakesOverASiteFromADayThatIsNotOver() throws Exception {
        UUID id = member("House", "house@example.org");
        UUID site = membership.sitesOf(new MemberId(id)).getFirst().id().value();
        UUID payer = payer("Village hall", "hall@example.org");
        String body = "{\"payerId\": \"%s\", \"planCode\": \"large\", \"effectiveOn\": \"%s\"}";

        http.perform(
                        json(
                                        put("/api/sites/{id}/subscription", site),
                                        body.formatted(payer, membership.today().minusDays(1)))
                                .with(caller(board, "board")))
                .andExpect(status().isUnprocessableContent());
        http.perform(
                        json(
                                        put("/api/sites/{id}/subscription", site),
                                        body.formatted(payer, membership.today()))
                                .with(caller(board, "board")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.payerId").value(payer.toString()))
                .andExpect(jsonPath("$.planCode").value("large"));

        assertThat(membership.factsOf(new PayerId(payer)))
                .extracting(facts -> facts.id().value())
                .containsExactly(id);
        assertThat(announced(id)).endsWith(FactCase.SUBSCRIBED, FactCase.SUBSCRIBED);
    }

    @Test
    void onePayerMayPayForSitesOfSeveralMembers() throws Exception {
        UUID first = member("First", "first@example.org");
        UUID second = member("Second", "second@example.org");
        UUID payer = payer("Landlady", "landlady@example.org");

        for (UUID member : List.of(first, second))
            http.perform(
                            json(
                                            post("/api/sites"),
                                            """
                                            {"memberId": "%s", "name": "Flat", "address": "Main Street 2",
                                             "payerId": "%s", "planCode": "standard"}
                                            """
                                                    .formatted(member, payer))
                                    .with(caller(board, "board")))
                    .andExpect(status().isCreated())
                    .andExpect(jsonPath("$.payerId").value(payer.toString()));

        assertThat(membership.factsOf(new PayerId(payer)))
                .extracting(facts -> facts.id().value())
                .containsExactlyInAnyOrder(first, second);
    }

    @Test
    void membersSeeAndChangeOnlyWhatIsTheirs() throws Exception {
        UUID mine = member("Mine", "mine@example.org");
        UUID yours = member("Yours", "yours@example.org");
        UUID yourSite = membership.sitesOf(new MemberId(yours)).getFirst().id().value();
        UUID yourPayer =
                membership
                        .facts(new MemberId(yours))
                        .orElseThrow()
                        .payers()
                        .iterator()
                        .next()
                        .value();
        String today = membership.today().toString();

        for (String path :
                List.of(
                        "/api/members/" + yours,
                        "/api/members/" + yours + "/timeline",
                        "/api/sites?memberId=" + yours,
                        "/api/payers/" + yourPayer,
                        "/api/members",
                        "/api/roles/audit",
                        "/api/payers"))
            http.perform(get(path).with(caller(mine, "member"))).andExpect(status().isForbidden());
        http.perform(
                        json(
                                        put("/api/sites/{id}/subscription", yourSite),
                                        "{\"payerId\": \"%s\", \"planCode\": \"x\", \"effectiveOn\": \"%s\"}"
                                                .formatted(yourPayer, today))
                                .with(caller(mine, "member")))
                .andExpect(status().isForbidden());
        http.perform(
                        json(
                                        post("/api/sites"),
                                        """
                                        {"memberId": "%s", "name": "Shed", "address": "Garden", "payerId": "%s",
                                         "planCode": "standard"}
                                        """
                                                .formatted(mine, yourPayer))
                                .with(caller(mine, "member")))
                .andExpect(status().isForbidden());
        http.perform(
                        json(post("/api/members/{id}/leave", yours), "{\"reason\": \"go\"}")
                                .with(caller(mine, "member")))
                .andExpect(status().isForbidden());
        http.perform(get("/api/me").with(caller(mine, "member")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.name").value("Mine"));
        http.perform(get("/api/members/{id}", mine).with(caller(mine, "member")))
                .andExpect(status().isOk());
    }

    @Test
    void onlyTheBoardApproves() throws Exception {
        UUID id = apply("Waiting", "waiting@example.org");

        for (String role : List.of("member", "treasurer", "moderator", "network"))
            http.perform(post("/api/members/{id}/approve", id).with(caller(board, role)))
                    .andExpect(status().isForbidden())
                    .andExpect(content().contentType(MediaType.APPLICATION_PROBLEM_JSON))
                    .andExpect(
                            jsonPath("$.type").value("https://coopmesh.org/problems/not-allowed"));
        assertThat(state(id)).isEqualTo("applicant");
    }

    @Test
    void withoutATokenNothingIsShown() throws Exception {
        for (String path : List.of("/api/me", "/api/members", "/api/payers", "/api/anything"))
            http.perform(get(path))
                    .andExpect(status().isUnauthorized())
                    .andExpect(content().contentType(MediaType.APPLICATION_PROBLEM_JSON))
                    .andExpect(
                            jsonPath("$.type")
                                    .value("https://coopmesh.org/problems/sign-in-required"));
        http.perform(get("/v3/api-docs")).andExpect(status().isUnauthorized());
        http.perform(get("/somewhere")).andExpect(status().isForbidden());
    }

    @Test
    void aTokenThatWeDidNotSignIsRefused() throws Exception {
        http.perform(get("/api/me").header("Authorization", "Bearer eyJhbGciOiJub25lIn0.e30."))
                .andExpect(status().isUnauthorized());
    }

    @Test
    void malformedIdsAreNamed() throws Exception {
        http.perform(get("/api/members/{id}", "not-a-uuid").with(caller(board, "board")))
                .andExpect(status().isBadRequest())
                .andExpect(
                        jsonPath("$.type").value("https://coopmesh.org/problems/malformed-request"))
                .andExpect(jsonPath("$.errors[0].field").value("id"));
        http.perform(
                        json(
                                        post("/api/sites"),
                                        "{\"memberId\": \"nobody\", \"name\": \"x\", \"address\": \"y\", \"planCode\": \"z\"}")
                                .with(caller(board, "board")))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("memberId"));
        http.perform(get("/api/members").param("limit", "201").with(caller(board, "board")))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("limit"));
        http.perform(get("/api/members").param("after", "%%%").with(caller(board, "board")))
                .andExpect(status().isUnprocessableContent());
    }

    @Test
    void whatIsNotThereIsNotFound() throws Exception {
        UUID nobody = UUID.randomUUID();

        http.perform(get("/api/members/{id}", nobody).with(caller(board, "board")))
                .andExpect(status().isNotFound())
                .andExpect(
                        jsonPath("$.type").value("https://coopmesh.org/problems/member-not-found"));
        http.perform(post("/api/members/{id}/approve", nobody).with(caller(board, "board")))
                .andExpect(status().isNotFound());
        http.perform(get("/api/payers/{id}", nobody).with(caller(board, "board")))
                .andExpect(status().isNotFound());
    }

    @Test
    void everyWrongFieldOfAnApplicationIsNamed() throws Exception {
        http.perform(
                        json(
                                post("/api/applications"),
                                """
                                {"name": "", "email": "nowhere", "password": "short", "planCode": "Home",
                                 "rulesVersion": 1, "site": {"name": "Mill", "address": "", "latitude": 91}}
                                """))
                .andExpect(status().isBadRequest())
                .andExpect(
                        jsonPath(
                                "$.errors[*].field",
                                org.hamcrest.Matchers.containsInAnyOrder(
                                        "name",
                                        "email",
                                        "password",
                                        "planCode",
                                        "site.address",
                                        "site.latitude")));
    }

    @Test
    void whatTheDatabaseCannotHoldIsToldByField() throws Exception {
        http.perform(json(post("/api/applications"), application("Nu\\u0000l", "nul@example.org")))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("name"));
        http.perform(get(URI.create("/api/members?q=a%00b")).with(caller(board, "board")))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("q"));
        http.perform(get(URI.create("/api/access/entries?q=a%00b")).with(caller(board, "board")))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("q"));
        UUID member = member("Far Future", "far@example.org");
        http.perform(
                        json(
                                        post("/api/members/{id}/pause", member),
                                        "{\"from\": \"+999999999-12-31\", \"reason\": \"far\"}")
                                .with(caller(board, "board")))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("from"));
    }

    @Test
    void outdatedRulesCannotBeAgreedTo() throws Exception {
        http.perform(
                        json(
                                post("/api/applications"),
                                application("Old Rules", "old@example.org")
                                        .replace("\"rulesVersion\": 1", "\"rulesVersion\": 7")))
                .andExpect(status().isUnprocessableContent())
                .andExpect(
                        jsonPath("$.type").value("https://coopmesh.org/problems/rules-outdated"));
    }

    @Test
    void membersAreListedByNamePageByPage() throws Exception {
        for (String name : List.of("zoe", "Zara", "Zoltan"))
            member("Paging " + name, "paging-" + name + "@example.org");
        var names = new ArrayList<String>();
        String after = null;

        do {
            var request =
                    get("/api/members")
                            .param("q", "paging")
                            .param("state", "active")
                            .param("limit", "2")
                            .with(caller(board, "board"));
            if (after != null) request.param("after", after);
            var page = read(http.perform(request).andReturn().getResponse().getContentAsString());
            page.get("items").forEach(item -> names.add(item.get("name").asString()));
            after = page.get("next").isNull() ? null : page.get("next").asString();
        } while (after != null);

        assertThat(names).containsExactly("Paging Zara", "Paging zoe", "Paging Zoltan");
    }

    @Test
    void aSearchForPatternSignsFindsOnlyThemselves() throws Exception {
        http.perform(get("/api/members").param("q", "%").with(caller(board, "board")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.items").isEmpty());
    }

    private UUID member(String name, String email) throws Exception {
        UUID id = apply(name, email);
        http.perform(post("/api/members/{id}/approve", id).with(caller(board, "board")))
                .andExpect(status().isOk());
        return id;
    }

    private UUID payer(String name, String email) throws Exception {
        String answer =
                http.perform(
                                json(
                                                post("/api/payers"),
                                                "{\"name\": \"%s\", \"email\": \"%s\", \"address\": \"Square 1\"}"
                                                        .formatted(name, email))
                                        .with(caller(board, "treasurer")))
                        .andExpect(status().isCreated())
                        .andReturn()
                        .getResponse()
                        .getContentAsString();
        return UUID.fromString(read(answer).get("id").asString());
    }

    private void step(UUID id, String step, String body, String after) throws Exception {
        http.perform(json(post("/api/members/{id}/" + step, id), body).with(caller(id, "member")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.state").value(after));
    }

    private static MockHttpServletRequestBuilder json(
            MockHttpServletRequestBuilder request, String body) {
        return request.contentType(MediaType.APPLICATION_JSON).content(body);
    }

    private String state(UUID id) {
        return db.sql("select state from member where id = :id")
                .param("id", id)
                .query(String.class)
                .single();
    }

    private boolean open(UUID id) {
        return db.sql("select open from account where id = :id")
                .param("id", id)
                .query(Boolean.class)
                .single();
    }

    /** Facts about {@code id} in the order they were stated. */
    private List<FactCase> announced(UUID id) {
        return db
                .sql("select payload from outbox where topic = :topic and key = :key order by id")
                .param("topic", MemberEvents.MEMBER_TOPIC)
                .param("key", id.toString())
                .query((row, _) -> row.getBytes(1))
                .list()
                .stream()
                .map(payload -> {
                    try {
                        return MemberEvent.parseFrom(payload).getFactCase();
                    } catch (InvalidProtocolBufferException e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();
    }
}
