package org.coopmesh.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.json.JsonMapper;

/** That somebody of the board sees what a member sees: whose token travels meanwhile, and that it never reaches the browser. */
class ViewIT extends RunningGateway {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String WANTED =
            "{\"memberId\": \"%s\", \"reason\": \"cannot find the bill\"}"
                    .formatted(StandInMembership.idOf("bea"));

    @Value("${coopmesh.public-url}")
    String gateway;

    private Person board;
    private String own;

    @DynamicPropertySource
    static void settings(DynamicPropertyRegistry settings) {
        settings.add("coopmesh.overview.patience", () -> "6s");
        settings.add("spring.http.clients.read-timeout", () -> "10s");
    }

    @BeforeEach
    void somebodyOfTheBoard() {
        board = new Person(gateway).signedInAs("board");
        board.get("/api/me");
        own = MEMBERSHIP.last().header("Authorization");
    }

    @Test
    void untilItEndsEveryPartIsAskedInTheMembersName() {
        String token = begin(Clock.systemUTC().instant().plusSeconds(900));

        assertThat(MEMBERSHIP.last().method()).isEqualTo("POST");
        assertThat(MEMBERSHIP.last().uri().toString()).isEqualTo("/api/views");
        assertThat(MEMBERSHIP.last().header("Authorization")).isEqualTo(own);
        assertThat(JSON.readTree(MEMBERSHIP.last().body())).isEqualTo(JSON.readTree(WANTED));
        board.get("/api/me");
        assertThat(MEMBERSHIP.last().header("Authorization")).isEqualTo("Bearer " + token);
        board.get("/api/invoices");
        assertThat(BILLING.last().header("Authorization")).isEqualTo("Bearer " + token);
        board.get("/api/overview/members/" + StandInMembership.idOf("bea"));
        assertThat(ABUSE.last().header("Authorization")).isEqualTo("Bearer " + token);
        assertThat(board.session().path("memberId").asString())
                .isEqualTo(StandInMembership.idOf("bea").toString());
        assertThat(board.session().path("roles").size()).isEqualTo(1);
        assertThat(board.session().path("viewedUntil").asString()).isNotEmpty();

        assertThat(end().statusCode()).isEqualTo(204);

        board.get("/api/me");
        assertThat(MEMBERSHIP.last().header("Authorization")).isEqualTo(own);
        assertThat(board.session().path("viewedUntil").isNull()).isTrue();
    }

    @Test
    void itEndsByItself() {
        begin(Clock.systemUTC().instant().minusSeconds(1));

        board.get("/api/me");
        assertThat(MEMBERSHIP.last().header("Authorization")).isEqualTo(own);
        assertThat(board.session().path("viewedUntil").isNull()).isTrue();
    }

    @Test
    void itsTokenNeverReachesTheBrowser() {
        String token = begin(Clock.systemUTC().instant().plusSeconds(900));
        board.get("/api/me");
        board.session();

        assertThat(board.seen)
                .noneMatch(answer ->
                        answer.body().contains(token)
                                || answer.headers().toString().contains(token));
        MEMBERSHIP.asked.clear();
        HttpResponse<String> past = board.post("/api/views", WANTED);
        assertThat(past.statusCode()).isEqualTo(404);
        assertThat(MEMBERSHIP.asked).isEmpty();
    }

    @Test
    void aRefusalPassesWithTheProofThatItWants() {
        MEMBERSHIP.answers(exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "application/problem+json");
            exchange.getResponseHeaders()
                    .set(
                            "WWW-Authenticate",
                            "Bearer error=\"insufficient_user_authentication\", max_age=\"300\"");
            byte[] body =
                    "{\"type\":\"https://coopmesh.org/problems/step-up-required\",\"status\":401}"
                            .getBytes(UTF_8);
            exchange.sendResponseHeaders(401, body.length);
            exchange.getResponseBody().write(body);
        });

        HttpResponse<String> answer = board.post("/api/session/view", WANTED);

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.body()).contains("step-up-required");
        assertThat(answer.headers().firstValue("WWW-Authenticate").orElseThrow())
                .contains("max_age=\"300\"");
        assertThat(board.session().path("viewedUntil").isNull()).isTrue();
    }

    @Test
    void whoSignsOutMeanwhileLeavesNothingBehind() {
        begin(Clock.systemUTC().instant().plusSeconds(900));

        board.post("/id/sign-out", "");

        assertThat(MEMBERSHIP.renewsFor("board")).isFalse();
        assertThat(MEMBERSHIP.isSignedIn("board")).isFalse();
        assertThat(board.session().path("signedIn").asBoolean()).isFalse();
    }

    @Test
    void whoIsNotSignedInSeesNobodysPages() {
        HttpResponse<String> answer = new Person(gateway).post("/api/session/view", WANTED);

        assertThat(answer.statusCode()).isIn(401, 403);
        assertThat(MEMBERSHIP.asked).noneMatch(asked -> asked.uri().getPath().equals("/api/views"));
    }

    /** Begins one, and answers the token that membership-service gave. */
    private String begin(Instant until) {
        String token = MEMBERSHIP.viewToken("bea");
        MEMBERSHIP.answers(exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            byte[] body =
                    "{\"memberId\":\"%s\",\"name\":\"Bea\",\"token\":\"%s\",\"until\":\"%s\"}"
                            .formatted(UUID.randomUUID(), token, until)
                            .getBytes(UTF_8);
            exchange.sendResponseHeaders(201, body.length);
            exchange.getResponseBody().write(body);
        });
        assertThat(board.post("/api/session/view", WANTED).statusCode()).isEqualTo(201);
        MEMBERSHIP.answers(StandInPart::nothing);
        return token;
    }

    private HttpResponse<String> end() {
        var csrf = board.session().path("csrf");
        return board.send(
                board.request("/api/session/view")
                        .header(csrf.path("header").asString(), csrf.path("token").asString())
                        .DELETE());
    }
}
