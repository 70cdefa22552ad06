package org.coopmesh.membership.node;

import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;

import java.nio.file.Path;
import java.util.UUID;
import org.coopmesh.membership.RunningService;
import org.coopmesh.membership.member.Membership;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.grpc.server.lifecycle.GrpcServerLifecycle;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** The whole service with a co-op, and agents that speak to its node port over real TLS. */
public abstract class NetworkedService extends RunningService {
    @Autowired protected Membership membership;
    @Autowired protected JdbcClient db;
    @Autowired private GrpcServerLifecycle nodePort;

    @Value("${coopmesh.keys-dir}")
    protected Path keysDir;

    protected UUID board;
    private static int people;

    @BeforeEach
    void aCoop() throws Exception {
        if (membership.constituted().isEmpty()) {
            constitute();
        }
        board =
                db.sql("select id from member where email = 'board@example.org'")
                        .query(UUID.class)
                        .single();
    }

    /** A member with one site that they pay for. */
    public record Person(UUID id, UUID site, UUID payer) {}

    protected Person person() throws Exception {
        String email = "person" + ++people + "@example.org";
        UUID id = apply("Person " + people, email);
        http.perform(post("/api/members/{id}/approve", id).with(caller(board, "board")));
        var site = membership.sitesOf(new org.coopmesh.membership.member.MemberId(id)).getFirst();
        return new Person(id, site.id().value(), site.payerId().value());
    }

    /** A node on the register, and the code that lets its key in. */
    public record Registered(UUID id, String code) {}

    protected Registered register(Person owner) throws Exception {
        JsonNode answer =
                ask(
                        "/api/nodes",
                        """
                        {"ownerId": "%s", "siteId": "%s", "name": "roof", "gateway": false}
                        """
                                .formatted(owner.id(), owner.site()));
        return new Registered(
                UUID.fromString(answer.get("id").asString()),
                answer.get("enrolment").get("code").asString());
    }

    protected UUID attach(UUID node, Person person) throws Exception {
        JsonNode answer =
                ask(
                        "/api/nodes/" + node + "/attachments",
                        """
                        {"siteId": "%s"}
                        """
                                .formatted(person.site()));
        return UUID.fromString(answer.get("id").asString());
    }

    protected JsonNode ask(String path, String body) throws Exception {
        var response =
                http.perform(
                                post(path)
                                        .with(caller(board, "board", "network"))
                                        .contentType(MediaType.APPLICATION_JSON)
                                        .content(body))
                        .andReturn()
                        .getResponse();
        return read(response.getContentAsString().isEmpty() ? "{}" : response.getContentAsString());
    }

    protected TestAgent agent() {
        return new TestAgent(nodePort.getPort(), keysDir);
    }
}
