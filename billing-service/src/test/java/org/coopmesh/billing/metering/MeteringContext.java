package org.coopmesh.billing.metering;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.UUID;
import org.coopmesh.billing.BillingService;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.SiteId;
import org.coopmesh.quickstart.Servers;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;

/** The whole service on a real database, with a clock that tests move and no broker. */
@Import(BillingService.class)
class MeteringContext {
    static final Instant START = Instant.parse("2026-11-21T12:00:00Z");

    /** A clock that stands until it is moved. */
    static final class TestClock extends Clock {
        private volatile Instant now = START;

        void set(Instant to) {
            now = to;
        }

        void advance(Duration by) {
            now = now.plus(by);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    @Bean
    TestClock clock() {
        return new TestClock();
    }

    static void properties(DynamicPropertyRegistry registry, Path keys) {
        settings(keys).forEach((name, value) -> registry.add(name, () -> value));
    }

    /** Starts it outside of Spring's test support. */
    static ConfigurableApplicationContext start(Path keys) {
        return start(keys, Servers.freshDatabase("billing"));
    }

    /** A replica on the database of another. */
    static ConfigurableApplicationContext start(Path keys, String database) {
        return new SpringApplicationBuilder(MeteringContext.class)
                .run(
                        settings(keys, database).entrySet().stream()
                                .map(setting -> "--" + setting.getKey() + "=" + setting.getValue())
                                .toArray(String[]::new));
    }

    static java.util.Map<String, Object> settings(Path keys) {
        return settings(keys, Servers.freshDatabase("billing"));
    }

    private static java.util.Map<String, Object> settings(Path keys, String database) {
        return java.util.Map.of(
                "spring.datasource.url", database,
                "spring.datasource.username", "postgres",
                "spring.datasource.password", "postgres",
                "spring.kafka.listener.auto-startup", "false",
                "coopmesh.event-bus.relay-enabled", "false",
                "coopmesh.keys-dir", keys.toString(),
                "spring.grpc.server.port", "0",
                "server.port", "0");
    }

    static Path newKeysDirectory() {
        try {
            return Files.createTempDirectory("billing-keys");
        } catch (java.io.IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What membership has told billing: an attachment on {@code node} of a site that {@code member} answers for. */
    static AttachmentId attach(JdbcClient db, NodeId node, SiteId site, MemberId member) {
        var attachment = new AttachmentId(UUID.randomUUID());
        attach(db, attachment, node, site, member);
        return attachment;
    }

    static void attach(
            JdbcClient db, AttachmentId attachment, NodeId node, SiteId site, MemberId member) {
        db.sql(
                        """
                        insert into attachment_span (attachment_id, from_at, node_id, site_id, member_id)
                        values (:attachment, '2026-01-01', :node, :site, :member)
                        """)
                .param("attachment", attachment.value())
                .param("node", node.hex())
                .param("site", site.value())
                .param("member", member.value())
                .update();
    }

    /** What membership has told billing of a node. */
    static void enrol(JdbcClient db, NodeId node, MemberId owner, SiteId site, boolean gateway) {
        db.sql(
                        """
                        insert into node (node_id, owner_member_id, site_id, gateway, state)
                        values (:node, :owner, :site, :gateway, 'enrolled')
                        """)
                .param("node", node.hex())
                .param("owner", owner.value())
                .param("site", site.value())
                .param("gateway", gateway)
                .update();
    }

    static AttachmentId attach(JdbcClient db, NodeId node) {
        return attach(db, node, new SiteId(UUID.randomUUID()), new MemberId(UUID.randomUUID()));
    }

    /** What membership has told billing of a site. */
    static SiteId site(JdbcClient db, MemberId member) {
        var site = new SiteId(UUID.randomUUID());
        db.sql(
                        """
                        insert into site_fact (site_id, effective_on, occurred_at, member_id)
                        values (:site, '2026-01-01', '2026-01-01', :member)
                        """)
                .param("site", site.value())
                .param("member", member.value())
                .update();
        return site;
    }

    static void coop(JdbcClient db) {
        db.sql(
                        """
                        insert into coop (name, currency, time_zone) values ('Test', 'EUR', 'Europe/Berlin')
                        on conflict do nothing
                        """)
                .update();
    }
}
