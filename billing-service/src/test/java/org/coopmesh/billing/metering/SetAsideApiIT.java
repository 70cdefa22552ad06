package org.coopmesh.billing.metering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.google.protobuf.ByteString;
import com.jayway.jsonpath.JsonPath;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.coopmesh.billing.metering.MeteringContext.TestClock;
import org.coopmesh.billing.metering.UsageReports.Place;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.SiteId;
import org.coopmesh.contracts.billing.v1.AttachmentUsage;
import org.coopmesh.contracts.billing.v1.LinkUsage;
import org.coopmesh.contracts.billing.v1.MeterEvent;
import org.coopmesh.contracts.billing.v1.UplinkUsage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.ResultActions;
import org.springframework.test.web.servlet.request.RequestPostProcessor;

/** The queue of reports that cannot be right, and what people decide about them. */
@SpringBootTest(classes = MeteringContext.class)
@AutoConfigureMockMvc
class SetAsideApiIT {
    private static final Path KEYS = MeteringContext.newKeysDirectory();
    private static final Instant NOW = MeteringContext.START;
    private static final long TOO_MUCH = 50_000_000_000L;

    @Autowired MockMvc http;
    @Autowired JdbcClient db;
    @Autowired Metering metering;
    @Autowired Intake intake;
    @Autowired TestClock clock;

