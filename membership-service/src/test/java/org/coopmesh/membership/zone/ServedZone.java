package org.coopmesh.membership.zone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.delete;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.coopmesh.membership.node.NetworkedService;
import org.coopmesh.membership.node.TestAgent;
import org.junit.jupiter.api.AfterEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.xbill.DNS.TSIG;

/** The whole service with its zone served on loopback, and members with nodes. Nothing is published but by {@link #publish}. */
abstract class ServedZone extends NetworkedService {
    static final String KEY = "transfer.village.mesh.";
    static final String SECRET = "c2VjcmV0IG9mIHRoZSB2aWxsYWdlIGZvciB0cmFuc2Zlcg==";
    static final String WRONG_SECRET = "YW5vdGhlciBzZWNyZXQgdGhhbiB0aGF0IG9mIHRoZSB2aQ==";
    static final int ZONE_PORT = freePort();
    static final int SECONDARY_PORT = freePort();

    @Autowired ZoneKeeper keeper;
    @Autowired ZoneTriggers triggers;
    private final List<TestAgent> agents = new ArrayList<>();

    @DynamicPropertySource
    static void zone(DynamicPropertyRegistry settings) throws IOException {
        Path keys = Files.createTempFile("zone", ".keys");
        Files.writeString(keys, "# made for a test\n\n" + KEY + " hmac-sha256 " + SECRET + "\n");
        settings.add("coopmesh.names.zone", () -> "village.mesh");
        settings.add("coopmesh.names.per-member-max", () -> "500");
        settings.add("coopmesh.zone.port", () -> ZONE_PORT);
        settings.add(
                "coopmesh.zone.name-servers", () -> "ns1.village.mesh=127.0.0.1,ns.example.org");
        settings.add("coopmesh.zone.secondaries", () -> KEY + "@127.0.0.1:" + SECONDARY_PORT);
        settings.add("coopmesh.zone.key-file", keys::toString);
        settings.add("coopmesh.zone.check-interval", () -> "PT1H");
        settings.add("coopmesh.zone.review-interval", () -> "PT1H");
    }

    static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @AfterEach
    void close() {
        agents.forEach(TestAgent::close);
    }

    /** Somebody with a node in service that has addresses. */
    record Owner(Person person, UUID node, TestAgent agent) {}

    Owner owner() throws Exception {
        Person person = person();
        Registered node = register(person);
        TestAgent agent = agent();
        agents.add(agent);
        agent.enrol(node.code());
        attach(node.id(), person);
        return new Owner(person, node.id(), agent);
    }

    UUID name(Owner owner, String label, String service) throws Exception {
        var response =
                http.perform(
                                post("/api/names")
                                        .with(caller(owner.person().id(), "member"))
                                        .contentType(MediaType.APPLICATION_JSON)
                                        .content(
                                                "{\"label\": \"%s\", \"nodeId\": \"%s\"%s}"
                                                        .formatted(label, owner.node(), service)))
                        .andReturn()
                        .getResponse();
        assertThat(response.getStatus()).as(response.getContentAsString()).isEqualTo(201);
        return UUID.fromString(read(response.getContentAsString()).get("id").asString());
    }

    void release(Owner owner, UUID name) throws Exception {
        http.perform(delete("/api/names/{id}", name).with(caller(owner.person().id(), "member")));
    }

    String addressOf(Owner owner) {
        return db.sql(
                        "select host(set_masklen(prefix_v4, 32) + 1) from attachment where node = :node and detached_at is null")
                .param("node", owner.node())
                .query(String.class)
                .single();
    }

    /** The newest serial, after the zone was looked at. */
    long publish() {
        triggers.whenWished();
        return keeper.serial();
    }

    static TSIG key(String secret) {
        return new TSIG(TSIG.HMAC_SHA256, KEY, secret);
    }
}
