package org.coopmesh.abuse.ban;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.abuse.Village.Calls.read;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.coopmesh.abuse.ServiceTest;
import org.coopmesh.abuse.TestClock;
import org.coopmesh.abuse.Village;
import org.coopmesh.abuse.Village.Calls;
import org.coopmesh.abuse.Village.Home;
import org.coopmesh.abuse.Village.Person;
import org.coopmesh.contracts.abuse.v1.BanEvent;
import org.coopmesh.contracts.abuse.v1.DecisionEvent;
import org.coopmesh.contracts.abuse.v1.Measure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.servlet.ResultActions;

@ServiceTest
class BanApiIT {
    private static final Person MODERATOR = Person.with("member", "moderator");
    private static final Person SECOND = Person.with("member", "moderator");

    @Autowired Calls calls;
    @Autowired TestClock clock;
    @Autowired Bans bans;

    @Test
    void aBanIsInForceAtOnceAndStatedInTheSameTransaction() throws Exception {
        Home home = calls.home(false);

        calls.post(MODERATOR, "/api/bans", ban("address", home.client(), hour()))
                .andExpect(status().isCreated())
                .andExpect(jsonPath("$.state").value("inForce"))
                .andExpect(jsonPath("$.target.value").value(home.client() + "/32"))
                .andExpect(jsonPath("$.imposedBy").value(MODERATOR.id().toString()))
                .andExpect(jsonPath("$.origin").value("moderator"));

        assertThat(calls.banEvents("address " + home.client() + "/32"))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.getTarget().getPrefix()).isEqualTo(home.client() + "/32");
                    assertThat(event.getImposed().getUntil().getSeconds())
                            .isEqualTo(clock.instant().plusSeconds(3600).getEpochSecond());
                });
    }

    @Test
    void hostBitsAreCutOff() throws Exception {
        Home home = calls.home(false);

        calls.post(MODERATOR, "/api/bans", ban("address", home.client() + "/28", hour()))
                .andExpect(status().isCreated())
                .andExpect(jsonPath("$.target.value").value(home.net() + ".16/28"));
    }

    @ParameterizedTest
    @CsvSource({
        "200:1234:5678::1, 200:1234:5678::1/128",
        "fc12:3456::7, fc12:3456::7/128",
        "::ffff:203.0.113.200, 203.0.113.200/32",
        "100.64.7.9, 100.64.7.9/32"
    })
    void overlayAndSharedAddressesAreTargetsAsOthersAre(String said, String meant)
            throws Exception {
        calls.post(MODERATOR, "/api/bans", ban("address", said, hour()))
                .andExpect(status().isCreated())
                .andExpect(jsonPath("$.target.value").value(meant));
    }

    @Test
    void aBanThatIsTriedOutTellsWhatItWouldHitAndStopsNothing() throws Exception {
        Home home = calls.home(false);
        String trial = "\"simulated\": true, " + hour();

        var tried = calls.post(MODERATOR, "/api/bans", ban("address", home.prefix(), trial));
        String id = read(tried, "$.id");

        tried.andExpect(jsonPath("$.state").value("inForce"))
                .andExpect(jsonPath("$.simulated").value(true))
                .andExpect(jsonPath("$.wouldHit.members").value(1))
                .andExpect(jsonPath("$.wouldHit.addresses").value(256));
        assertThat(calls.banEvents("address " + home.prefix())).isEmpty();
        // A permanent one needs nobody's agreement to be tried out; one that holds stands beside
        // it.
        calls.post(
                        MODERATOR,
                        "/api/bans",
                        ban("address", "203.0.113.201", "\"simulated\": true, \"permanent\": true"))
                .andExpect(jsonPath("$.state").value("inForce"));
        calls.post(MODERATOR, "/api/bans", ban("address", home.prefix(), hour()))
                .andExpect(status().isCreated())
                .andExpect(jsonPath("$.simulated").value(false))
                .andExpect(jsonPath("$.wouldHit").isEmpty());
        calls.post(MODERATOR, "/api/bans", ban("address", home.prefix(), trial))
                .andExpect(status().isConflict());

        calls.post(MODERATOR, "/api/bans/" + id + "/lift", reason()).andExpect(status().isOk());

        assertThat(calls.banEvents("address " + home.prefix()))
                .extracting(BanEvent::getFactCase)
                .containsExactly(BanEvent.FactCase.IMPOSED);
    }

    @Test
    void aBanWithoutAnEndIsRefused() throws Exception {
        calls.post(MODERATOR, "/api/bans", ban("address", "203.0.113.1", ""))
                .andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.errors[0].field").value("until"));
        calls.post(
                        MODERATOR,
                        "/api/bans",
                        ban("address", "203.0.113.1", hour() + ", \"permanent\": true"))
                .andExpect(status().isUnprocessableContent());
    }

    @Test
    void aBanThatEndsInThePastIsRefused() throws Exception {
        String past = "\"until\": \"" + Village.in(clock.instant(), -1) + "\"";

        calls.post(MODERATOR, "/api/bans", ban("address", "203.0.113.2", past))
                .andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.rule").value("over-already"));
    }

    @Test
    void theCoopsOwnGatewayIsNeverBannedByAddressRangeOrKey() throws Exception {
        Home gateway = calls.home(true);

        for (String prefix : new String[] {gateway.router(), gateway.prefix(), "10.201.0.0/16"}) {
            calls.post(MODERATOR, "/api/bans", ban("address", prefix, hour()))
                    .andExpect(status().isUnprocessableContent())
                    .andExpect(
                            jsonPath("$.type").value("https://coopmesh.org/problems/ban-refused"))
                    .andExpect(jsonPath("$.rule").value("own-gateway"));
        }
        calls.post(MODERATOR, "/api/bans", ban("node", gateway.node(), hour()))
                .andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.rule").value("own-gateway"));
        calls.post(MODERATOR, "/api/bans", ban("address", gateway.client(), hour()))
                .andExpect(status().isCreated());
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0/0, too-wide",
        "::/0, too-wide",
        "10.0.0.0/7, too-wide",
        "100.64.0.0/10, whole-range",
        "100.0.0.0/8, whole-range",
        "10.0.0.0/8, whole-range",
        "192.168.0.0/16, whole-range",
        "200::/7, too-wide",
        "fc00::/8, too-wide",
        "::ffff:0.0.0.0/96, too-wide",
        "::ffff:127.0.0.1, loopback",
        "127.0.0.1, loopback",
        "fe80::1, link-local",
        "224.0.0.1, multicast",
        "10.200.0.1, service-address",
        "10.200.0.0/16, service-address",
        "fd42:200::1, service-address"
    })
    void whatIsNeverBannedIsRefusedNamingTheRule(String prefix, String rule) throws Exception {
        calls.post(MODERATOR, "/api/bans", ban("address", prefix, hour()))
                .andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.rule").value(rule));
        calls.post(MODERATOR, "/api/bans/preview", target("address", prefix))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.refused.rule").value(rule));
    }

    @Test
    void theCoopsOwnListIsHeldToUntilTheEntryIsRemoved() throws Exception {
        var added =
                calls.post(
                                MODERATOR,
                                "/api/never-bans",
                                "{\"prefix\": \"192.0.2.0/24\", \"reason\": \"emergency\"}")
                        .andExpect(status().isCreated());
        String id = read(added, "$.id");

        calls.post(MODERATOR, "/api/bans", ban("address", "192.0.2.9", hour()))
                .andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.rule").value("never-ban-list"));
        calls.get(MODERATOR, "/api/never-bans")
                .andExpect(jsonPath("$.items[*].origin", hasItems("list", "setting", "builtIn")));
        calls.delete(MODERATOR, "/api/never-bans/" + id + "?reason=moved")
                .andExpect(status().isNoContent());
        calls.delete(MODERATOR, "/api/never-bans/" + id + "?reason=moved")
                .andExpect(status().isNotFound());
        calls.post(MODERATOR, "/api/bans", ban("address", "192.0.2.9", hour()))
                .andExpect(status().isCreated());
    }

    @Test
    void aNeverBanOfEverythingIsRefused() throws Exception {
        calls.post(
                        MODERATOR,
                        "/api/never-bans",
                        "{\"prefix\": \"0.0.0.0/0\", \"reason\": \"no bans at all\"}")
                .andExpect(status().isUnprocessableContent());
        calls.post(MODERATOR, "/api/never-bans", "{\"prefix\": \"here\", \"reason\": \"x\"}")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("prefix"));
    }

    @Test
    void permanentAndWideWaitForASecondModerator() throws Exception {
        for (String body :
                new String[] {
                    ban("address", "203.0.113.30", "\"permanent\": true"),
                    ban("address", "203.0.112.0/23", hour()),
                    ban("address", "2001:db8::/47", hour())
                }) {
            var proposed = calls.post(MODERATOR, "/api/bans", body).andExpect(status().isCreated());
            assertThat(Calls.<String>read(proposed, "$.state")).isEqualTo("proposed");
            String id = read(proposed, "$.id");
            String key = "address " + read(proposed, "$.target.value");
            assertThat(calls.banEvents(key)).isEmpty();

            calls.post(MODERATOR, "/api/bans/" + id + "/confirm", "{}")
                    .andExpect(status().isConflict());
            assertThat(calls.banEvents(key)).isEmpty();
            calls.get(SECOND, "/api/bans?state=proposed")
                    .andExpect(jsonPath("$.items[*].id", hasItem(id)));
            calls.post(SECOND, "/api/bans/" + id + "/confirm", "{}")
                    .andExpect(status().isOk())
                    .andExpect(jsonPath("$.state").value("inForce"))
                    .andExpect(jsonPath("$.imposedBy").value(SECOND.id().toString()));

            assertThat(calls.banEvents(key)).singleElement().matches(BanEvent::hasImposed);
            calls.post(SECOND, "/api/bans/" + id + "/confirm", "{}")
                    .andExpect(status().isConflict());
        }
    }

    @Test
    void aDeclinedBanNeverHolds() throws Exception {
        var proposed =
                calls.post(
                        MODERATOR,
                        "/api/bans",
                        ban("address", "203.0.113.40", "\"permanent\": true"));
        String id = read(proposed, "$.id");

        calls.post(SECOND, "/api/bans/" + id + "/decline", reason())
                .andExpect(jsonPath("$.state").value("declined"));

        calls.post(SECOND, "/api/bans/" + id + "/confirm", "{}").andExpect(status().isConflict());
        assertThat(calls.banEvents("address 203.0.113.40/32")).isEmpty();
    }

    @Test
    void aBanExpiresByTheClock() throws Exception {
        var imposed = calls.post(MODERATOR, "/api/bans", ban("address", "203.0.113.50", hour()));
        String id = read(imposed, "$.id");

        clock.advance(Duration.ofMinutes(59));
        bans.expireDue();
        calls.get(MODERATOR, "/api/bans/" + id).andExpect(jsonPath("$.state").value("inForce"));
        clock.advance(Duration.ofMinutes(1));
        bans.expireDue();
        bans.expireDue();

        calls.get(MODERATOR, "/api/bans/" + id).andExpect(jsonPath("$.state").value("expired"));
        assertThat(calls.banEvents("address 203.0.113.50/32"))
                .extracting(BanEvent::getFactCase)
                .containsExactly(BanEvent.FactCase.IMPOSED, BanEvent.FactCase.EXPIRED);
        calls.post(MODERATOR, "/api/bans/" + id + "/lift", reason())
                .andExpect(status().isConflict());
    }

    @Test
    void aBanIsLiftedOnceAndWantsAReason() throws Exception {
        var imposed = calls.post(MODERATOR, "/api/bans", ban("address", "203.0.113.60", hour()));
        String id = read(imposed, "$.id");

        calls.post(MODERATOR, "/api/bans/" + id + "/lift", "{}").andExpect(status().isBadRequest());
        calls.post(SECOND, "/api/bans/" + id + "/lift", reason())
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.state").value("lifted"))
                .andExpect(jsonPath("$.endReason").value("a reason"));
        calls.post(SECOND, "/api/bans/" + id + "/lift", reason()).andExpect(status().isConflict());

        assertThat(calls.banEvents("address 203.0.113.60/32"))
                .extracting(BanEvent::getFactCase)
                .containsExactly(BanEvent.FactCase.IMPOSED, BanEvent.FactCase.LIFTED);
        calls.get(MODERATOR, "/api/bans?state=past")
                .andExpect(jsonPath("$.items[*].id", hasItem(id)));
    }

    @Test
    void ofManyWhoBanOneAddressAtOnceOneDoes() throws Exception {
        String body = ban("address", "203.0.113.61", hour());

        assertThat(atOnce(() -> calls.post(MODERATOR, "/api/bans", body)))
                .containsOnly(201, 409)
                .containsOnlyOnce(201);
        assertThat(calls.banEvents("address 203.0.113.61/32")).hasSize(1);
    }

    @Test
    void ofManyWhoLiftOneBanAtOnceOneDoes() throws Exception {
        var imposed = calls.post(MODERATOR, "/api/bans", ban("address", "203.0.113.62", hour()));
        String path = "/api/bans/" + read(imposed, "$.id") + "/lift";

        assertThat(atOnce(() -> calls.post(SECOND, path, reason())))
                .containsOnly(200, 409)
                .containsOnlyOnce(200);
        assertThat(calls.banEvents("address 203.0.113.62/32")).hasSize(2);
    }

    private static List<Integer> atOnce(Callable<ResultActions> request) throws Exception {
        try (var threads = Executors.newFixedThreadPool(8)) {
            return threads.invokeAll(Collections.nCopies(8, request)).stream()
                    .map(answer -> answer.resultNow().andReturn().getResponse().getStatus())
                    .toList();
        }
    }

    @Test
    void aLongerBanTakesTheShorterOnesPlaceAndNoOtherDoes() throws Exception {
        String day = "\"until\": \"" + Village.in(clock.instant(), 86_400) + "\"";
        var hour = calls.post(MODERATOR, "/api/bans", ban("address", "203.0.113.70", hour()));
        String first = read(hour, "$.id");

        calls.post(MODERATOR, "/api/bans", ban("address", "203.0.113.70", hour()))
                .andExpect(status().isConflict())
                .andExpect(
                        jsonPath("$.type").value("https://coopmesh.org/problems/already-banned"));
        calls.post(MODERATOR, "/api/bans", ban("address", "203.0.113.70", day))
                .andExpect(status().isCreated());

        calls.get(MODERATOR, "/api/bans/" + first).andExpect(jsonPath("$.state").value("replaced"));
        assertThat(calls.banEvents("address 203.0.113.70/32"))
                .extracting(BanEvent::getFactCase)
                .containsExactly(
                        BanEvent.FactCase.IMPOSED,
                        BanEvent.FactCase.LIFTED,
                        BanEvent.FactCase.IMPOSED);
    }

    @Test
    void aBanOfAMemberIsSaidAsAMeasure() throws Exception {
        Home home = calls.home(false);

        var imposed = calls.post(MODERATOR, "/api/bans", ban("member", home.member() + "", hour()));
        String id = read(imposed, "$.id");
        calls.post(MODERATOR, "/api/bans/" + id + "/lift", reason()).andExpect(status().isOk());

        assertThat(calls.decisionEvents(home.member()))
                .extracting(DecisionEvent::getFactCase)
                .containsExactly(DecisionEvent.FactCase.IMPOSED, DecisionEvent.FactCase.REVERSED);
        assertThat(calls.decisionEvents(home.member()).getFirst().getImposed().getMeasure())
                .isEqualTo(Measure.MEASURE_BAN);
    }

    @Test
    void aBanOfANodeNamesItsKey() throws Exception {
        Home home = calls.home(false);

        calls.post(MODERATOR, "/api/bans", ban("node", home.node(), hour()))
                .andExpect(status().isCreated());

        assertThat(calls.banEvents("node " + home.node()))
                .singleElement()
                .matches(event -> event.getTarget().getNodeId().equals(home.node()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"address", "range", "member", "node"})
    void nobodyTakesAStepInABanThatHitsTheirOwnHousehold(String aim) throws Exception {
        Home home = calls.home(false);
        String net =
                "10.231."
                        + calls.home(false).net().substring(7); // Its own number, far from others.
        Home household = calls.home(false, UUID.randomUUID(), home.payer(), net);
        String kind = aim.equals("range") ? "address" : aim;
        String value =
                switch (aim) {
                    case "address" -> home.client();
                    case "range" -> home.prefix();
                    case "member" -> home.member().toString();
                    default -> home.node();
                };
        var held = calls.post(MODERATOR, "/api/bans", ban(kind, value, hour()));
        var proposed = calls.post(MODERATOR, "/api/bans", ban(kind, value, "\"permanent\": true"));

        for (UUID near : new UUID[] {home.member(), household.member()}) {
            var nearby = new Person(near, SECOND.roles());
            refusedAsTooNear(calls.post(nearby, "/api/bans", ban(kind, value, hour())));
            refusedAsTooNear(calls.post(nearby, path(held, "lift"), reason()));
            refusedAsTooNear(calls.post(nearby, path(proposed, "confirm"), "{}"));
            refusedAsTooNear(calls.post(nearby, path(proposed, "decline"), reason()));
        }
        calls.post(SECOND, path(held, "lift"), reason()).andExpect(status().isOk());
        calls.post(SECOND, path(proposed, "confirm"), "{}").andExpect(status().isOk());
    }

    private static String path(ResultActions ban, String step) throws Exception {
        return "/api/bans/" + read(ban, "$.id") + "/" + step;
    }

    private static void refusedAsTooNear(ResultActions answer) throws Exception {
        answer.andExpect(status().isForbidden())
                .andExpect(
                        jsonPath("$.type")
                                .value("https://coopmesh.org/problems/conflict-of-interest"));
    }

    @Test
    void whoIsUnknownIsNotBanned() throws Exception {
        calls.post(MODERATOR, "/api/bans", ban("member", UUID.randomUUID().toString(), hour()))
                .andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.rule").value("target-unknown"));
        calls.post(MODERATOR, "/api/bans", ban("node", "ab".repeat(32), hour()))
                .andExpect(status().isUnprocessableContent());
    }

    @Test
    void thePreviewCountsPeopleAttachmentsAndAddresses() throws Exception {
        UUID member = UUID.randomUUID();
        Home home = calls.home(false, member, UUID.randomUUID(), "10.222.1");
        calls.home(false, member, home.payer(), "10.222.2");
        calls.home(false, UUID.randomUUID(), UUID.randomUUID(), "10.222.3");

        calls.post(MODERATOR, "/api/bans/preview", target("address", "10.222.0.0/22"))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.members").value(2))
                .andExpect(jsonPath("$.attachments").value(3))
                .andExpect(jsonPath("$.addresses").value(1024))
                .andExpect(jsonPath("$.refused").doesNotExist());
        calls.post(MODERATOR, "/api/bans/preview", target("member", member.toString()))
                .andExpect(jsonPath("$.members").value(1))
                .andExpect(jsonPath("$.attachments").value(2))
                .andExpect(jsonPath("$.addresses").value(512));
        calls.post(MODERATOR, "/api/bans/preview", target("address", "2001:db8::/32"))
                .andExpect(jsonPath("$.addresses").value((1L << 53) - 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"example.org", "10.1.1", "fe80::1%eth0", "1.2.3.4; drop table ban"})
    void whatIsNoAddressIsABadRequestThatNamesTheField(String address) throws Exception {
        calls.post(MODERATOR, "/api/bans", ban("address", address, hour()))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("target"));
    }

    @Test
    void malformedRequestsNameTheField() throws Exception {
        calls.get(MODERATOR, "/api/bans/1-1-1-1-1")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("id"));
        calls.get(MODERATOR, "/api/bans/" + UUID.randomUUID()).andExpect(status().isNotFound());
        calls.get(MODERATOR, "/api/bans?limit=201")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("limit"));
        calls.get(MODERATOR, "/api/bans?state=old").andExpect(status().isBadRequest());
        calls.post(MODERATOR, "/api/bans", "{\"target\": ")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.type").value("https://coopmesh.org/problems/malformed"));
        calls.post(MODERATOR, "/api/bans", ban("address", "10.1.1.1", "\"until\": \"soon\""))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("until"));
    }

    @Test
    void whatTheDatabaseCannotHoldIsToldByField() throws Exception {
        calls.post(
                        MODERATOR,
                        "/api/bans",
                        ban("address", "203.0.113.90", "\"until\": \"+999999999-12-31T00:00:00Z\""))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("until"));
        calls.post(
                        MODERATOR,
                        "/api/never-bans",
                        "{\"prefix\": \"203.0.113.0/24\", \"reason\": \"a\\u0000b\"}")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("reason"));
    }

    @Test
    void onlyModeratorsBan() throws Exception {
        for (String role : new String[] {"member", "treasurer", "network", "board"}) {
            Person other = Person.with("member", role);
            calls.post(other, "/api/bans", ban("address", "203.0.113.80", hour()))
                    .andExpect(status().isForbidden());
            calls.post(other, "/api/bans/" + UUID.randomUUID() + "/lift", reason())
                    .andExpect(status().isForbidden());
        }
        calls.get(Person.with("member"), "/api/bans").andExpect(status().isForbidden());
        calls.get(Person.with("board"), "/api/bans").andExpect(status().isOk());
    }

    @Test
    void theListIsPagedFromNewestToOldest() throws Exception {
        for (int i = 1; i <= 3; i++) {
            calls.post(MODERATOR, "/api/bans", ban("address", "203.0.113.10" + i, hour()))
                    .andExpect(status().isCreated());
        }

        var first = calls.get(MODERATOR, "/api/bans?state=active&limit=2");
        String next = read(first, "$.next");
        var second = calls.get(MODERATOR, "/api/bans?state=active&limit=2&after=" + next);

        assertThat(Calls.<String>read(first, "$.items[0].target.value"))
                .isEqualTo("203.0.113.103/32");
        assertThat(Calls.<String>read(second, "$.items[0].target.value"))
                .isEqualTo("203.0.113.101/32");
    }

    private String hour() {
        return "\"until\": \"" + Village.in(clock.instant(), 3600) + "\"";
    }

    private static String ban(String kind, String value, String term) {
        return """
        {"target": {"kind": "%s", "value": "%s"}, "reason": "a reason"%s}
        """
                .formatted(kind, value, term.isEmpty() ? "" : ", " + term);
    }

    private static String target(String kind, String value) {
        return "{\"target\": {\"kind\": \"%s\", \"value\": \"%s\"}}".formatted(kind, value);
    }

    private static String reason() {
        return "{\"reason\": \"a reason\"}";
    }
}
