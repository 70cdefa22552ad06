package org.coopmesh.membership.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.delete;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.coopmesh.contracts.membership.v1.EnrolResponse;
import org.coopmesh.contracts.membership.v1.NodeEvent;
import org.coopmesh.contracts.membership.v1.NodeEvent.FactCase;
import org.coopmesh.contracts.membership.v1.ReportTopologyRequest;
import org.coopmesh.contracts.membership.v1.TopologyServiceGrpc;
import org.junit.jupiter.api.Test;
import org.springframework.http.MediaType;

class EnrolmentIT extends NetworkedService {
    @Test
    void aCodeAndTwoProofsBecomeACertificateThatBindsBothKeys() throws Exception {
        Registered node = register(person());

        try (var agent = agent()) {
            EnrolResponse response = agent.enrol(node.code());

            assertThat(response.getNodeId()).isEqualTo(agent.id().hex());
            assertThat(response.getCoopName()).isEqualTo("Sample village");
            assertThat(response.getAccessListKeysCount()).isEqualTo(1);
            assertThat(agent.certificate().getSubjectAlternativeNames())
                    .contains(List.of(6, "coopmesh:node:" + agent.id().hex()));
            assertThat(
                            agent.certificate()
                                    .getExtensionValue(CertificateAuthority.IDENTITY_KEY.getId()))
                    .endsWith(agent.identityKey());
            assertThat(
                            Duration.between(
                                    java.time.Instant.now(),
                                    agent.certificate().getNotAfter().toInstant()))
                    .isBetween(Duration.ofDays(89), Duration.ofDays(90));
            http.perform(get("/api/nodes/{id}", node.id()).with(caller(board, "network")))
                    .andExpect(status().isOk())
                    .andExpect(jsonPath("$.state").value("enrolled"))
                    .andExpect(jsonPath("$.nodeId").value(agent.id().hex()))
                    .andExpect(jsonPath("$.live").value("never"));
        }
    }

    @Test
    void aCodeIsReadInAnyCaseAndWithHyphens() throws Exception {
        String code = register(person()).code();
        String typed = code.substring(0, 13).toLowerCase() + "-" + code.substring(13);

        try (var agent = agent()) {
            assertThat(agent.enrol(typed).getNodeId()).isEqualTo(agent.id().hex());
        }
    }

    @Test
    void theSameCodeWithTheSameKeysAnswersTheSameAgain() throws Exception {
        Registered node = register(person());

        try (var agent = agent()) {
            EnrolResponse first = agent.enrol(node.code());
            EnrolResponse second = agent.enrol(node.code());

            assertThat(second.getCertificate()).isEqualTo(first.getCertificate());
        }
    }

    @Test
    void anotherKeyCannotUseAUsedCode() throws Exception {
        Registered node = register(person());
        try (var agent = agent();
                var thief = agent()) {
            agent.enrol(node.code());

            assertRefused(Status.Code.PERMISSION_DENIED, () -> thief.enrol(node.code()));
        }
    }

    @Test
    void ofTwoKeysWithOneCodeAtOnceOneIsEnrolled() throws Exception {
        for (int round = 0; round < 5; round++) {
            Registered node = register(person());
            try (var agent = agent();
                    var thief = agent();
                    var threads = Executors.newFixedThreadPool(2)) {
                Callable<Boolean> one = () -> enrols(agent, node.code());
                Callable<Boolean> other = () -> enrols(thief, node.code());

                assertThat(threads.invokeAll(List.of(one, other)).stream().map(Future::resultNow))
                        .containsExactlyInAnyOrder(true, false);
            }
        }
    }

    private static boolean enrols(TestAgent agent, String code) throws Exception {
        try {
            agent.enrol(code);
            return true;
        } catch (StatusRuntimeException refused) {
            assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
            return false;
        }
    }

    @Test
    void aWrongCodeIsRefused() {
        try (var agent = agent()) {
            assertRefused(
                    Status.Code.PERMISSION_DENIED, () -> agent.enrol("0123456789ABCDEFGHJKMNPQRS"));
        }
    }

    @Test
    void aMalformedCodeIsToldAsSuch() {
        try (var agent = agent()) {
            assertRefused(Status.Code.INVALID_ARGUMENT, () -> agent.enrol("too-short"));
        }
    }

    @Test
    void anExpiredCodeIsRefused() throws Exception {
        Registered node = register(person());
        clock.advance(Duration.ofDays(7));

        try (var agent = agent()) {
            assertRefused(Status.Code.PERMISSION_DENIED, () -> agent.enrol(node.code()));
        }
    }

    @Test
    void aSignatureOverAnotherCodeIsRefusedAndTheCodeStaysGood() throws Exception {
        Registered node = register(person());
        Registered other = register(person());

        try (var agent = agent()) {
            var request = agent.enrolRequest(other.code()).toBuilder().setCode(node.code()).build();

            assertRefused(Status.Code.INVALID_ARGUMENT, () -> agent.enrol(request));
            assertThat(agent.enrol(node.code()).getNodeId()).isEqualTo(agent.id().hex());
        }
    }

