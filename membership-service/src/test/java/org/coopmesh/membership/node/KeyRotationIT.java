package org.coopmesh.membership.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import io.grpc.StatusRuntimeException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.coopmesh.contracts.membership.v1.EnrolResponse;
import org.coopmesh.contracts.membership.v1.ReportTopologyRequest;
import org.coopmesh.contracts.membership.v1.TopologyServiceGrpc;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.ResultActions;

/** Agents here are of the release before: they know enrolment and renewal, and trust what those name. */
class KeyRotationIT extends NetworkedService {
    @Autowired private KeyRotation rotation;
    @Autowired private KeyUpkeep upkeep;
    @Autowired private CertificateAuthority authority;
    @Autowired private AccessListKey listKey;

    @BeforeEach
    void noOtherNodeIsInService() {
        db.sql(
                        "update node set certificate_until = now() - interval '1 day' where state = 'enrolled'")
                .update();
    }

    @AfterEach
    void whatWasBegunIsEnded() {
        for (KeyKind kind : KeyKind.values()) {
            if (rotation.standing(kind).rotation() instanceof Rotation.Announced) {
                rotation.use(kind, true, "over", null);
            }
            if (rotation.standing(kind).rotation() instanceof Rotation.Overlapping) {
                rotation.retire(kind, true, false, "over", null);
            }
        }
        upkeep.takeUp();
    }

    @Test
    void theAuthorityChangesWhileNodesRunAndWhoWasAwayAllTheTimeComesBackAsItself()
            throws Exception {
        X509Certificate old = authority.certificate();
        Registered goes = register(person());
        Registered away = register(person());
        try (var running = agent();
                var sleeping = agent()) {
            running.enrol(goes.code());
            sleeping.enrol(away.code());
            report(running);

            step("authority", "announce", false)
                    .andExpect(status().isOk())
                    .andExpect(jsonPath("$.phase").value("announced"))
                    .andExpect(jsonPath("$.inService").value(2))
                    .andExpect(jsonPath("$.waiting").value(2));
            step("authority", "announce", false).andExpect(status().isConflict());
            step("authority", "use", false).andExpect(status().isConflict());
            EnrolResponse told = running.renewAndTake();
            assertThat(told.getCaCertificatesCount()).isEqualTo(2);
            running.certificate().verify(old.getPublicKey());
            report(running);
            step("authority", "use", true)
                    .andExpect(status().isOk())
                    .andExpect(jsonPath("$.phase").value("overlapping"));
            X509Certificate next = authority.certificate();
            assertThat(next).isNotEqualTo(old);

            // Both trust only what they were told; the port already shows a certificate of the next
            // one.
            running.reconnect();
            report(running);
            sleeping.reconnect();
            report(sleeping);
            running.renewAndTake();
            running.certificate().verify(next.getPublicKey());
            report(running);
            step("authority", "retire", false).andExpect(status().isConflict());
            http.perform(get("/api/coop/keys").with(caller(board, "network")))
                    .andExpect(jsonPath("$.items[0].waiting").value(1))
                    .andExpect(jsonPath("$.items[0].laggards[0].id").value(away.id().toString()));
            step("authority", "retire", true)
                    .andExpect(status().isOk())
                    .andExpect(jsonPath("$.phase").value("steady"))
                    .andExpect(jsonPath("$.current").value(CertificateAuthority.fingerprint(next)));

            running.reconnect();
            report(running);
            sleeping.reconnect();
            assertThatThrownBy(() -> report(sleeping)).isInstanceOf(StatusRuntimeException.class);
            NodeId same = sleeping.id();
            String code =
                    ask("/api/nodes/" + away.id() + "/code", "{}")
                            .get("enrolment")
                            .get("code")
                            .asString();
            assertThat(sleeping.enrolTrusting(old, code).getNodeId()).isEqualTo(same.hex());
            sleeping.certificate().verify(next.getPublicKey());
            report(sleeping);
        }
        http.perform(get("/api/coop/keys").with(caller(board, "board")))
                .andExpect(jsonPath("$.steps[0].step").value("retired"))
                .andExpect(jsonPath("$.steps[0].waiting").value(1))
                .andExpect(jsonPath("$.steps[0].by").value(board.toString()))
                .andExpect(jsonPath("$.steps[1].step").value("used"))
                .andExpect(jsonPath("$.steps[2].step").value("announced"));
    }

