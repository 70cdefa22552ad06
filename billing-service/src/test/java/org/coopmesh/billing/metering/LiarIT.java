package org.coopmesh.billing.metering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.google.protobuf.ByteString;
import com.jayway.jsonpath.JsonPath;
import io.grpc.ManagedChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.coopmesh.billing.metering.Carriage.Carried;
import org.coopmesh.billing.metering.MeteringContext.TestClock;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.SiteId;
import org.coopmesh.contracts.billing.v1.AttachmentUsage;
import org.coopmesh.contracts.billing.v1.LinkDiscrepancy;
import org.coopmesh.contracts.billing.v1.LinkUsage;
import org.coopmesh.contracts.billing.v1.MeterEvent;
import org.coopmesh.contracts.billing.v1.SignedEvidence;
import org.coopmesh.contracts.billing.v1.UplinkUsage;
import org.coopmesh.contracts.billing.v1.UsageReport;
import org.coopmesh.contracts.billing.v1.UsageServiceGrpc;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.grpc.server.lifecycle.GrpcServerLifecycle;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.test.web.servlet.request.RequestPostProcessor;

/**
 * A house, a relay and a gateway in a row report over the real node port. One that lies about what it carried is found out and
 * gains nothing; a link that only loses is left alone.
 */
@SpringBootTest(classes = MeteringContext.class)
@AutoConfigureMockMvc
class LiarIT {
    private static final Path KEYS = MeteringContext.newKeysDirectory();
    private static final Instant HOUR = Instant.parse("2026-11-21T10:00:00Z");
    private static final Duration WINDOW = Duration.ofMinutes(5);
    private static final int WINDOWS = 12;
    private static final int SEEDS = 24;
    private static TestAuthority authority;