    private final MemberId member = new MemberId(UUID.randomUUID());
    private final MemberId operator = new MemberId(UUID.randomUUID());
    private final ReportingNode node = new ReportingNode();
    private SiteId site;
    private AttachmentId attachment;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        MeteringContext.properties(registry, KEYS);
    }

    @BeforeEach
    void tooMuchWasClaimed() {
        clock.set(NOW);
        MeteringContext.coop(db);
        site = MeteringContext.site(db, member);
        attachment = MeteringContext.attach(db, node.id, site, member);
        ByteString report = node.report(NOW.minusSeconds(600), attachment, TOO_MUCH, 7);
        metering.record(node.arrival(List.of(report)));
    }

    @Test
    void theQueueShowsWhatWasClaimedAndWhatCanBe() throws Exception {
        http.perform(queue(false).with(as(operator, "network")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.items.length()").value(1))
                .andExpect(
                        jsonPath("$.items[0].reason")
                                .value(org.hamcrest.Matchers.startsWith("beyondLineRate")))
                .andExpect(jsonPath("$.items[0].claims[0].internetDown").value(TOO_MUCH))
                .andExpect(jsonPath("$.items[0].limitBytes").value(41_250_000_000L))
                .andExpect(jsonPath("$.items[0].acceptable").value(true));
    }

    @Test
    void whatIsAcceptedCountsAndTheMemberSeesWhy() throws Exception {
        long before = used().internetDown();

        decide(operator, true, "a cable of ten gigabits was laid").andExpect(status().isOk());

        assertThat(before).isZero();
        assertThat(used()).isEqualTo(new Usage(TOO_MUCH, 7, 0, 0, 1, 0));
        http.perform(queue(false).with(as(operator, "network")))
                .andExpect(jsonPath("$.items.length()").value(0));
        http.perform(queue(true).with(as(operator, "network")))
                .andExpect(jsonPath("$.items[0].decision.accepted").value(true))
                .andExpect(jsonPath("$.items[0].decision.decidedBy").value(operator.toString()));
        http.perform(get("/api/usage/mine/implausible").with(as(member, "member")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$[0].claims[0].internetDown").value(TOO_MUCH))
                .andExpect(
                        jsonPath("$[0].decision.reason").value("a cable of ten gigabits was laid"));
        assertThat(decidedFacts()).hasSize(1);
    }

    @Test
    void whatCameInOneBatchStandsOnOnePageOrTheNext() throws Exception {
        metering.record(
                node.arrival(node.reports(NOW.minusSeconds(3_600), 6, attachment, TOO_MUCH, 7)));
        var sequences = new ArrayList<Integer>();
        String next = null;

        do {
            var page = queue(false).param("limit", "3").with(as(operator, "network"));
            if (next != null) page.param("after", next);
            String answer =
                    http.perform(page)
                            .andExpect(status().isOk())
                            .andReturn()
                            .getResponse()
                            .getContentAsString();
            sequences.addAll(JsonPath.<List<Integer>>read(answer, "$.items[*].sequence"));
            next = JsonPath.read(answer, "$.next");
        } while (next != null);

        assertThat(sequences).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6, 7);
        http.perform(queue(false).param("after", NOW.toString()).with(as(operator, "network")))
                .andExpect(jsonPath("$.items.length()").value(0));
        for (String malformed : List.of("x", NOW + "/x", NOW + "/00/1")) {
            http.perform(queue(false).param("after", malformed).with(as(operator, "network")))
                    .andExpect(status().isBadRequest())
                    .andExpect(jsonPath("$.errors[0].field").value("after"));
        }
    }

    @Test
    void whatCameInOneBatchIsAllJudgedAgainHoweverLittleAtATime() {
        var later = new AttachmentId(UUID.randomUUID());
        metering.record(node.arrival(node.reports(NOW.minusSeconds(3_600), 6, later, 9, 7)));
        MeteringContext.attach(db, later, node.id, site, member);

        for (Place place = Place.START; place != null; place = intake.judgeAgain(place, 2)) {}

        assertThat(metering.used(List.of(later), NOW.minusSeconds(7_200), NOW).get(later))
                .isEqualTo(new Usage(6 * 9, 6 * 7, 0, 0, 6, 0));
    }

    @Test
    void whatIsRefusedIsNeverBilledAndADecisionStands() throws Exception {
        decide(operator, false, "the counter is broken").andExpect(status().isOk());

        decide(operator, true, "or is it?")
                .andExpect(status().isConflict())
                .andExpect(
                        jsonPath("$.type").value("https://coopmesh.org/problems/decision-refused"));
        assertThat(used()).isEqualTo(Usage.NONE);
        assertThatThrownBy(() -> db.sql("update usage_decision set accepted = true").update())
                .hasMessageContaining("a decision stands");
        assertThatThrownBy(() -> db.sql("delete from usage_decision").update())
                .hasMessageContaining("a decision stands");
    }

    @Test
    void nobodyDecidesAboutTheirOwnNodeOrHousehold() throws Exception {
        var owner = new MemberId(UUID.randomUUID());
        MeteringContext.enrol(db, node.id, owner, new SiteId(UUID.randomUUID()), false);
        var flatmate = new MemberId(UUID.randomUUID());
        UUID payer = UUID.randomUUID();
        pays(payer, member, site);
        pays(payer, flatmate, new SiteId(UUID.randomUUID()));

        for (MemberId involved : List.of(member, owner, flatmate)) {
            decide(involved, true, "it is fine")
                    .andExpect(status().isForbidden())
                    .andExpect(
                            jsonPath("$.type")
                                    .value("https://coopmesh.org/problems/conflict-of-interest"));
        }
        assertThat(used()).isEqualTo(Usage.NONE);
    }

    @Test
    void twoWhoDecideAtOnceDecideOnce() throws Exception {
        var calls = new ArrayList<Callable<Integer>>();
        for (int i = 0; i < 6; i++) {
            calls.add(() ->
                    decide(new MemberId(UUID.randomUUID()), true, "fine")
                            .andReturn()
                            .getResponse()
                            .getStatus());
        }
        var answers = new ArrayList<Integer>();
        try (var threads = Executors.newFixedThreadPool(6)) {
            for (var answer : threads.invokeAll(calls)) answers.add(answer.get());
        }

        assertThat(answers).containsOnlyOnce(200).containsOnly(200, 409);
        assertThat(used().internetDown()).isEqualTo(TOO_MUCH);
    }

    @Test
    void aReportWithAFigureBelowZeroAnywhereIsNotAcceptedWhateverElseItIsSetAsideFor()
            throws Exception {
        var other = new ReportingNode();
        var old = Duration.ofDays(40);
        for (var report :
                List.of(
                        other.window(NOW.minus(old), Duration.ofMinutes(5))
                                .addLinks(
                                        LinkUsage.newBuilder()
                                                .setNeighbourNodeId(node.id.hex())
                                                .setBytesSent(-1)),
                        other.window(NOW.minus(old), Duration.ofMinutes(5))
                                .setUplink(
                                        UplinkUsage.newBuilder().setBytesReceived(Long.MIN_VALUE)),
                        other.window(NOW.minus(old), Duration.ofMinutes(5))
                                .addAttachments(
                                        AttachmentUsage.newBuilder()
                                                .setAttachmentId(attachment.value().toString())
                                                .setInternetBytesDown(Long.MAX_VALUE)
                                                .setLocalBytesDown(Long.MAX_VALUE)))) {
            other.boot = UUID.randomUUID();
            other.sequence = 0;
            report.setBootId(other.boot.toString());
            metering.record(
                    other.arrival(List.of(other.seal(report.setSequence(1).clearPreviousHash()))));

            http.perform(
                            decision(other, "{\"accept\": true, \"reason\": \"let it pass\"}")
                                    .with(as(operator, "treasurer")))
                    .andExpect(status().isConflict())
                    .andExpect(
                            jsonPath("$.type")
                                    .value("https://coopmesh.org/problems/decision-refused"));
        }
    }

    @Test
    void whatCanNeverCountIsNotAccepted() throws Exception {
        var negative = new ReportingNode();
        AttachmentId its = MeteringContext.attach(db, negative.id, site, member);
        metering.record(
                negative.arrival(List.of(negative.report(NOW.minusSeconds(600), its, -1, 0))));

        http.perform(
                        decision(negative, "{\"accept\": true, \"reason\": \"fine\"}")
                                .with(as(operator, "network")))
                .andExpect(status().isConflict());
        http.perform(
                        decision(negative, "{\"accept\": false, \"reason\": \"broken\"}")
                                .with(as(operator, "network")))
                .andExpect(status().isOk());
    }

    @Test
    void aDecisionSaysYesOrNoAndWhy() throws Exception {
        http.perform(decision(node, "{\"accept\": true}").with(as(operator, "network")))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("reason"));
        http.perform(decision(node, "{\"reason\": \"x\"}").with(as(operator, "network")))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("accept"));
        http.perform(
                        decision(new ReportingNode(), "{\"accept\": true, \"reason\": \"x\"}")
                                .with(as(operator, "network")))
                .andExpect(status().isNotFound());
        for (String role : List.of("member", "board", "moderator")) {
            http.perform(
                            decision(node, "{\"accept\": true, \"reason\": \"x\"}")
                                    .with(as(operator, role)))
                    .andExpect(status().isForbidden());
        }
        http.perform(queue(false).param("limit", "201").with(as(operator, "network")))
                .andExpect(status().isBadRequest());
    }

    @Test
    void aMemberSeesNothingOfOthers() throws Exception {
        http.perform(get("/api/usage/mine/implausible").with(as(operator, "member")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.length()").value(0));
        http.perform(queue(false).with(as(operator, "member"))).andExpect(status().isForbidden());
    }

    private ResultActions decide(MemberId by, boolean accept, String reason) throws Exception {
        return http.perform(
                decision(node, "{\"accept\": %s, \"reason\": \"%s\"}".formatted(accept, reason))
                        .with(as(by, "treasurer")));
    }

    private static org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder
            decision(ReportingNode node, String body) {
        return post("/api/usage/implausible/%s/%s/1/decision".formatted(node.id, node.boot))
                .contentType("application/json")
                .content(body);
    }

    private org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder queue(
            boolean decided) {
        return get("/api/usage/implausible")
                .param("nodeId", node.id.hex())
                .param("decided", String.valueOf(decided));
    }

    private void pays(UUID payer, MemberId member, SiteId site) {
        db.sql(
                        """
                        insert into site_fact (site_id, effective_on, occurred_at, member_id, payer_id, plan_code)
                        values (:site, '2026-01-02', '2026-01-02', :member, :payer, 'home')
                        """)
                .param("site", site.value())
                .param("member", member.value())
                .param("payer", payer)
                .update();
    }

    private Usage used() {
        return metering.used(List.of(attachment), NOW.minusSeconds(7_200), NOW).get(attachment);
    }

    private List<MeterEvent> decidedFacts() throws Exception {
        var facts = new ArrayList<MeterEvent>();
        for (byte[] payload : db.sql("select payload from outbox").query(byte[].class).list()) {
            MeterEvent event = MeterEvent.parseFrom(payload);
            if (event.hasDecided() && event.getNodeId().equals(node.id.hex())) facts.add(event);
        }
        return facts;
    }

    private static RequestPostProcessor as(MemberId member, String role) {
        return jwt().jwt(token -> token.subject(member.value().toString()))
                .authorities(new SimpleGrantedAuthority("ROLE_" + role));
    }
}