    @Test
    void onceEveryNodeSaysThatItIsReadyTheStepsFollowByThemselves() throws Exception {
        Registered node = register(person());
        try (var agent = agent()) {
            agent.enrol(node.code());
            var folder = new KeyFolder(keysDir);
            Instant longAgo = Instant.now().minusSeconds(90_000);
            Instant farOff = Instant.now().plusSeconds(90_000);
            String before = authority.fingerprint();
            String listBefore = listKey.id();
            rotation.announce(KeyKind.AUTHORITY, "test", null);
            rotation.announce(KeyKind.ACCESS_LIST, "test", null);
            String next = authority.rotation().trusted().getLast();
            String listNext = listKey.rotation().trusted().getLast();

            // Ready, but announced a moment ago: a backup must have had its time.
            agent.saysWhatItTrusts(before, List.of(before, next), List.of(listBefore, listNext));
            upkeep.carryOn();
            assertThat(authority.rotation()).isInstanceOf(Rotation.Announced.class);
            folder.save("ca", new Rotation.Announced(before, next, longAgo, farOff));
            folder.save(
                    "access-list", new Rotation.Announced(listBefore, listNext, longAgo, farOff));
            // Long enough, but the node says that it has lost what it was told.
            agent.saysWhatItTrusts(before, List.of(before), List.of(listBefore));
            upkeep.carryOn();
            assertThat(authority.rotation()).isInstanceOf(Rotation.Announced.class);
            assertThat(listKey.rotation()).isInstanceOf(Rotation.Announced.class);
            agent.saysWhatItTrusts(before, List.of(before, next), List.of(listBefore, listNext));
            upkeep.carryOn();

            assertThat(authority.fingerprint()).isEqualTo(next);
            assertThat(listKey.id()).isEqualTo(listNext);
            folder.save("ca", new Rotation.Overlapping(next, before, longAgo, farOff));
            upkeep.carryOn();
            assertThat(authority.rotation()).isInstanceOf(Rotation.Overlapping.class);
            agent.saysWhatItTrusts(next, List.of(next, before), List.of(listNext, listBefore));
            upkeep.carryOn();
            assertThat(authority.trusted()).hasSize(1);
        }
    }

    @Test
    void nobodyIsWaitedForLongerThanACertificateLives() throws Exception {
        Registered node = register(person());
        try (var agent = agent()) {
            agent.enrol(node.code());
            Instant past = Instant.now().minusSeconds(1);
            String before = authority.fingerprint();
            rotation.announce(KeyKind.AUTHORITY, "test", null);
            String next = authority.rotation().trusted().getLast();

            new KeyFolder(keysDir).save("ca", new Rotation.Announced(before, next, past, past));
            upkeep.carryOn();
            assertThat(authority.fingerprint()).isEqualTo(next);
            new KeyFolder(keysDir).save("ca", new Rotation.Overlapping(next, before, past, past));
            upkeep.carryOn();

            assertThat(authority.rotation()).isInstanceOf(Rotation.Steady.class);
            assertThat(rotation.steps().getFirst().waiting()).isEqualTo(1);
            assertThat(rotation.steps().getFirst().by()).isNull();
        }
    }

    @Test
    void whatANodeSaysIsCheckedFieldByField() throws Exception {
        Registered node = register(person());
        String good = authority.fingerprint();
        String list = listKey.id();
        try (var agent = agent()) {
            agent.enrol(node.code());

            assertThat(agent.saysWhatItTrusts(good, List.of(good), List.of(list)))
                    .satisfies(told -> {
                        assertThat(told.getCaCertificatesCount()).isEqualTo(1);
                        assertThat(told.getAskAgainSeconds()).isEqualTo(600);
                    });
            assertMalformed("issuer", () -> agent.saysWhatItTrusts("x", List.of(), List.of()));
            assertMalformed(
                    "authorities", () -> agent.saysWhatItTrusts(good, List.of("x"), List.of()));
            assertMalformed(
                    "access_list_keys",
                    () -> agent.saysWhatItTrusts(good, List.of(), List.of("' or 1=1")));
            assertMalformed(
                    "authorities",
                    () -> agent.saysWhatItTrusts(good, Collections.nCopies(17, good), List.of()));
        }
    }

    private static void assertMalformed(String field, ThrowingCallable call) {
        assertThatThrownBy(call)
                .hasMessageContaining("INVALID_ARGUMENT")
                .hasMessageContaining(field);
    }

    private ResultActions step(String kind, String step, boolean whoeverWaits) throws Exception {
        return http.perform(
                post("/api/coop/keys/{kind}/{step}", kind, step)
                        .with(caller(board, "board"))
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(
                                """
                                {"reason": "the yearly change"%s}
                                """
                                        .formatted(
                                                whoeverWaits ? ", \"whoeverWaits\": true" : "")));
    }

    private static void report(TestAgent agent) {
        TopologyServiceGrpc.newBlockingStub(agent.channel())
                .reportTopology(
                        ReportTopologyRequest.newBuilder().setAgentVersion("0.1.1").build());
    }
}