    @Test
    void aRequestThatItsOwnKeyDidNotSignIsRefused() throws Exception {
        Registered node = register(person());

        try (var agent = agent()) {
            var good = agent.enrolRequest(node.code());
            byte[] bent = good.getCertificationRequest().toByteArray();
            bent[bent.length - 1] ^= 1;
            var request =
                    good.toBuilder().setCertificationRequest(ByteString.copyFrom(bent)).build();

            assertRefused(Status.Code.INVALID_ARGUMENT, () -> agent.enrol(request));
        }
    }

    @Test
    void aKnownKeyWithACodeForAnotherRecordStaysOneNode() throws Exception {
        Person owner = person();
        Registered first = register(owner);
        Registered second = register(owner);

        try (var agent = agent()) {
            agent.enrol(first.code());
            agent.enrol(second.code());

            http.perform(get("/api/nodes/{id}", second.id()).with(caller(board, "network")))
                    .andExpect(status().isNotFound());
            http.perform(get("/api/nodes").with(caller(owner.id(), "member")))
                    .andExpect(jsonPath("$.items.length()").value(1))
                    .andExpect(jsonPath("$.items[0].id").value(first.id().toString()));
        }
    }

    @Test
    void aKnownKeyOfAnotherMemberIsRefused() throws Exception {
        Registered mine = register(person());
        Registered theirs = register(person());

        try (var agent = agent()) {
            agent.enrol(mine.code());

            assertRefused(Status.Code.PERMISSION_DENIED, () -> agent.enrol(theirs.code()));
        }
    }

    @Test
    void hardwareThatLostItsKeyBecomesAnotherNodeOnTheSameAddresses() throws Exception {
        Person owner = person();
        Registered node = register(owner);
        UUID before = attach(node.id(), owner);
        try (var old = agent();
                var fresh = agent()) {
            old.enrol(node.code());
            String code =
                    ask("/api/nodes/" + node.id() + "/code", "")
                            .get("enrolment")
                            .get("code")
                            .asString();

            fresh.enrol(code);

            assertThat(facts(old.id()))
                    .containsExactly(
                            FactCase.ENROLLED,
                            FactCase.ATTACHED,
                            FactCase.DETACHED,
                            FactCase.RETIRED);
            assertThat(facts(fresh.id())).containsExactly(FactCase.ENROLLED, FactCase.ATTACHED);
            assertThat(
                            db.sql(
                                            "select count(distinct prefix_v4) from attachment where node = :n")
                                    .param("n", node.id())
                                    .query(Integer.class)
                                    .single())
                    .isEqualTo(1);
            assertThat(
                            db.sql("select detached_at is not null from attachment where id = :id")
                                    .param("id", before)
                                    .query(Boolean.class)
                                    .single())
                    .isTrue();
            assertRefused(Status.Code.PERMISSION_DENIED, () -> report(old.channel()));
        }
    }

    @Test
    void withoutACertificateOnlyEnrolmentIsAnswered() {
        try (var agent = agent()) {
            ManagedChannel stranger = agent.strangerChannel();
            try {
                assertRefused(Status.Code.UNAUTHENTICATED, () -> report(stranger));
            } finally {
                stranger.shutdownNow();
            }
        }
    }

    @Test
    void aNodeThatReportsIsUpAndRenewsItsCertificate() throws Exception {
        Registered node = register(person());
        try (var agent = agent()) {
            agent.enrol(node.code());

            report(agent.channel());
            agent.newTlsKey();
            // The old certificate still opens the port; the new one is for the new key.
            EnrolResponse renewed = agent.renew();

            assertThat(renewed.getNodeId()).isEqualTo(agent.id().hex());
            http.perform(get("/api/nodes/{id}", node.id()).with(caller(board, "network")))
                    .andExpect(jsonPath("$.live").value("up"))
                    .andExpect(jsonPath("$.agentVersion").value("0.1.1"))
                    .andExpect(jsonPath("$.telemetry.clients").value(3))
                    .andExpect(jsonPath("$.links[0].source").value("babel"));
        }
    }

    @Test
    void aRevokedNodeIsCutAndNeverComesBack() throws Exception {
        Registered node = register(person());
        try (var agent = agent()) {
            agent.enrol(node.code());

            http.perform(
                            post("/api/nodes/{id}/revoke", node.id())
                                    .with(caller(board, "network"))
                                    .contentType(MediaType.APPLICATION_JSON)
                                    .content("{\"reason\": \"stolen\"}"))
                    .andExpect(status().isNoContent());

            assertRefused(Status.Code.PERMISSION_DENIED, () -> report(agent.channel()));
            assertRefused(Status.Code.FAILED_PRECONDITION, () -> agent.enrol(node.code()));
            Registered another = register(person());
            assertRefused(Status.Code.FAILED_PRECONDITION, () -> agent.enrol(another.code()));
            http.perform(post("/api/nodes/{id}/code", node.id()).with(caller(board, "network")))
                    .andExpect(status().isConflict())
                    .andExpect(
                            jsonPath("$.type")
                                    .value("https://coopmesh.org/problems/step-not-legal"));
        }
    }

