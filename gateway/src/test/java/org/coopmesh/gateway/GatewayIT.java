package org.coopmesh.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a browser gets to see, and what reaches a service. */
class GatewayIT extends RunningGateway {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Path CLOCK = clockFile();

    @Value("${coopmesh.public-url}")
    String gateway;

    @Autowired JdbcClient db;

    private Person person;

    @DynamicPropertySource
    static void settings(DynamicPropertyRegistry settings) {
        settings.add("coopmesh.clock.file", CLOCK::toString);
        // Long enough for whoever answers on a busy machine; who shall be late says nothing at all.
        settings.add("coopmesh.overview.patience", () -> "6s");
        settings.add("spring.http.clients.read-timeout", () -> "10s");
    }

    @BeforeEach
    void somebody() throws IOException {
        person = new Person(gateway);
        Files.writeString(CLOCK, "PT0S");
    }

    // --- routes

    @ParameterizedTest
    @CsvSource({
        "/api/coop, membership",
        "/api/members/1?x=%20y, membership",
        "/api/nodes, membership",
        "/api/invoices?state=overdue, billing",
        "/api/treasury, billing",
        "/api/bans/1/lift, abuse",
        "/api/abuse/dead-letters, abuse"
    })
    void aPathReachesTheServiceThatOwnsIt(String path, String part) {
        assertThat(person.get(path).statusCode()).isEqualTo(200);

        assertThat(part(part).last().uri().toString()).isEqualTo(path);
        assertThat(MEMBERSHIP.asked.size() + BILLING.asked.size() + ABUSE.asked.size())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/nothing",
                "/api/",
                "/api/membersonly",
                "/api/v3/api-docs",
                "/actuator/env",
                "/assets/nothing.js",
                "/index.html",
                "/error"
            })
    void aPathThatIsNotListedReachesNobody(String path) {
        HttpResponse<String> answer = person.get(path);

        assertProblem(answer, 404, null);
        assertThat(MEMBERSHIP.asked).isEmpty();
        assertThat(BILLING.asked).isEmpty();
        assertThat(ABUSE.asked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/actuator/health/liveness", "/actuator/health/readiness"})
    void whoWatchesTheProcessIsTold(String path) {
        HttpResponse<String> answer = person.get(path);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("UP");
    }

    @Test
    void statusBodyAndProblemOfAServicePassUnchanged() {
        BILLING.answers(exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "application/problem+json");
            byte[] body =
                    "{\"type\":\"https://coopmesh.org/problems/invoice-not-found\"}"
                            .getBytes(UTF_8);
            exchange.sendResponseHeaders(404, body.length);
            exchange.getResponseBody().write(body);
        });

        HttpResponse<String> answer = person.get("/api/invoices/1");

        assertProblem(answer, 404, "invoice-not-found");
    }

    @Test
    void aPayLinkLeadsToBillingWithoutAnybodysSession() {
        person.get("/pay/AAAAAAAAAAAAAAAAAAAAAA?lang=de");

        assertThat(BILLING.last().uri().toString())
                .isEqualTo("/pay/AAAAAAAAAAAAAAAAAAAAAA?lang=de");
        assertThat(BILLING.last().header("Authorization")).isNull();
        assertThat(BILLING.last().header("Cookie")).isNull();
    }

    @Test
    void thePublicLogIsReadWithoutAnybodysSession() {
        person.signedInAs("anna");

        person.get("/log/tile/entries/x001/067.p/5");

        assertThat(ABUSE.last().uri().toString()).isEqualTo("/log/tile/entries/x001/067.p/5");
        assertThat(ABUSE.last().header("Authorization")).isNull();
        assertThat(ABUSE.last().header("Cookie")).isNull();
    }

    @Test
    void whoPaysByALinkAndAProviderThatRingsNeedNoTokenOfASession() {
        byte[] body = "{\"id\" : \"evt_1\"}".getBytes(UTF_8);
        person.send(
                person.request("/webhooks/stripe")
                        .header("Stripe-Signature", "t=1,v1=00")
                        .POST(BodyPublishers.ofByteArray(body)));
        assertThat(BILLING.last().uri().toString()).isEqualTo("/webhooks/stripe");
        assertThat(BILLING.last().header("Stripe-Signature")).isEqualTo("t=1,v1=00");
        assertThat(BILLING.last().header("Cookie")).isNull();

        person.signedInAs("anna");
        person.send(
                person.request("/pay/AAAAAAAAAAAAAAAAAAAAAA/stripe?lang=de")
                        .POST(BodyPublishers.noBody()));
        assertThat(BILLING.last().uri().toString())
                .isEqualTo("/pay/AAAAAAAAAAAAAAAAAAAAAA/stripe?lang=de");
        assertThat(BILLING.last().header("Cookie")).isNull();
        assertThat(BILLING.last().header("Authorization")).isNull();
    }

    @Test
    void aFirewallShowsItsKeyAndNobodysSession() {
        person.signedInAs("anna");
        person.send(
                person.request("/v1/decisions/stream?startup=true").header("X-Api-Key", "k").GET());
        assertThat(ABUSE.last().uri().toString()).isEqualTo("/v1/decisions/stream?startup=true");
        assertThat(ABUSE.last().header("X-Api-Key")).isEqualTo("k");
        assertThat(ABUSE.last().header("Cookie")).isNull();
        assertThat(ABUSE.last().header("Authorization")).isNull();

        int asked = ABUSE.asked.size();
        person.send(person.request("/v1/decisions").method("DELETE", BodyPublishers.noBody()));
        person.get("/v1/alerts");
        assertThat(ABUSE.asked).hasSize(asked);
    }

    @Test
    void whatTheServerItselfRefusesIsAProblemToo() {
        assertProblem(person.get("/api//members"), 400, null);
        assertProblem(
                person.send(person.request("/members/1").method("PATCH", BodyPublishers.noBody())),
                404,
                null);
    }

    @Test
    void anAnswerThatAServiceHasCompressedArrivesReadable() {
        BILLING.answers(exchange -> {
            var packed = new ByteArrayOutputStream();
            try (var gzip = new GZIPOutputStream(packed)) {
                gzip.write("{\"items\":[\"packed\"]}".getBytes(UTF_8));
            }
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
            exchange.sendResponseHeaders(200, packed.size());
            packed.writeTo(exchange.getResponseBody());
        });

        HttpResponse<String> answer = person.get("/api/plans");

        assertThat(answer.headers().firstValue("Content-Encoding")).isEmpty();
        assertThat(answer.body()).isEqualTo("{\"items\":[\"packed\"]}");
    }

    // --- what passes and what does not

    @Test
    void cookiesAndCredentialsOfTheBrowserReachNoService() {
        person.signedInAs("board");

        person.send(
                person.request("/api/bans")
                        .header("Cookie", "theirs=1")
                        .header("Authorization", "Basic Zm9yOmdlZA=="));
        new Person(gateway)
                .send(
                        person.request("/api/reports/1")
                                .header("Cookie", "theirs=1; coopmesh-id=stolen")
                                .header("Authorization", "Bearer forged"));

        assertThat(ABUSE.asked)
                .hasSize(2)
                .allSatisfy(asked -> assertThat(asked.headers()).doesNotContainKey("Cookie"));
        assertThat(ABUSE.asked.getFirst().header("Authorization"))
                .isEqualTo("Bearer " + accessToken());
        assertThat(ABUSE.last().headers()).doesNotContainKey("Authorization");
    }

    @ParameterizedTest
    @CsvSource({
        "coopmesh-language=de, 'en-GB,en;q=0.8', de",
        "coopmesh-language=ca, , ca",
        "coopmesh-language=xx, 'fr,en;q=0.5', 'fr,en;q=0.5'",
        "'coopmesh-language=de, en', fr, fr",
        "other=de, fr, fr"
    })
    void aPartIsAskedForTheLanguageThatWasChosenHere(
            String cookie, @Nullable String browser, String asked) {
        for (String path : List.of("/api/coop", "/id/sign-in", "/pay/AAAA")) {
            var request = person.request(path).header("Cookie", cookie);
            if (browser != null) {
                request.header("Accept-Language", browser);
            }
            person.send(request);
            StandInPart part = path.startsWith("/pay") ? BILLING : MEMBERSHIP;

            assertThat(part.last().headers().get("Accept-Language")).containsExactly(asked);
            assertThat(part.last().headers().getOrDefault("Cookie", List.of()))
                    .noneMatch(passed -> passed.contains("coopmesh-language"));
        }
    }

    @Test
    void onlyTheCookieOfTheSignInPageReachesIt() {
        person.signedInAs("board");

        person.send(
                person.request("/id/sign-in")
                        .header("Authorization", "Basic Zm9yOmdlZA==")
                        .header("Cookie", "theirs=1"));

        assertThat(MEMBERSHIP.last().headers().get("Cookie"))
                .singleElement()
                .asString()
                .startsWith("coopmesh-id=")
                .doesNotContain(";");
        assertThat(MEMBERSHIP.last().headers()).doesNotContainKey("Authorization");
    }

    @Test
    void cookiesOfAServiceStayBehindExceptThatOfTheSignInPage() {
        BILLING.answers(exchange -> {
            exchange.getResponseHeaders().add("Set-Cookie", "tracking=1; Path=/");
            StandInPart.nothing(exchange);
        });

        assertThat(person.get("/api/plans").headers().allValues("Set-Cookie")).isEmpty();
        person.signedInAs("board");
        assertThat(person.cookies).containsKey("coopmesh-id").doesNotContainKey("tracking");
    }

    @Test
    void noTokenEverReachesTheBrowser() {
        MEMBERSHIP.accessSeconds = 1; // Each call renews.
        person.signedInAs("board");
        person.get("/api/me");
        person.get("/api/overview/home");
        person.post("/id/sign-out", "");

        assertThat(MEMBERSHIP.tokens).hasSizeGreaterThan(6);
        for (HttpResponse<String> response : person.seen) {
            String whole = response.uri() + " " + response.headers().map() + response.body();
            assertThat(MEMBERSHIP.tokens).noneMatch(whole::contains);
        }
    }

    @Test
    void aServiceIsToldWhoTheClientIsAndNotWhatItClaims() {
        person.send(
                person.request("/api/reports/1")
                        .header("X-Forwarded-For", "203.0.113.9, 10.1.1.1")
                        .header("X-Forwarded-Proto", "https")
                        .header("X-Forwarded-Host", "evil.example")
                        .header("X-Forwarded-Prefix", "/evil")
                        .header("Forwarded", "for=203.0.113.9;host=evil.example"));

        var asked = ABUSE.last();
        assertThat(asked.headers().get("X-Forwarded-For")).containsExactly("127.0.0.1");
        assertThat(asked.headers().get("X-Forwarded-Proto")).containsExactly("http");
        assertThat(asked.headers().get("X-Forwarded-Host"))
                .containsExactly(gateway.substring("http://".length()));
        assertThat(asked.headers()).doesNotContainKeys("X-Forwarded-Prefix", "Forwarded");
    }

    // --- limits

    @Test
    void aBodyIsPassedOnUpToItsLimit() {
        String eightMegabytes = "x".repeat(8 * 1024 * 1024);

        assertThat(report(eightMegabytes, true).statusCode()).isEqualTo(200);
        assertThat(ABUSE.last().body()).hasSameSizeAs(eightMegabytes);
        assertProblem(report(eightMegabytes + "x", true), 413, "body-too-large");
        assertProblem(report(eightMegabytes + "x", false), 413, "body-too-large");
        assertThat(ABUSE.asked).hasSize(1);
    }

    private HttpResponse<String> report(String body, boolean withLength) {
        return person.send(
                person.request("/api/reports")
                        .header("Content-Type", "application/json")
                        .POST(
                                withLength
                                        ? BodyPublishers.ofString(body)
                                        : BodyPublishers.ofInputStream(() ->
                                                new ByteArrayInputStream(body.getBytes(UTF_8)))));
    }

    @Test
    void aServiceThatIsTooSlowIsNamedAndSaysThatNothingIsCertain() {
        BILLING.answers(exchange -> BILLING.saysNothing());

        HttpResponse<String> answer = person.get("/api/treasury");

        assertProblem(answer, 504, "part-too-slow");
        assertThat(answer.body()).contains("billing");
    }

    @Test
    void aServiceThatIsDownIsNamedAndTheOthersAnswer() {
        BILLING.down();
        try {
            HttpResponse<String> answer = person.get("/api/treasury");

            assertProblem(answer, 503, "part-unavailable");
            assertThat(answer.body()).contains("billing").contains("Nothing was lost");
            assertThat(person.get("/api/bans").statusCode()).isEqualTo(200);
        } finally {
            BILLING.up();
        }
    }

    @Test
    void aServiceThatDiesMeanwhileMayHaveMadeTheChange() {
        BILLING.answers(exchange -> exchange.close());

        HttpResponse<String> answer = person.get("/api/treasury");

        assertProblem(answer, 503, "part-unavailable");
        assertThat(answer.body()).contains("billing").contains("may have been made");
    }

    // --- the page

    @Test
    void everyPageHasANonceOfItsOwnInItsPolicy() {
        HttpResponse<String> page = person.get("/members/1");
        String policy = page.headers().firstValue("Content-Security-Policy").orElseThrow();
        Matcher nonce = Pattern.compile("script-src 'self' 'nonce-([^']+)'").matcher(policy);

        assertThat(page.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
        assertThat(page.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertThat(policy).contains("default-src 'none'").doesNotContain("unsafe");
        assertThat(nonce.find()).isTrue();
        assertThat(page.body())
                .contains("<meta name=\"csp-nonce\" content=\"" + nonce.group(1) + "\"")
                .doesNotContain("{{nonce}}");
        assertThat(person.get("/members/1").body()).doesNotContain(nonce.group(1));
    }

    @Test
    void mapsAskNobodyForTilesUntilSomebodyNamesAPlace() {
        var map = person.session().path("map");
        String policy =
                person.get("/join").headers().firstValue("Content-Security-Policy").orElseThrow();

        assertThat(map.path("tiles").isNull()).isTrue();
        assertThat(map.path("latitude").asDouble()).isEqualTo(41.5);
        assertThat(policy).contains("img-src 'self' data: blob:; ");
    }

    @Test
    void thePageIsTheDashboardAndItsFilesAreKeptByTheBrowser() {
        Matcher script =
                Pattern.compile("src=\"(/assets/index-[^\"]+\\.js)\"")
                        .matcher(person.get("/").body());
        assertThat(script.find()).isTrue();

        HttpResponse<String> answer = person.get(script.group(1));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow())
                .contains("javascript");
        assertThat(answer.headers().firstValue("Cache-Control").orElseThrow())
                .contains("max-age=31536000")
                .contains("immutable");
        assertThat(person.get("/mark.svg").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({"br, br", "gzip, gzip", "'gzip, deflate, br', br", "identity, "})
    void aFileArrivesAsItWasPackedByTheBuild(String accepted, @Nullable String encoding) {
        Matcher script =
                Pattern.compile("src=\"(/assets/index-[^\"]+\\.js)\"")
                        .matcher(person.get("/").body());
        assertThat(script.find()).isTrue();

        HttpResponse<String> answer =
                person.send(person.request(script.group(1)).header("Accept-Encoding", accepted));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Encoding"))
                .isEqualTo(Optional.ofNullable(encoding));
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow())
                .contains("javascript");
        if (encoding != null) {
            assertThat(answer.headers().firstValue("Vary").orElseThrow())
                    .containsIgnoringCase("accept-encoding");
        }
    }

    @Test
    void anAnswerCarriesTheHeadersThatProtectTheBrowserOnce() {
        ABUSE.answers(exchange -> {
            exchange.getResponseHeaders().set("X-Frame-Options", "DENY");
            exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            StandInPart.nothing(exchange);
        });

        var headers = person.get("/api/bans").headers();

        assertThat(headers.allValues("X-Frame-Options")).containsExactly("DENY");
        assertThat(headers.allValues("X-Content-Type-Options")).containsExactly("nosniff");
        assertThat(headers.allValues("Cache-Control")).containsExactly("no-store");
        assertThat(headers.allValues("Referrer-Policy")).containsExactly("same-origin");
    }

    // --- sessions

    @Test
    void whoeverSignsInIsKnownByNameAndRoles() {
        assertThat(person.session().path("signedIn").asBoolean()).isFalse();
        assertThat(person.cookies).containsOnlyKeys("__Host-coopmesh-csrf");

        person.signedInAs("treasurer");

        JsonNode session = person.session();
        assertThat(session.path("signedIn").asBoolean()).isTrue();
        assertThat(session.path("memberId").asString())
                .isEqualTo(StandInMembership.idOf("treasurer").toString());
        assertThat(session.path("name").asString()).isEqualTo("Ada of the treasurer");
        assertThat(session.path("roles"))
                .extracting(JsonNode::asString)
                .containsExactly("member", "treasurer");
    }

    @Test
    void cookiesAreBoundToThisHostAndToHttpsAndHiddenFromScripts() {
        person.signedInAs("board");
        person.session();

        List<String> set =
                person.seen.stream()
                        .flatMap(response -> response.headers().allValues("Set-Cookie").stream())
                        .filter(cookie -> cookie.startsWith("__Host-"))
                        .toList();

        assertThat(set)
                .anyMatch(cookie -> cookie.startsWith("__Host-coopmesh="))
                .anyMatch(cookie -> cookie.startsWith("__Host-coopmesh-csrf="))
                .allSatisfy(cookie ->
                        assertThat(cookie)
                                .contains("Path=/;", "Secure", "HttpOnly", "SameSite=Lax")
                                .doesNotContain("Domain"));
    }

    @Test
    void theSessionIsAnotherAfterSignIn() {
        person.get("/oauth2/authorization/coopmesh");
        String before = person.cookies.get("__Host-coopmesh").getValue();

        person.signedInAs("board");

        assertThat(person.cookies.get("__Host-coopmesh").getValue()).isNotEqualTo(before);
    }

    @Test
    void whoCouldNotBeSignedInIsToldSo() {
        MEMBERSHIP.answersTokens = false;

        URI back = person.triesToSignInAs("board");

        assertThat(back.getPath()).isEqualTo("/");
        assertThat(back.getQuery()).isEqualTo("signIn=failed");
        MEMBERSHIP.answersTokens = true;
        assertThat(person.follow("/oauth2/authorization/coopmesh").uri()).hasPath("/").hasNoQuery();
        assertThat(person.session().path("signedIn").asBoolean()).isTrue();
    }

    @Test
    void whoIsAskedToProveItAgainLandsWhereTheOneThatWaitsIsTold() {
        person.signedInAs("anna");
        String before = person.cookies.get("__Host-coopmesh").getValue();

        URI asked =
                URI.create(
                        person.get("/oauth2/authorization/coopmesh?max_age=300")
                                .headers()
                                .firstValue("Location")
                                .orElseThrow());
        assertThat(asked.getQuery()).contains("max_age=300").contains("code_challenge=");
        assertThat(person.follow("/oauth2/authorization/coopmesh?max_age=300").uri().getPath())
                .isEqualTo("/confirmed");

        assertThat(person.cookies.get("__Host-coopmesh").getValue()).isNotEqualTo(before);
        assertThat(person.session().path("signedIn").asBoolean()).isTrue();
        // One that was never finished does not lead others astray
        person.get("/oauth2/authorization/coopmesh?max_age=300");
        assertThat(person.follow("/oauth2/authorization/coopmesh").uri().getPath()).isEqualTo("/");
        assertThat(
                        person.get("/oauth2/authorization/coopmesh?max_age=5%20or")
                                .headers()
                                .firstValue("Location")
                                .orElseThrow())
                .doesNotContain("max_age");
    }

    @Test
    void theSessionTellsTheTimeOfTheCoop() throws IOException {
        assertThat(Instant.parse(person.session().path("now").asString()))
                .isCloseTo(Clock.systemUTC().instant(), within(60, ChronoUnit.SECONDS));

        Files.writeString(CLOCK, "-PT240H30M\n");

        Instant then = Clock.systemUTC().instant().minus(Duration.ofMinutes(240 * 60 + 30));
        assertThat(Instant.parse(person.session().path("now").asString()))
                .isCloseTo(then, within(60, ChronoUnit.SECONDS));
        assertThat(
                        Instant.parse(
                                person.get("/api/plans")
                                        .headers()
                                        .firstValue("Coop-Time")
                                        .orElseThrow()))
                .isCloseTo(then, within(60, ChronoUnit.SECONDS));

        Files.writeString(CLOCK, "soon");
        assertThat(Instant.parse(person.session().path("now").asString()))
                .isCloseTo(then, within(60, ChronoUnit.SECONDS));
    }

    @Test
    void aChangeWithoutTheTokenOfThePageIsRefused() {
        person.signedInAs("board");

        HttpResponse<String> forged =
                person.send(
                        person.request("/api/bans")
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString("{}")));

        assertProblem(forged, 403, "csrf-token-missing");
        assertThat(ABUSE.asked).isEmpty();
        assertThat(
                        person.send(person.request("/id/sign-out").POST(BodyPublishers.noBody()))
                                .statusCode())
                .isEqualTo(403);
        assertThat(person.post("/api/bans", "{}").statusCode()).isEqualTo(200);
        assertThat(ABUSE.last().header("Authorization")).startsWith("Bearer ");
    }

    @Test
    void aNeighbourWithoutASessionMayReport() {
        HttpResponse<String> report =
                person.send(
                        person.request("/api/reports")
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString("{}")));

        assertThat(report.statusCode()).isEqualTo(200);
        assertThat(ABUSE.last().headers()).doesNotContainKey("Authorization");
    }

    @Test
    void whoIsNotSignedInIsToldSoAndNotSentAway() {
        BILLING.answers(exchange -> StandInPart.json(exchange, 401, "{\"status\":401}"));

        assertThat(person.get("/api/invoices").statusCode()).isEqualTo(401);
        assertProblem(person.get("/api/overview/home"), 401, "sign-in-required");
        assertProblem(
                person.send(person.request("/api/overview/home").header("Accept", "text/html")),
                401,
                "sign-in-required");
    }

    // --- tokens

    @Test
    void tokensAreRenewedBeforeTheyEnd() {
        MEMBERSHIP.accessSeconds = 1;
        person.signedInAs("board");
        String first = accessToken();

        assertThat(person.get("/api/bans").statusCode()).isEqualTo(200);

        assertThat(ABUSE.last().header("Authorization"))
                .isEqualTo("Bearer " + accessToken())
                .isNotEqualTo("Bearer " + first);
        assertThat(person.get("/api/overview/home").statusCode()).isEqualTo(200);
        assertThat(person.session().path("signedIn").asBoolean()).isTrue();
    }

    @Test
    void callsOfOnePageMayRenewAtTheSameTime() throws Exception {
        MEMBERSHIP.accessSeconds = 1;
        person.signedInAs("board");
        String cookie = "__Host-coopmesh=" + person.cookies.get("__Host-coopmesh").getValue();
        Callable<Integer> call =
                () ->
                        new Person(gateway)
                                .send(person.request("/api/bans").header("Cookie", cookie))
                                .statusCode();

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Integer> status : threads.invokeAll(Collections.nCopies(12, call))) {
                assertThat(status.get()).isEqualTo(200);
            }
        }

        assertThat(person.session().path("signedIn").asBoolean()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/bans", "/api/overview/home"})
    void aSessionThatIsNoLongerRenewedHasEnded(String path) {
        MEMBERSHIP.accessSeconds = 1;
        person.signedInAs("board");
        MEMBERSHIP.renews = false;

        assertProblem(person.get(path), 401, "signed-out");
        assertProblem(person.get(path), 401, "signed-out");
        assertThat(person.session().path("signedIn").asBoolean()).isFalse();
        assertThat(ABUSE.asked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/bans", "/api/overview/home"})
    void whileMembershipIsDownASessionIsNotOver(String path) {
        MEMBERSHIP.accessSeconds = 1;
        person.signedInAs("board");
        MEMBERSHIP.answersTokens = false;

        HttpResponse<String> answer = person.get(path);

        assertProblem(answer, 503, "part-unavailable");
        assertThat(answer.body()).contains("membership");
        MEMBERSHIP.answersTokens = true;
        assertThat(person.get(path).statusCode()).isEqualTo(200);
    }

    // --- signing out

    @Test
    void afterSigningOutAnotherPersonSignsInAtTheSameBrowser() {
        person.signedInAs("treasurer");
        String session = person.cookies.get("__Host-coopmesh").getValue();

        assertThat(person.post("/id/sign-out", "").statusCode()).isEqualTo(204);

        assertThat(MEMBERSHIP.isSignedIn("treasurer")).isFalse();
        assertThat(MEMBERSHIP.renewsFor("treasurer")).isFalse();
        assertThat(person.cookies).doesNotContainKeys("__Host-coopmesh", "coopmesh-id");
        assertThat(person.session().path("signedIn").asBoolean()).isFalse();
        assertThat(
                        JSON.readTree(
                                        new Person(gateway)
                                                .send(
                                                        person.request("/api/session")
                                                                .header(
                                                                        "Cookie",
                                                                        "__Host-coopmesh="
                                                                                + session))
                                                .body())
                                .path("signedIn")
                                .asBoolean())
                .isFalse();
        person.signedInAs("moderator");
        assertThat(person.session().path("name").asString()).isEqualTo("Ada of the moderator");
    }

    @Test
    void signingOutEndsTheSignInAlsoAfterTokensWereRenewed() {
        MEMBERSHIP.accessSeconds = 1;
        person.signedInAs("treasurer");
        person.get("/api/bans");
        person.get("/api/overview/home");
        person.get("/api/bans");

        person.post("/id/sign-out", "");

        assertThat(MEMBERSHIP.isSignedIn("treasurer")).isFalse();
        assertThat(MEMBERSHIP.renewsFor("treasurer")).isFalse();
    }

    @Test
    void whileMembershipIsDownSigningOutStillClearsTheBrowser() {
        person.signedInAs("treasurer");
        MEMBERSHIP.answersTokens = false;
        MEMBERSHIP.answers(exchange -> exchange.close());

        assertThat(person.post("/id/sign-out", "").statusCode()).isEqualTo(204);

        assertThat(person.cookies).doesNotContainKeys("__Host-coopmesh", "coopmesh-id");
    }

    @Test
    void aSessionEndsWithItsSignInAndThoseOfOthersGoOn() {
        person.signedInAs("treasurer");
        Person atHome = new Person(gateway).signedInAs("treasurer");
        Person another = new Person(gateway).signedInAs("moderator");
        String signIn = person.cookies.get("coopmesh-id").getValue();

        assertThat(
                        told(
                                MEMBERSHIP.logoutToken(
                                        "treasurer", signIn, "gateway", MEMBERSHIP.ownKey())))
                .isEqualTo(200);

        assertThat(person.session().path("signedIn").asBoolean()).isFalse();
        assertThat(person.get("/api/overview/home").statusCode()).isEqualTo(401);
        assertThat(atHome.session().path("signedIn").asBoolean()).isTrue();

        told(MEMBERSHIP.logoutToken("treasurer", null, "gateway", MEMBERSHIP.ownKey()));

        assertThat(atHome.session().path("signedIn").asBoolean()).isFalse();
        assertThat(another.session().path("signedIn").asBoolean()).isTrue();
    }

    @Test
    void aLogoutTokenOfSomebodyElseOrForSomebodyElseEndsNothing() {
        person.signedInAs("treasurer");

        assertThat(
                        told(
                                MEMBERSHIP.logoutToken(
                                        "treasurer", null, "gateway", StandInMembership.key())))
                .isEqualTo(400);
        assertThat(told(MEMBERSHIP.logoutToken("treasurer", null, "another", MEMBERSHIP.ownKey())))
                .isEqualTo(400);
        // An ID token is signed by the same key, and is none
        assertThat(told(MEMBERSHIP.tokens.getLast())).isGreaterThanOrEqualTo(400);

        assertThat(person.session().path("signedIn").asBoolean()).isTrue();
    }

    private int told(String logoutToken) {
        return new Person(gateway)
                .send(
                        person.request("/logout/connect/back-channel/coopmesh")
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .POST(BodyPublishers.ofString("logout_token=" + logoutToken)))
                .statusCode();
    }

    // --- overview

    @Test
    void theOverviewPutsAnswersSideBySide() {
        MEMBERSHIP.answers(exchange -> {
            String nodes =
                    """
                    {"items": [{"live": "up", "ownerId": "z", "attachments": [{"memberId": "y"}]}, {"live": "late"},
                               {"live": "down", "ownerId": "a", "attachments": [{"memberId": "a"}, {"memberId": "b"}]}],
                     "next": "n 1"}
                    """;
            String rest =
                    """
                    {"items": [{"live": "never"}, {"live": "down", "ownerId": "a", "attachments": [{"memberId": "c"}]}]}
                    """;
            boolean second = String.valueOf(exchange.getRequestURI()).contains("after=n+1");
            switch (exchange.getRequestURI().getPath()) {
                case "/api/nodes" -> StandInPart.json(exchange, 200, second ? rest : nodes);
                case "/api/members" ->
                        StandInPart.json(exchange, 200, "{\"items\": [{}, {}], \"next\": \"2\"}");
                default -> StandInPart.json(exchange, 200, "{\"count\": 3, \"items\": []}");
            }
        });
        BILLING.answers(exchange ->
                StandInPart.json(
                        exchange,
                        200,
                        switch (exchange.getRequestURI().getPath()) {
                            case "/api/invoices" ->
                                    """
                                    {"items": [{"open": {"amount": "12.50", "currency": "EUR"}},
                                               {"open": {"amount": "0.055", "currency": "EUR"}}]}
                                    """;
                            case "/api/bill-runs" ->
                                    """
                                    {"items": [{"skipped": [{"payerId": "p"}, {"payerId": "q"}]},
                                               {"skipped": [{"payerId": "p"}]}, {"skipped": []}]}
                                    """;
                            default -> "{\"items\": []}";
                        }));
        ABUSE.answers(exchange -> StandInPart.json(exchange, 403, "{}"));
        person.signedInAs("board");

        JsonNode home = JSON.readTree(person.get("/api/overview/home").body());

        assertThat(home.path("parts"))
                .extracting(part -> part.path("part").asString() + part.path("ok").asBoolean())
                .containsExactlyInAnyOrder("membershiptrue", "billingtrue", "abusetrue");
        assertThat(home.path("applicants").path("count").asInt()).isEqualTo(2);
        assertThat(home.path("applicants").path("more").asBoolean()).isTrue();
        assertThat(home.path("nodes").path("down").asInt()).isEqualTo(2);
        assertThat(home.path("nodes").path("never").asInt()).isEqualTo(1);
        assertThat(home.path("nodes").path("membersAffected").asInt()).isEqualTo(3);
        assertThat(home.path("nodes").path("more").asBoolean()).isFalse();
        assertThat(home.path("unbilled").path("count").asInt()).isEqualTo(2);
        assertThat(home.path("overdueInvoices").path("total").path("amount").asString())
                .isEqualTo("12.555");
        assertThat(home.path("openCases").isNull()).isTrue();
        assertThat(home.path("appeals").isNull()).isTrue();
        assertThat(home.path("deadLetters").asInt()).isEqualTo(3);
    }

    @Test
    void theOverviewCountsAppealsAndThoseThatWaitTooLong() {
        ABUSE.answers(exchange ->
                StandInPart.json(
                        exchange,
                        200,
                        exchange.getRequestURI().getPath().equals("/api/abuse/appeals")
                                ? "{\"items\": [{\"overdue\": true}, {\"overdue\": false}]}"
                                : "{\"items\": []}"));
        person.signedInAs("board");

        JsonNode appeals = JSON.readTree(person.get("/api/overview/home").body()).path("appeals");

        assertThat(appeals.path("count").asInt()).isEqualTo(2);
        assertThat(appeals.path("overdue").asInt()).isEqualTo(1);
        assertThat(appeals.path("more").asBoolean()).isFalse();
    }

    @Test
    void theOverviewSaysWhichServiceIsSilentAndShowsTheRest() {
        BILLING.answers(exchange -> BILLING.saysNothing());
        ABUSE.answers(exchange -> StandInPart.json(exchange, 500, "{}"));
        person.signedInAs("board");

        HttpResponse<String> answer = person.get("/api/overview/home");

        assertThat(answer.statusCode()).isEqualTo(200);
        JsonNode home = JSON.readTree(answer.body());
        assertThat(home.path("parts"))
                .extracting(part -> part.path("part").asString() + part.path("ok").asBoolean())
                .containsExactlyInAnyOrder("membershiptrue", "billingfalse", "abusefalse");
        assertThat(home.path("applicants").path("count").asInt()).isZero();
        assertThat(home.path("overdueInvoices").isNull()).isTrue();
    }

    @Test
    void nodesThatWereNotCountedAreTold() {
        MEMBERSHIP.answers(exchange ->
                StandInPart.json(
                        exchange,
                        200,
                        exchange.getRequestURI().getPath().equals("/api/nodes")
                                ? "{\"items\": [{\"live\": \"up\"}], \"next\": \"again\"}"
                                : "{\"items\": []}"));
        person.signedInAs("board");

        JsonNode nodes = JSON.readTree(person.get("/api/overview/home").body()).path("nodes");

        assertThat(nodes.path("up").asInt()).isBetween(1, 10);
        assertThat(nodes.path("more").asBoolean()).isTrue();
    }

    @Test
    void theTimelineOfAMemberIsOneList() {
        String id = StandInMembership.idOf("member").toString();
        MEMBERSHIP.answers(exchange ->
                StandInPart.json(
                        exchange,
                        200,
                        exchange.getRequestURI().getPath().endsWith("/timeline")
                                ? "{\"items\": [{\"at\": \"2026-03-02T10:00:00Z\", \"kind\": \"approved\", \"detail\": {}}]}"
                                : "{\"payer\": {\"id\": \"p1\"}, \"sites\": [{\"payerId\": \"p1\"}]}"));
        BILLING.answers(exchange ->
                StandInPart.json(
                        exchange,
                        200,
                        switch (exchange.getRequestURI().getPath()) {
                            case "/api/invoices" -> "{\"items\": [{\"issuedOn\": \"2026-04-01\"}]}";
                            case "/api/billing/mail/mails" ->
                                    "{\"items\": [{\"notice\": \"invoice\", \"state\": \"sent\", \"queuedAt\": \"2026-04-02T09:00:00Z\", \"sentTo\": \"anna@village.example\"}]}";
                            default -> "{\"items\": []}";
                        }));
        person.signedInAs("board");

        JsonNode timeline = JSON.readTree(person.get("/api/overview/members/" + id).body());

        assertThat(timeline.path("items"))
                .extracting(item -> item.path("kind").asString())
                .containsExactly("mail", "invoice", "approved");
        assertThat(timeline.path("items").path(0).path("detail").toString())
                .isEqualTo("{\"notice\":\"invoice\",\"state\":\"sent\"}");
        assertThat(BILLING.asked)
                .extracting(asked -> asked.uri().toString())
                .containsExactlyInAnyOrder(
                        "/api/invoices?payerId=p1",
                        "/api/payments?payerId=p1",
                        "/api/billing/mail/mails?payerId=p1&limit=50");
        assertThat(ABUSE.asked)
                .extracting(asked -> asked.uri().toString())
                .containsExactly("/api/cases?memberId=" + id + "&limit=200");
        assertProblem(person.get("/api/overview/members/everybody"), 400, null);
    }

    private static String accessToken() {
        return MEMBERSHIP.tokens.get(MEMBERSHIP.tokens.size() - 2);
    }

    private static StandInPart part(String name) {
        return switch (name) {
            case "membership" -> MEMBERSHIP;
            case "billing" -> BILLING;
            default -> ABUSE;
        };
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String slug) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElse(""))
                .startsWith("application/problem+json");
        if (slug != null) {
            assertThat(JSON.readTree(answer.body()).path("type").asString())
                    .isEqualTo("https://coopmesh.org/problems/" + slug);
        }
    }

    private static Path clockFile() {
        try {
            return Files.createTempFile("coopmesh-clock", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
