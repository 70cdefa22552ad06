package org.coopmesh.billing.metering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.google.protobuf.ByteString;
import com.jayway.jsonpath.JsonPath;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.coopmesh.billing.metering.MeteringContext.TestClock;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.SiteId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.RequestPostProcessor;

/** What people see of usage, and who sees what. */
@SpringBootTest(classes = MeteringContext.class)
@AutoConfigureMockMvc
class UsageApiIT {
    private static final Path KEYS = MeteringContext.newKeysDirectory();
    private static final Instant NOW = MeteringContext.START;

    @Autowired MockMvc http;
    @Autowired JdbcClient db;
    @Autowired Metering metering;
    @Autowired TestClock clock;

    private final MemberId member = new MemberId(UUID.randomUUID());
    private final ReportingNode node = new ReportingNode();
    private SiteId site;
    private AttachmentId attachment;
    private List<ByteString> reports;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        MeteringContext.properties(registry, KEYS);
    }

    @BeforeEach
    void usedForTwoHours() {
        clock.set(NOW);
        MeteringContext.coop(db);
        site = MeteringContext.site(db, member);
        attachment = MeteringContext.attach(db, node.id, site, member);
        reports = node.reports(NOW.minusSeconds(2 * 3_600), 24, attachment, 1_000, 100);
        metering.record(node.arrival(reports));
    }

    @Test
    void memberSeesTheHoursOfTheirOwnAttachment() throws Exception {
        http.perform(
                        get("/api/usage")
                                .param("attachmentId", attachment.value().toString())
                                .with(as(member)))
                .andExpect(status().isOk())
                .andExpect(
                        content()
                                .json(
                                        """
                                        {"items": [
                                          {"from": "2026-11-21T10:00:00Z", "to": "2026-11-21T11:00:00Z",
                                           "internetDown": 12000, "internetUp": 1200, "localDown": 0, "localUp": 0},
                                          {"from": "2026-11-21T11:00:00Z", "to": "2026-11-21T12:00:00Z",
                                           "internetDown": 12000, "internetUp": 1200, "localDown": 0, "localUp": 0}],
                                         "next": null}
                                        """));
    }

    @Test
    void memberSeesTheirSiteAndAllOfTheirSites() throws Exception {
        http.perform(
                        get("/api/usage")
                                .param("siteId", site.value().toString())
                                .param("step", "day")
                                .with(as(member)))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.items.length()").value(1))
                .andExpect(jsonPath("$.items[0].from").value("2026-11-21T00:00:00Z"))
                .andExpect(jsonPath("$.items[0].to").value("2026-11-22T00:00:00Z"))
                .andExpect(jsonPath("$.items[0].internetDown").value(24_000));
        http.perform(get("/api/usage/mine").param("step", "day").with(as(member)))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.items[0].internetUp").value(2_400));
    }

    @Test
    void windowsAreShownOneByOneForAWeekAndNoLonger() throws Exception {
        http.perform(get("/api/usage/mine").param("step", "window").with(as(member)))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.items.length()").value(24))
                .andExpect(jsonPath("$.items[0].from").value("2026-11-21T10:00:00Z"))
                .andExpect(jsonPath("$.items[0].to").value("2026-11-21T10:05:00Z"));

        clock.advance(Duration.ofDays(7));

        http.perform(
                        get("/api/usage/mine")
                                .param("step", "window")
                                .param("from", "2026-11-21T00:00:00Z")
                                .with(as(member)))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.items.length()").value(0));
    }

    @Test
    void memberSeesNothingOfOthers() throws Exception {
        var other = new MemberId(UUID.randomUUID());
        RequestPostProcessor stranger = as(other);

        http.perform(
                        get("/api/usage")
                                .param("attachmentId", attachment.value().toString())
                                .with(stranger))
                .andExpect(status().isForbidden());
        http.perform(get("/api/usage").param("siteId", site.value().toString()).with(stranger))
                .andExpect(status().isForbidden());
        http.perform(get("/api/usage").param("nodeId", node.id.hex()).with(stranger))
                .andExpect(status().isForbidden());
        http.perform(get(proof(3)).with(stranger)).andExpect(status().isForbidden());
        http.perform(get("/api/usage/mine").with(stranger))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.items.length()").value(0));
        for (String all : List.of("nodes", "implausible", "reports?nodeId=" + node.id.hex())) {
            http.perform(get("/api/usage/" + all).with(stranger)).andExpect(status().isForbidden());
        }
        http.perform(
                        get("/api/usage")
                                .param("attachmentId", UUID.randomUUID().toString())
                                .with(stranger))
                .andExpect(status().isForbidden());
    }

    @Test
    void reportWithoutAttachmentsIsNobodysOwn() throws Exception {
        ByteString empty = node.seal(node.window(NOW, Duration.ofMinutes(5)));
        metering.record(node.arrival(List.of(empty)));

        for (MemberId reader : List.of(member, new MemberId(UUID.randomUUID()))) {
            http.perform(get(proof(25)).with(as(reader))).andExpect(status().isForbidden());
        }
        http.perform(get(proof(25)).with(as(member, "network"))).andExpect(status().isOk());
    }

    @Test
    void reportsThatComeWithAProofSpeakOfNobodyElseEither() throws Exception {
        var neighbour = new MemberId(UUID.randomUUID());
        AttachmentId others =
                MeteringContext.attach(db, node.id, MeteringContext.site(db, neighbour), neighbour);
        metering.record(
                node.arrival(
                        List.of(
                                node.report(NOW, attachment, 1, 1),
                                node.report(NOW.plusSeconds(300), others, 1, 1))));

        http.perform(get(proof(25)).with(as(member))).andExpect(status().isForbidden());
        http.perform(get(proof(26)).with(as(neighbour))).andExpect(status().isOk());
        http.perform(get(proof(24)).with(as(member))).andExpect(status().isOk());
    }

    @Test
    void nobodySeesAnythingWithoutSigningIn() throws Exception {
        http.perform(get("/api/usage/mine")).andExpect(status().isUnauthorized());
        http.perform(get("/api/usage/nodes")).andExpect(status().isUnauthorized());
    }

    @ParameterizedTest
    @ValueSource(strings = {"network", "treasurer", "board"})
    void thoseWhoRunTheNetworkAndItsMoneySeeAll(String role) throws Exception {
        RequestPostProcessor staff = as(new MemberId(UUID.randomUUID()), role);

        http.perform(
                        get("/api/usage")
                                .param("attachmentId", attachment.value().toString())
                                .with(staff))
                .andExpect(status().isOk());
        http.perform(get("/api/usage").param("nodeId", node.id.hex()).with(staff))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.items.length()").value(2));
        http.perform(get("/api/usage/nodes").param("limit", "200").with(staff))
                .andExpect(status().isOk())
                .andExpect(
                        jsonPath("$.items[?(@.nodeId == '%s')].reports", node.id.hex()).value(24))
                .andExpect(
                        jsonPath("$.items[?(@.nodeId == '%s')].bytes24h", node.id.hex())
                                .value(24 * 1_100));
        http.perform(
                        get("/api/usage/reports")
                                .param("nodeId", node.id.hex())
                                .param("limit", "10")
                                .with(staff))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.items.length()").value(10))
                .andExpect(jsonPath("$.items[0].state").value("counted"))
                .andExpect(jsonPath("$.next").value("2026-11-21T10:45:00Z/" + node.boot + "/10"));
        http.perform(
                        get("/api/usage/reports")
                                .param("nodeId", node.id.hex())
                                .param("after", "2026-11-21T10:45:00Z")
                                .with(staff))
                .andExpect(jsonPath("$.items.length()").value(14))
                .andExpect(jsonPath("$.items[0].sequence").value(11))
                .andExpect(jsonPath("$.next").isEmpty());
    }

    @Test
    void windowsThatBeginAtTheSameTimeAfterAClockWasSetBackStandOnOnePageOrTheNext()
            throws Exception {
        metering.record(
                node.arrival(
                        List.of(
                                node.report(NOW.minusSeconds(2 * 3_600), attachment, 1, 1),
                                node.report(NOW.minusSeconds(2 * 3_600), attachment, 2, 2))));
        var sequences = new ArrayList<Integer>();
        String next = null;

        do {
            var page =
                    get("/api/usage/reports")
                            .param("nodeId", node.id.hex())
                            .param("limit", "2")
                            .with(as(member, "network"));
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

        assertThat(sequences)
                .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, 26).boxed().toList());
        for (String malformed : List.of("x", NOW + "/x", NOW + "/" + node.boot + "/x")) {
            http.perform(
                            get("/api/usage/reports")
                                    .param("nodeId", node.id.hex())
                                    .param("after", malformed)
                                    .with(as(member, "network")))
                    .andExpect(status().isBadRequest())
                    .andExpect(jsonPath("$.errors[0].field").value("after"));
        }
    }

    @Test
    void setAsideReportsAreListedWithTheirReason() throws Exception {
        metering.record(
                node.arrival(List.of(node.report(NOW.plusSeconds(3_600), attachment, 1, 1))));

        http.perform(
                        get("/api/usage/implausible")
                                .param("nodeId", node.id.hex())
                                .with(as(member, "network")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.items.length()").value(1))
                .andExpect(jsonPath("$.items[0].sequence").value(25))
                .andExpect(
                        jsonPath("$.items[0].reason").value(Verdict.Reason.FROM_THE_FUTURE.told()));
        http.perform(get("/api/usage/nodes").param("limit", "200").with(as(member, "network")))
                .andExpect(
                        jsonPath("$.items[?(@.nodeId == '%s')].implausible", node.id.hex())
                                .value(1));
    }

    @Test
    void proofVerifiesFromTheAnswerAlone() throws Exception {
        String body =
                http.perform(get(proof(22)).with(as(member)))
                        .andExpect(status().isOk())
                        .andReturn()
                        .getResponse()
                        .getContentAsString();

        ByteString signed = base64(com.jayway.jsonpath.JsonPath.read(body, "$.signed"));
        List<String> following = com.jayway.jsonpath.JsonPath.read(body, "$.following");
        var run = new java.util.ArrayList<ByteString>();
        run.add(signed);
        following.forEach(text -> run.add(base64(text)));
        ReportChain chain =
                ReportChain.verified(
                        run,
                        base64(com.jayway.jsonpath.JsonPath.read(body, "$.signature")),
                        IdentityKey.of(
                                base64(com.jayway.jsonpath.JsonPath.read(body, "$.identityKey"))
                                        .toByteArray()),
                        "proof");
        assertThat(signed).isEqualTo(reports.get(21));
        assertThat(chain.reports().getFirst().attachments().getFirst().internetDown())
                .isEqualTo(1_000);
    }

    @Test
    void reportThatIsNotKeptIsNotFound() throws Exception {
        http.perform(get(proof(99)).with(as(member, "board")))
                .andExpect(status().isNotFound())
                .andExpect(
                        jsonPath("$.type").value("https://coopmesh.org/problems/report-not-found"));
    }

    @Test
    void malformedQuestionsNameTheField() throws Exception {
        for (String query :
                List.of(
                        "?nodeId=xyz",
                        "?attachmentId=" + attachment.value() + "&siteId=" + site.value(),
                        "",
                        "?nodeId="
                                + node.id.hex()
                                + "&from=2026-11-21T12:00:00Z&to=2026-11-21T12:00:00Z")) {
            http.perform(get("/api/usage" + query).with(as(member, "board")))
                    .andExpect(status().isBadRequest())
                    .andExpect(jsonPath("$.errors[0].field").isNotEmpty());
        }
        http.perform(get("/api/usage/nodes?limit=201").with(as(member, "board")))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("limit"));
        http.perform(get("/api/usage?attachmentId=xyz").with(as(member, "board")))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("attachmentId"));
    }

    private String proof(long sequence) {
        return "/api/usage/reports/" + node.id.hex() + "/" + node.boot + "/" + sequence;
    }

    private static ByteString base64(String text) {
        return ByteString.copyFrom(Base64.getDecoder().decode(text));
    }

    private static RequestPostProcessor as(MemberId member, String... roles) {
        return jwt().jwt(token -> token.subject(member.value().toString()))
                .authorities(
                        java.util.Arrays.stream(roles)
                                .map(role -> new SimpleGrantedAuthority("ROLE_" + role))
                                .toArray(SimpleGrantedAuthority[]::new));
    }
}
