package org.coopmesh.abuse;

import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.jayway.jsonpath.JsonPath;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.coopmesh.contracts.abuse.v1.BanEvent;
import org.coopmesh.contracts.abuse.v1.CaseworkEvent;
import org.coopmesh.contracts.abuse.v1.DecisionEvent;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.ResultActions;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.test.web.servlet.request.MockMvcRequestBuilders;
import org.springframework.test.web.servlet.request.RequestPostProcessor;

/** People, sites and addresses for tests to complain about, and the calls that tests make again and again. */
@TestConfiguration(proxyBeanMethods = false)
public class Village {
    private static final AtomicInteger SITES = new AtomicInteger();

    @Bean
    @Primary
    TestClock testClock() {
        return new TestClock();
    }

    @Bean
    Calls calls(MockMvc mvc, JdbcClient db) {
        return new Calls(mvc, db);
    }

    /** A site with its member, its node and its /24; {@code router} is the node's own address in it. */
    public record Home(
            UUID member, UUID payer, UUID site, String node, UUID attachment, String net) {
        public String router() {
            return net + ".1";
        }

        public String client() {
            return net + ".20";
        }

        public String prefix() {
            return net + ".0/24";
        }
    }

    /** Somebody who is signed in with these roles. */
    public record Person(UUID id, List<String> roles) {
        public static Person with(String... roles) {
            return new Person(UUID.randomUUID(), Arrays.asList(roles));
        }

        public RequestPostProcessor signedIn() {
            var authorities =
                    roles.stream()
                            .map(role ->
                                    (GrantedAuthority) new SimpleGrantedAuthority("ROLE_" + role))
                            .toList();
            return jwt().jwt(
                            token -> token.subject(id.toString()).claim("auth_time", Instant.now()))
                    .authorities(authorities);
        }
    }

    /** Calls of the REST interface, and looks at what was stated on the outbox. */
    public static final class Calls {
        private final MockMvc mvc;
        private final JdbcClient db;

        Calls(MockMvc mvc, JdbcClient db) {
            this.mvc = mvc;
            this.db = db;
        }

        public Home home(boolean gateway) {
            int number = SITES.incrementAndGet();
            return home(gateway, UUID.randomUUID(), UUID.randomUUID(), "10.201." + number);
        }

        public Home home(boolean gateway, UUID member, UUID payer, String net) {
            var home =
                    new Home(
                            member,
                            payer,
                            UUID.randomUUID(),
                            (UUID.randomUUID().toString() + UUID.randomUUID()).replace("-", ""),
                            UUID.randomUUID(),
                            net);
            db.sql("insert into member values (?, 'active') on conflict do nothing")
                    .param(home.member())
                    .update();
            db.sql("insert into site values (?, ?, ?)")
                    .params(home.site(), home.member(), home.payer())
                    .update();
            db.sql("insert into node values (?, ?, ?, ?, 'enrolled')")
                    .params(home.node(), home.member(), home.site(), gateway)
                    .update();
            db.sql(
                            """
                            insert into attachment (attachment_id, node_id, site_id, member_id, prefix_v4, router_v4,
                                attached_at)
                            values (?, ?, ?, ?, cast(? as cidr), cast(? as inet), ?)
                            """)
                    .params(
                            home.attachment(),
                            home.node(),
                            home.site(),
                            home.member(),
                            home.prefix(),
                            home.router(),
                            OffsetDateTime.of(2026, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC))
                    .update();
            return home;
        }

        public ResultActions post(Person person, String path, String json) throws Exception {
            return send(person, MockMvcRequestBuilders.post(path), json);
        }

        public ResultActions put(Person person, String path, String json) throws Exception {
            return send(person, MockMvcRequestBuilders.put(path), json);
        }

        public ResultActions get(Person person, String path) throws Exception {
            return mvc.perform(MockMvcRequestBuilders.get(path).with(person.signedIn()));
        }

        public ResultActions delete(Person person, String path) throws Exception {
            return mvc.perform(MockMvcRequestBuilders.delete(path).with(person.signedIn()));
        }

        /** Without a name, from an address of its own, so that no allowance is shared. */
        public ResultActions report(String json) throws Exception {
            return reportFrom("198.51.100." + (SITES.incrementAndGet() % 250), json);
        }

        public ResultActions reportFrom(String clientAddress, String json) throws Exception {
            return mvc.perform(
                    MockMvcRequestBuilders.post("/api/reports")
                            .contentType(MediaType.APPLICATION_JSON)
                            .content(json)
                            .with(request -> {
                                request.setRemoteAddr(clientAddress);
                                return request;
                            }));
        }

        private ResultActions send(Person person, MockHttpServletRequestBuilder to, String json)
                throws Exception {
            return mvc.perform(
                    to.with(person.signedIn())
                            .contentType(MediaType.APPLICATION_JSON)
                            .content(json));
        }

        /** Reports spam from {@code address}; answers the id of the case. */
        public String caseAbout(String address) throws Exception {
            return caseAbout("spam", address);
        }

        public String caseAbout(String category, String address) throws Exception {
            String receipt =
                    body(
                            report(
                                    """
                                    {"category": "%s", "address": "%s", "description": "it happened"}
                                    """
                                            .formatted(category, address)));
            return caseOf(JsonPath.read(receipt, "$.id"));
        }

        public String caseOf(String report) {
            return db.sql("select case_id from case_report where report_id = cast(? as uuid)")
                    .param(report)
                    .query(String.class)
                    .single();
        }

        public static String body(ResultActions actions) throws Exception {
            return actions.andReturn().getResponse().getContentAsString();
        }

        public static <T> T read(ResultActions actions, String path) throws Exception {
            return JsonPath.read(body(actions), path);
        }

        public List<BanEvent> banEvents(String key) {
            return events("coopmesh.abuse.ban.v1", key, BanEvent.parser());
        }

        /** What was stated about measures against a member. */
        public List<DecisionEvent> decisionEvents(UUID member) {
            return decisionFacts(member).stream()
                    .filter(event -> !event.getMeasureId().isEmpty())
                    .toList();
        }

        /** What was stated for the member to read: statements of reasons, and how appeals were decided. */
        public List<DecisionEvent> toldEvents(UUID member) {
            return decisionFacts(member).stream()
                    .filter(event -> event.getMeasureId().isEmpty())
                    .toList();
        }

        private List<DecisionEvent> decisionFacts(UUID member) {
            return events("coopmesh.abuse.decision.v1", member.toString(), DecisionEvent.parser());
        }

        public List<CaseworkEvent> caseworkEvents(UUID moderator) {
            return events(
                    "coopmesh.abuse.casework.v1", moderator.toString(), CaseworkEvent.parser());
        }

        private <T extends Message> List<T> events(String topic, String key, Parser<T> parser) {
            var events = new ArrayList<T>();
            for (byte[] payload :
                    db.sql("select payload from outbox where topic = ? and key = ? order by id")
                            .params(topic, key)
                            .query((rs, row) -> rs.getBytes("payload"))
                            .list()) {
                try {
                    events.add(parser.parseFrom(payload));
                } catch (InvalidProtocolBufferException e) {
                    throw new IllegalStateException(e);
                }
            }
            return events;
        }
    }

    public static String in(Instant now, long seconds) {
        return now.plusSeconds(seconds).toString();
    }
}