    @Autowired MockMvc http;
    @Autowired JdbcClient db;
    @Autowired Metering metering;
    @Autowired LinkReview review;
    @Autowired NodePortKeys portKeys;
    @Autowired GrpcServerLifecycle port;
    @Autowired TestClock clock;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        MeteringContext.properties(registry, KEYS);
        registry.add("coopmesh.metering.check-interval", () -> "PT1H");
    }

    @BeforeAll
    static void authority() throws Exception {
        authority = new TestAuthority();
        authority.writeNodePort(KEYS);
    }

    @BeforeEach
    void ready() {
        portKeys.load();
        clock.set(MeteringContext.START);
    }

    @Test
    void aRelayThatInflatesByAFifthIsFoundOutWithinAnHourAndGainsNothing() throws Exception {
        var chain = new Chain(new Random(1), 0.01);

        chain.report(1.2);

        LinkDiscrepancy found = chain.discrepancies().getFirst();
        assertThat(List.of(found.getLowNodeId(), found.getHighNodeId()))
                .contains(chain.relay.id.hex());
        assertThat(found.getTo().getSeconds() - found.getFrom().getSeconds())
                .isLessThanOrEqualTo(WINDOW.multipliedBy(12).toSeconds());
        assertSignedBy(found.getLowNodeId(), found.getLow(), found.getShownFrom().getSeconds());
        assertSignedBy(found.getHighNodeId(), found.getHigh(), found.getShownFrom().getSeconds());
        Carried relay = chain.carriedBy(chain.relay);
        assertThat(relay.claimedInternet()).isGreaterThan(chain.carried * 119 / 100);
        assertThat(relay.credited()).isLessThanOrEqualTo(chain.carried);
        assertThat(relay.credited()).isGreaterThanOrEqualTo(chain.carried * 98 / 100);
    }

    @Test
    void aDiscrepancyThatGoesOnIsToldOnce() throws Exception {
        var chain = new Chain(new Random(2), 0);

        chain.report(1.2);
        int first = chain.discrepancies().size();
        chain.startedAt = HOUR.plus(Duration.ofHours(1));
        chain.report(1.2);

        assertThat(first).isEqualTo(2);
        assertThat(chain.discrepancies()).hasSize(2);
        assertThat(
                        db.sql(
                                        """
                                        select windows_outside from link_discrepancy
                                        where low_node = :relay or high_node = :relay
                                        """)
                                .param("relay", chain.relay.id.bytes())
                                .query(Integer.class)
                                .list())
                .containsOnly(2 * WINDOWS);
    }

    @Test
    void anEndThatIsSilentIsSeenAndComparedWhenItSpeaks() throws Exception {
        var chain = new Chain(new Random(3), 0);
        List<List<ByteString>> reports = chain.windows(1.2);

        send(chain.relay, reports.get(1));
        review.review();
        int alone = alone(chain.relay);
        send(chain.house, reports.get(0));
        send(chain.gateway, reports.get(2));
        review.review();

        assertThat(alone).isEqualTo(2 * WINDOWS);
        assertThat(alone(chain.relay)).isZero();
        assertThat(chain.discrepancies()).hasSize(2);
    }

    @Test
    void linksAndDiscrepanciesAreShownToThoseWhoRunTheNetworkAndToTheOwner() throws Exception {
        var chain = new Chain(new Random(4), 0);
        chain.report(1.2);
        String relay = chain.relay.id.hex();
        var owner =
                new MemberId(
                        db.sql("select owner_member_id from node where node_id = :node")
                                .param("node", relay)
                                .query(UUID.class)
                                .single());

        String first =
                http.perform(
                                get("/api/usage/links")
                                        .param("nodeId", relay)
                                        .param("from", HOUR.toString())
                                        .param("limit", "1")
                                        .with(as(owner, "member")))
                        .andExpect(status().isOk())
                        .andExpect(jsonPath("$.items.length()").value(1))
                        .andExpect(jsonPath("$.items[0].windowsOutside").value(WINDOWS))
                        .andReturn()
                        .getResponse()
                        .getContentAsString();
        http.perform(
                        get("/api/usage/links")
                                .param("nodeId", relay)
                                .param("from", HOUR.toString())
                                .param("after", JsonPath.<String>read(first, "$.next"))
                                .with(as(owner, "member")))
                .andExpect(jsonPath("$.items.length()").value(1))
                .andExpect(jsonPath("$.next").doesNotExist());
        http.perform(
                        get("/api/usage/discrepancies")
                                .param("nodeId", relay)
                                .with(as(owner, "member")))
                .andExpect(jsonPath("$.items.length()").value(2));
        String newest =
                http.perform(discrepancies(relay).param("limit", "1").with(as(owner, "member")))
                        .andReturn()
                        .getResponse()
                        .getContentAsString();
        String next = JsonPath.read(newest, "$.next");
        String rest =
                http.perform(discrepancies(relay).param("before", next).with(as(owner, "member")))
                        .andExpect(jsonPath("$.items.length()").value(1))
                        .andExpect(jsonPath("$.next").doesNotExist())
                        .andReturn()
                        .getResponse()
                        .getContentAsString();
        assertThat(JsonPath.<String>read(rest, "$.items[0].raisedAt"))
                .isEqualTo(JsonPath.read(newest, "$.items[0].raisedAt"));
        assertThat(JsonPath.<String>read(rest, "$.items[0].id"))
                .isNotEqualTo(JsonPath.read(newest, "$.items[0].id"));
        String id = JsonPath.read(newest, "$.items[0].id");
        http.perform(get("/api/usage/discrepancies/" + id).with(as(owner, "member")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.discrepancy.id").value(id))
                .andExpect(
                        jsonPath("$.windows.length()")
                                .value(JsonPath.<Integer>read(newest, "$.items[0].windowsOutside")))
                .andExpect(
                        jsonPath("$.windows[0].low.nodeId")
                                .value(JsonPath.<String>read(newest, "$.items[0].lowNodeId")))
                .andExpect(jsonPath("$.windows[0].high.bootId").isString())
                .andExpect(jsonPath("$.windows[0].high.sequence").isNumber());
        for (String unseen : List.of(id, UUID.randomUUID().toString())) {
            http.perform(
                            get("/api/usage/discrepancies/" + unseen)
                                    .with(as(new MemberId(UUID.randomUUID()), "member")))
                    .andExpect(status().isNotFound())
                    .andExpect(
                            jsonPath("$.type")
                                    .value("https://coopmesh.org/problems/discrepancy-not-found"));
        }
        http.perform(discrepancies(relay).param("before", "x/y").with(as(owner, "member")))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("before"));
        http.perform(
                        get("/api/usage/balances")
                                .param("nodeId", chain.gateway.id.hex())
                                .param("from", HOUR.toString())
                                .with(as(owner, "network")))
                .andExpect(jsonPath("$.items[0].balanced").value(true));
        String load =
                http.perform(get("/api/usage/links/load").with(as(owner, "network")))
                        .andExpect(status().isOk())
                        .andExpect(jsonPath("$.hour").value(HOUR.toString()))
                        .andExpect(jsonPath("$.seconds").value(3600))
                        .andReturn()
                        .getResponse()
                        .getContentAsString();
        List<String> low = JsonPath.read(load, "$.low");
        List<String> high = JsonPath.read(load, "$.high");
        List<Number> up = JsonPath.read(load, "$.up");
        assertThat(low).isNotEmpty().hasSameSizeAs(up).allMatch(key -> key.length() == 12);
        assertThat(high)
                .hasSameSizeAs(low)
                .anyMatch(key -> relay.startsWith(key) || low.contains(relay.substring(0, 12)));
        assertThat(up).allMatch(bytes -> bytes.longValue() > 0);
        http.perform(get("/api/usage/links/load").with(as(owner, "member")))
                .andExpect(status().isForbidden());
        for (String path : List.of("links", "discrepancies", "balances")) {
            http.perform(get("/api/usage/" + path).with(as(owner, "member")))
                    .andExpect(status().isForbidden());
            http.perform(
                            get("/api/usage/" + path)
                                    .param("nodeId", relay)
                                    .with(as(new MemberId(UUID.randomUUID()), "member")))
                    .andExpect(status().isForbidden());
        }
        http.perform(get("/api/usage/links").param("after", "x").with(as(owner, "network")))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("after"));
    }

    private static MockHttpServletRequestBuilder discrepancies(String node) {
        return get("/api/usage/discrepancies").param("nodeId", node);
    }

    private static RequestPostProcessor as(MemberId member, String role) {
        return jwt().jwt(token -> token.subject(member.value().toString()))
                .authorities(new SimpleGrantedAuthority("ROLE_" + role));
    }

    @Test
    void precisionAndRecallOverManySeeds() throws Exception {
        int liars = 0;
        int found = 0;
        int honest = 0;
        int accused = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            var random = new Random(seed);
            boolean lies = seed % 2 == 0;
            var chain = new Chain(random, random.nextDouble(0.0, 0.01));
            chain.report(lies ? 1.2 : 1.0);
            boolean told = !chain.discrepancies().isEmpty();
            if (lies) liars++;
            else honest++;
            if (lies && told) found++;
            if (!lies && told) accused++;
            assertThat(chain.carriedBy(chain.relay).credited())
                    .as("seed %d", seed)
                    .isLessThanOrEqualTo(chain.carried);
        }
        System.out.printf(
                "FIGURE metering.liar precision %.3f recall %.3f | liars=%d found=%d honest=%d accused=%d"
                        + " inflation=20%% loss<=1%% windows=%d%n",
                found + accused == 0 ? 1.0 : (double) found / (found + accused),
                (double) found / liars,
                liars,
                found,
                honest,
                accused,
                WINDOWS);
        assertThat(found).isEqualTo(liars);
        assertThat(accused).isZero();
    }

    private void assertSignedBy(String node, SignedEvidence evidence, long startedAt)
            throws Exception {
        IdentityKey key = IdentityKey.of(evidence.getIdentityKey().toByteArray());
        assertThat(key.nodeId().hex()).isEqualTo(node);
        assertThat(evidence.getWhole()).isTrue();
        ReportChain.verified(evidence.getReportsList(), evidence.getSignature(), key, "evidence");
        assertThat(UsageReport.parseFrom(evidence.getReports(0)).getStartedAt().getSeconds())
                .isEqualTo(startedAt);
    }

    private int alone(ReportingNode node) {
        return db.sql(
                        """
                        select coalesce(sum(windows_low_alone + windows_high_alone), 0) from link_hour
                        where low_node = :node or high_node = :node
                        """)
                .param("node", node.id.bytes())
                .query(Integer.class)
                .single();
    }

    private void send(ReportingNode node, List<ByteString> reports) throws Exception {
        ManagedChannel channel = authority.connect(port.getPort(), node.id);
        try {
            var answer =
                    UsageServiceGrpc.newBlockingStub(channel)
                            .reportUsage(node.request(node.run(reports)));
            assertThat(answer.getDurable(0).getSetAsideList()).isEmpty();
        } finally {
            channel.shutdownNow();
        }
    }

    /** A house behind a relay behind a gateway, each of its own member. */
    private final class Chain {
        final ReportingNode house = node(false);
        final ReportingNode relay = node(false);
        final ReportingNode gateway = node(true);
        final AttachmentId attachment = MeteringContext.attach(db, house.id);
        final Random random;
        final double loss;
        Instant startedAt = HOUR;

        /** What the relay carried in truth, both ways. */
        long carried;

        Chain(Random random, double loss) {
            this.random = random;
            this.loss = loss;
        }

        /** All report an hour; the relay says {@code inflation} times what it saw. */
        void report(double inflation) throws Exception {
            List<List<ByteString>> reports = windows(inflation);
            send(house, reports.get(0));
            send(relay, reports.get(1));
            send(gateway, reports.get(2));
            review.review();
        }

        List<List<ByteString>> windows(double inflation) {
            var reports =
                    List.of(
                            new ArrayList<ByteString>(),
                            new ArrayList<ByteString>(),
                            new ArrayList<ByteString>());
            for (int w = 0; w < WINDOWS; w++) {
                Instant at = startedAt.plus(WINDOW.multipliedBy(w));
                long down = 20_000_000 + random.nextLong(2_000_000_000);
                long up = 10_000_000 + random.nextLong(200_000_000);
                long downAtRelay = lost(down);
                long downAtHouse = lost(downAtRelay);
                long upAtRelay = lost(up);
                long upAtGateway = lost(upAtRelay);
                carried += downAtRelay + upAtRelay;
                reports.get(0)
                        .add(
                                house.seal(
                                        house.window(at, WINDOW)
                                                .addAttachments(usage(true, downAtHouse, up))
                                                .addLinks(link(relay, downAtHouse, up))));
                reports.get(1)
                        .add(
                                relay.seal(
                                        relay.window(at, WINDOW)
                                                .addAttachments(
                                                        usage(
                                                                false,
                                                                times(downAtRelay, inflation),
                                                                times(upAtRelay, inflation)))
                                                .addLinks(
                                                        link(
                                                                house,
                                                                times(upAtRelay, inflation),
                                                                times(downAtRelay, inflation)))
                                                .addLinks(
                                                        link(
                                                                gateway,
                                                                times(downAtRelay, inflation),
                                                                times(upAtRelay, inflation)))));
                reports.get(2)
                        .add(
                                gateway.seal(
                                        gateway.window(at, WINDOW)
                                                .addAttachments(usage(false, down, upAtGateway))
                                                .addLinks(link(relay, upAtGateway, down))
                                                .setUplink(
                                                        UplinkUsage.newBuilder()
                                                                .setInterface("wan")
                                                                .setBytesReceived(down)
                                                                .setBytesSent(upAtGateway))));
            }
            return List.copyOf(reports);
        }

        Carried carriedBy(ReportingNode node) {
            return metering.carriage(HOUR, HOUR.plusSeconds(3_600)).getFirst().carried().stream()
                    .filter(carried -> carried.carrier().equals(node.id))
                    .findFirst()
                    .orElseThrow();
        }

        List<LinkDiscrepancy> discrepancies() throws Exception {
            var found = new ArrayList<LinkDiscrepancy>();
            for (byte[] payload :
                    db.sql("select payload from outbox order by id").query(byte[].class).list()) {
                MeterEvent event = MeterEvent.parseFrom(payload);
                LinkDiscrepancy of = event.getLinkDiscrepancy();
                if (event.hasLinkDiscrepancy()
                        && (of.getLowNodeId().equals(relay.id.hex())
                                || of.getHighNodeId().equals(relay.id.hex()))) {
                    found.add(of);
                }
            }
            return found;
        }

        private long lost(long bytes) {
            return bytes - (long) (bytes * random.nextDouble(0, loss + 1e-9));
        }

        private AttachmentUsage usage(boolean own, long down, long up) {
            return AttachmentUsage.newBuilder()
                    .setAttachmentId(attachment.value().toString())
                    .setOwn(own)
                    .setInternetBytesDown(down)
                    .setInternetBytesUp(up)
                    .build();
        }

        private static long times(long bytes, double factor) {
            return (long) (bytes * factor);
        }

        private static LinkUsage link(ReportingNode neighbour, long received, long sent) {
            return LinkUsage.newBuilder()
                    .setNeighbourNodeId(neighbour.id.hex())
                    .setInterface("mesh0")
                    .setBytesReceived(received)
                    .setBytesSent(sent)
                    .build();
        }

        private ReportingNode node(boolean gateway) {
            var node = new ReportingNode();
            MeteringContext.enrol(
                    db,
                    node.id,
                    new MemberId(UUID.randomUUID()),
                    new SiteId(UUID.randomUUID()),
                    gateway);
            return node;
        }
    }
}