    @Test
    void anyNodeCanBeRemovedWhateverItsState() throws Exception {
        Person owner = person();
        Registered pending = register(owner);
        Registered enrolled = register(owner);
        attach(enrolled.id(), owner);
        try (var agent = agent()) {
            agent.enrol(enrolled.code());

            http.perform(delete("/api/nodes/{id}", enrolled.id()).with(caller(board, "network")))
                    .andExpect(status().isBadRequest());
            http.perform(
                            delete("/api/nodes/{id}?reason=never came", pending.id())
                                    .with(caller(board, "network")))
                    .andExpect(status().isNoContent());
            http.perform(
                            delete("/api/nodes/{id}?reason=fell off", enrolled.id())
                                    .with(caller(board, "network")))
                    .andExpect(status().isNoContent());
            assertThat(
                            db.sql("select removed_by, removed_why from node where id = :id")
                                    .param("id", enrolled.id())
                                    .query()
                                    .singleRow())
                    .containsEntry("removed_by", board)
                    .containsEntry("removed_why", "fell off");

            http.perform(get("/api/nodes").with(caller(owner.id(), "member")))
                    .andExpect(jsonPath("$.items.length()").value(0));
            assertThat(facts(agent.id()))
                    .containsExactly(
                            FactCase.ENROLLED,
                            FactCase.ATTACHED,
                            FactCase.DETACHED,
                            FactCase.RETIRED);
        }
    }

    @Test
    void onlyTheOwnerOrTheNetworkActsOnANode() throws Exception {
        Registered node = register(person());
        Person stranger = person();

        http.perform(get("/api/nodes/{id}", node.id()).with(caller(stranger.id(), "member")))
                .andExpect(status().isForbidden());
        http.perform(
                        post("/api/nodes/{id}/revoke", node.id())
                                .with(caller(stranger.id(), "member", "treasurer"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{\"reason\": \"mine\"}"))
                .andExpect(status().isForbidden());
        http.perform(get("/api/nodes/not-an-id").with(caller(board, "network")))
                .andExpect(status().isBadRequest());
        http.perform(get("/api/nodes")).andExpect(status().isUnauthorized());
    }

    @Test
    void anAttachmentHasARouterAddressAndEndsOnce() throws Exception {
        Person owner = person();
        Registered node = register(owner);

        var attachment =
                ask(
                        "/api/nodes/" + node.id() + "/attachments",
                        "{\"siteId\": \"" + owner.site() + "\"}");
        String prefix = attachment.get("prefixV4").asString();

        assertThat(attachment.get("routerV4").asString()).isEqualTo(prefix.replace(".0/24", ".1"));
        assertThat(attachment.get("routerV6").asString())
                .isEqualTo(attachment.get("prefixV6").asString().replace("::/64", "::1"));
        String path = "/api/nodes/" + node.id() + "/attachments/" + attachment.get("id").asString();
        http.perform(delete(path).with(caller(owner.id(), "member")))
                .andExpect(status().isNoContent());
        http.perform(delete(path).with(caller(owner.id(), "member")))
                .andExpect(status().isNotFound());
    }

    private List<FactCase> facts(NodeId node) {
        return db
                .sql("select payload from outbox where key = :key order by id")
                .param("key", node.hex())
                .query(byte[].class)
                .list()
                .stream()
                .map(payload -> {
                    try {
                        return NodeEvent.parseFrom(payload).getFactCase();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                })
                .toList();
    }

    private static void report(ManagedChannel channel) {
        TopologyServiceGrpc.newBlockingStub(channel)
                .reportTopology(
                        ReportTopologyRequest.newBuilder()
                                .setAgentVersion("0.1.1")
                                .setClients(3)
                                .addLinks(
                                        org.coopmesh.contracts.membership.v1.Link.newBuilder()
                                                .setInterface("mesh0")
                                                .setSource("babel")
                                                .setRxCost(96)
                                                .setTxCost(96))
                                .build());
    }

    @Test
    void whatIsMalformedIsToldWithItsField() throws Exception {
        Registered node = register(person());
        ByteString junk = ByteString.copyFromUtf8("junk");

        try (var agent = agent()) {
            var good = agent.enrolRequest(node.code());
            for (var wrong :
                    Map.of(
                                    "code", good.toBuilder().setCode("too-short"),
                                    "certification_request",
                                            good.toBuilder().setCertificationRequest(junk),
                                    "identity_key", good.toBuilder().setIdentityKey(junk),
                                    "identity_signature",
                                            good.toBuilder().setIdentitySignature(junk),
                                    "agent_version",
                                            good.toBuilder().setAgentVersion("9".repeat(65)))
                            .entrySet()) {
                assertThatThrownBy(() -> agent.enrol(wrong.getValue().build()))
                        .as(wrong.getKey())
                        .hasMessageContaining("INVALID_ARGUMENT: ")
                        .hasMessageContaining(wrong.getKey());
            }
            assertThat(agent.enrol(node.code()).getNodeId()).isEqualTo(agent.id().hex());
        }
    }

    private static void assertRefused(Status.Code code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(code));
    }
}
